"""Annotated images of a dataset on disk: COCO keypoint files, one a split."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.oks import TrueKeypoints
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import ImageArray


@dataclass(frozen=True, eq=False)
class AnnotatedImage:
    """One image and everybody in it.

    Attributes:
        path: of the image file.
        view: "top" or "side".
        truth: G persons, keypoints in COCO17_FEET's order.
        visible: (G, K) which keypoints are visible.
    """

    path: Path
    view: str
    truth: TrueKeypoints
    visible: npt.NDArray[np.bool_]

    def pixels(self) -> ImageArray:
        """Read (H, W, 3) BGR; ConfigurationError where the file is missing or broken."""
        image = cv2.imread(str(self.path))
        if image is None:
            raise ConfigurationError(f"cannot read image {self.path}")
        return np.asarray(image, dtype=np.uint8)


def read_dataset(folder: Path, split: str) -> tuple[AnnotatedImage, ...]:
    """Return the images of a split, also those without persons, in the order of the file.

    Raises:
        ConfigurationError: the file is missing, or not COCO keypoints of our skeleton.
    """
    path = folder / f"{split}.json"
    try:
        document = json.loads(path.read_text())
        names = tuple(document["categories"][0]["keypoints"])
        if names != COCO17_FEET.keypoints:
            raise ConfigurationError(f"{path}: its keypoints are not {COCO17_FEET.name}")
        persons: dict[int, list[dict[str, Any]]] = {i["id"]: [] for i in document["images"]}
        for annotation in document["annotations"]:
            persons[annotation["image_id"]].append(annotation)
        images = folder / split / "images"
        return tuple(
            _image(images / Path(i["file_name"]).name, i["view"], persons[i["id"]])
            for i in document["images"]
        )
    except OSError as error:
        raise ConfigurationError(f"cannot read dataset {path}: {error.strerror}") from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ConfigurationError(f"{path} is not a COCO keypoint file: {error!r}") from error


def _image(path: Path, view: str, annotations: list[dict[str, Any]]) -> AnnotatedImage:
    count = len(annotations)
    keypoints = np.array([a["keypoints"] for a in annotations], dtype=np.float64)
    keypoints = keypoints.reshape(count, len(COCO17_FEET), 3)
    boxes = np.array([a["bbox"] for a in annotations], dtype=np.float64).reshape(count, 4)
    truth = TrueKeypoints(
        keypoints_px=keypoints[..., :2],
        labelled=keypoints[..., 2] > 0,
        boxes_xyxy_px=np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1),
        areas_px2=np.array([a["area"] for a in annotations], dtype=np.float64),
        crowd=np.array([a["iscrowd"] for a in annotations], dtype=bool),
    )
    return AnnotatedImage(path, view, truth, keypoints[..., 2] > 1)
