"""A dataset's folder: images, one line of records an image, and the COCO files made of them.

    dataset.yaml                     seed and settings
    {train,val,test}/images/*.jpg
    {train,val,test}.jsonl           one line an image, as it is done
    {train,val,test}.json            COCO, rewritten from time to time and at the end

An image is done when its line is whole. Whatever else an interrupted run leaves behind is
overwritten by the next, so that every file a reader sees is valid at any time.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.simulation.dataset.coco import Record, document


class SplitFolder:
    """One split's images and records on disk."""

    def __init__(self, root: Path, split: str) -> None:
        self.images = root / split / "images"
        self._lines = root / f"{split}.jsonl"
        self._coco = root / f"{split}.json"
        self._split = split
        self.images.mkdir(parents=True, exist_ok=True)
        self._records = {int(r["image"]["id"]): r for r in _whole_lines(self._lines)}

    def missing(self, count: int) -> list[int]:
        """Return the numbers below `count` whose image is not done."""
        return [index for index in range(count) if index not in self._records]

    def add(self, records: Iterable[Record]) -> None:
        """Note images that are done: their files lie in `images`."""
        records = list(records)
        with self._lines.open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(record) + "\n" for record in records)
        self._records.update((int(record["image"]["id"]), record) for record in records)

    def write_coco(self) -> None:
        """Write the COCO file of what is done."""
        content = document(list(self._records.values()), f"gpss_pose_ros simulated, {self._split}")
        replace_file(self._coco, json.dumps(content).encode())


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees half of it."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    os.replace(partial, path)


def claim(root: Path, identity: str) -> None:
    """Take the folder for the dataset `identity`, or continue that dataset there.

    Raises:
        ConfigurationError: the folder holds a different dataset, or cannot be written.
    """
    label = root / "dataset.yaml"
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not label.exists():
            replace_file(label, identity.encode())
        present = label.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write to {root}: {error.strerror}") from error
    if present != identity:
        raise ConfigurationError(
            f"{root} holds a dataset of another seed or other settings (see {label}): "
            "name a new folder, or use the same seed and config to continue"
        )


def _whole_lines(path: Path) -> list[Record]:
    """Return the records of a file, and cut off a last line that was not finished."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        os.truncate(path, len(whole))
    return [json.loads(line) for line in whole.splitlines()]
