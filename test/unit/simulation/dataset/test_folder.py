import json

import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.simulation.dataset.folder import SplitFolder, claim


def record(index):
    return {"image": {"id": index, "file_name": f"{index:06d}.jpg"}, "annotations": []}


def ids(root):
    return [image["id"] for image in json.loads((root / "train.json").read_text())["images"]]


def test_what_is_done_is_not_missing_after_a_restart(tmp_path):
    SplitFolder(tmp_path, "train").add([record(3), record(0)])
    again = SplitFolder(tmp_path, "train")
    assert again.missing(5) == [1, 2, 4]
    again.add([record(1)])
    again.write_coco()
    assert ids(tmp_path) == [0, 1, 3]


def test_a_torn_line_is_done_again(tmp_path):
    folder = SplitFolder(tmp_path, "train")
    folder.add([record(0), record(1)])
    lines = tmp_path / "train.jsonl"
    lines.write_bytes(lines.read_bytes()[:-9])
    again = SplitFolder(tmp_path, "train")
    assert again.missing(2) == [1]
    again.add([record(1)])
    assert SplitFolder(tmp_path, "train").missing(2) == []


def test_a_folder_belongs_to_one_dataset(tmp_path):
    root = tmp_path / "new" / "folder"
    claim(root, "seed: 1\n")
    claim(root, "seed: 1\n")
    with pytest.raises(ConfigurationError, match=r"another seed or other settings"):
        claim(root, "seed: 2\n")
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigurationError, match="cannot write"):
        claim(blocked, "seed: 1\n")
