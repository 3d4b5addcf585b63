"""The whole way, with rendering; needs OpenGL, as EGL or OSMesa."""

import itertools
import json
import shutil
import subprocess
import sys
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError, SetupError
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.simulation.dataset.generate import generate

SPLITS = ("train", "val", "test")


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    root = tmp_path_factory.mktemp("dataset")
    try:
        generate(root, small, seed=3, workers=1)
    except SetupError as error:
        pytest.skip(str(error))
    return root


def coco(root, split):
    return json.loads((root / f"{split}.json").read_text())


def files(root):
    """What a reader of the dataset sees, by name."""
    seen = [*root.glob("*.json"), *root.glob("*/images/*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in seen}


def test_the_dataset_is_whole(made, small):
    for split in SPLITS:
        images = coco(made, split)["images"]
        assert [image["id"] for image in images] == list(range(small.images[split]))
        for image in images:
            pixels = cv2.imread(str(made / split / "images" / image["file_name"]))
            assert pixels.shape == (image["height"], image["width"], 3)
            assert image["view"] in ("top", "side")
    assert sum(len(coco(made, split)["annotations"]) for split in SPLITS) > 4


def test_an_interrupted_run_continued_by_two_workers_gives_the_same(made, small, tmp_path):
    root = tmp_path / "dataset"
    shutil.copytree(made, root)
    lines = (root / "train.jsonl").read_bytes().splitlines(keepends=True)
    (root / "train.jsonl").write_bytes(lines[0] + lines[3] + lines[1][:40])
    (root / "test.jsonl").unlink()
    for path in [
        *root.glob("*.json"),
        *root.glob("test/images/*"),
        *root.glob("train/images/*1.jpg"),
    ]:
        path.unlink()
    generate(root, small, seed=3, workers=2)
    assert files(root) == files(made)


def test_the_command_renders_in_several_processes(made, small, tmp_path):
    config, root = tmp_path / "dataset.yaml", tmp_path / "dataset"
    sizes = [f"{width}x{height}" for width, height in small.sizes]
    config.write_text(json.dumps({**asdict(small), "sizes": sizes}))
    cli = share_directory().parents[1] / "lib" / "gpss_pose_ros" / "cli"
    options = ("--config", config, "--out", root, "--seed", "3", "--workers", "2")
    command = [sys.executable, str(cli), "dataset", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert files(root) == files(made)


def test_more_images_leave_the_first_ones_as_they_are(made, small, tmp_path):
    root = tmp_path / "dataset"
    shutil.copytree(made, root)
    generate(root, replace(small, images={**small.images, "val": 2}), seed=3, workers=1)
    before, after = files(made), files(root)
    assert len(coco(root, "val")["images"]) == 2
    for name in before.keys() - {"val.json"}:
        assert after[name] == before[name]


def test_another_seed_is_another_dataset(made, small):
    with pytest.raises(ConfigurationError, match="another seed"):
        generate(made, small, seed=4, workers=1)


def test_splits_share_neither_worlds_nor_bodies(made):
    for key, part in (("world", "images"), ("body", "annotations")):
        found = [{entry[key] for entry in coco(made, split)[part]} for split in SPLITS]
        assert not any(a & b for a, b in itertools.combinations(found, 2)), key


def test_annotations_are_valid(made):
    for split in SPLITS:
        content = coco(made, split)
        sizes = {image["id"]: (image["width"], image["height"]) for image in content["images"]}
        assert len({a["id"] for a in content["annotations"]}) == len(content["annotations"])
        for annotation in content["annotations"]:
            x, y, width, height = annotation["bbox"]
            assert min(x, y) >= 0
            assert min(width, height) >= 0
            assert x + width < sizes[annotation["image_id"]][0]
            assert y + height < sizes[annotation["image_id"]][1]
            triples = np.reshape(annotation["keypoints"], (23, 3))
            assert (triples[triples[:, 2] == 0] == 0).all()
            assert annotation["num_keypoints"] == (triples[:, 2] > 0).sum()
            assert 0.0 < annotation["visible_fraction"] <= 1.0


def test_keypoints_are_where_opencv_projects_them(made):
    checked = 0
    for split in SPLITS:
        content = coco(made, split)
        cameras = {image["id"]: image["camera"] for image in content["images"]}
        for annotation in content["annotations"]:
            triples = np.reshape(annotation["keypoints"], (23, 3))
            known = triples[:, 2] > 0
            if known.any():
                points = np.array(annotation["keypoints_m"])[known]
                expected = opencv_projects(cameras[annotation["image_id"]], points)
                np.testing.assert_allclose(triples[known, :2], expected, atol=0.1)
                checked += 1
    assert checked > 4


def opencv_projects(camera, points_m):
    pose = np.linalg.inv(camera["factory_from_camera"])
    rotation, translation = cv2.Rodrigues(pose[:3, :3])[0], pose[:3, 3]
    fisheye = camera["model"] == "equidistant"
    project = cv2.fisheye.projectPoints if fisheye else cv2.projectPoints
    K, distortion = np.array(camera["K"]), np.array(camera["distortion"])
    assert CameraModel(K, distortion, camera["model"], (160, 120))
    return project(points_m[:, None], rotation, translation, K, distortion)[0][:, 0]
