"""A dataset in COCO's keypoint format, read for training."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray, ImageArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LabelledImage:
    """One image and its N persons; pixel (0, 0) is the centre of the top-left pixel.

    Attributes:
        path: the image file.
        from_above: whether up in the image means nothing: a ceiling camera's.
        boxes_xyxy_px: (N, 4) outer edges of what is visible of each person, in [px].
        ignored: (N,) neither finding nor missing this person is a mistake.
        keypoints_px: (N, K, 2) in [px].
        visibility: (N, K) 0 outside the image, 1 hidden, 2 visible.
        visible_fraction: (N,) part of the person that nothing covers, in [0, 1].
        found_xyxy_px: (M, 4) boxes that a detector found, in [px]; none where it was not asked.
    """

    path: Path
    from_above: bool
    boxes_xyxy_px: FloatArray
    ignored: BoolArray
    keypoints_px: FloatArray
    visibility: FloatArray
    visible_fraction: FloatArray
    found_xyxy_px: FloatArray = field(default_factory=lambda: np.empty((0, 4)))

    def read(self) -> ImageArray:
        """Return the BGR pixels (H, W, 3).

        Raises:
            ConfigurationError: the file is missing or no image.
        """
        pixels = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if pixels is None:
            raise ConfigurationError(f"{self.path}: missing, or not an image")
        return np.asarray(pixels, dtype=np.uint8)


def read_labels(folder: Path, split: str, skeleton: Skeleton) -> tuple[LabelledImage, ...]:
    """Read one split of a dataset.

    Args:
        folder: holds `<split>.json` and `<split>/images/`.
        split: train, val or test.
        skeleton: the keypoints wanted; the file must have the same, in the same order.

    Raises:
        ConfigurationError: the file is missing, unreadable, empty, or of another skeleton.
    """
    path = folder / f"{split}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        _check_skeleton(path, document, skeleton)
        persons: dict[int, list[Any]] = {image["id"]: [] for image in document["images"]}
        for annotation in document["annotations"]:
            persons[annotation["image_id"]].append(annotation)
        images = folder / split / "images"
        labelled = tuple(
            _labelled(images, record, persons[record["id"]], len(skeleton))
            for record in document["images"]
        )
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; make it: ./gpss dataset") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: not a COCO keypoint file: {error!r}") from error
    if not labelled:
        raise ConfigurationError(f"{path}: holds no image")
    return labelled


def _check_skeleton(path: Path, document: Any, skeleton: Skeleton) -> None:
    names = tuple(document["categories"][0]["keypoints"])
    if names != skeleton.keypoints:
        raise ConfigurationError(
            f"{path}: its keypoints are not those of {skeleton.name}, in that order: "
            f"{', '.join(names)}"
        )


def _labelled(folder: Path, record: Any, persons: list[Any], keypoints: int) -> LabelledImage:
    triples = np.array([p["keypoints"] for p in persons], dtype=float).reshape(-1, keypoints, 3)
    boxes = np.array([p["bbox"] for p in persons], dtype=float).reshape(-1, 4)
    # From the first and last pixel's centre to the edges.
    boxes = np.concatenate([boxes[:, :2] - 0.5, boxes[:, :2] + boxes[:, 2:] + 0.5], axis=1)
    return LabelledImage(
        folder / record["file_name"],
        record.get("view") == "top",
        boxes,
        np.array([bool(p.get("iscrowd", 0)) for p in persons], dtype=bool),
        triples[..., :2],
        triples[..., 2],
        np.array([float(p.get("visible_fraction", 1.0)) for p in persons]),
    )
