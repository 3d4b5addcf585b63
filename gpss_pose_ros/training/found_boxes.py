"""The boxes a pose network will be given in use: loose, beside somebody, about nobody.

A network that was shown true boxes only takes what stands in any other for a person.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.nms import box_areas, intersection_areas, intersection_over_union
from gpss_pose_ros.training.labels import BoolArray, LabelledImage
from gpss_pose_ros.types import FloatArray

SOMEBODY_IOU = 0.3
"""Of a box with a person, from which on it shows that person, however loosely it is drawn."""
_MOST_INSIDE = 0.5
"""Of a box, by area, that may lie in a person's where it shows nobody: legs are somebody's."""


def with_found_boxes(
    images: Iterable[LabelledImage], detector: Detector
) -> tuple[LabelledImage, ...]:
    """Return the images with what a detector finds in each."""
    return tuple(
        replace(image, found_xyxy_px=detector.detect([image.read()])[0].boxes_xyxy_px)
        for image in images
    )


def of_person(image: LabelledImage, person: int) -> FloatArray:
    """Return the found boxes (M, 4) that show this person more than anyone else."""
    overlaps = intersection_over_union(image.found_xyxy_px, image.boxes_xyxy_px)
    shown = overlaps[:, person] >= np.maximum(SOMEBODY_IOU, overlaps.max(axis=1, initial=0.0))
    return image.found_xyxy_px[shown]


def of_nobody(image: LabelledImage) -> FloatArray:
    """Return the found boxes (M, 4) that show nobody."""
    return image.found_xyxy_px[shows_nobody(image.found_xyxy_px, image.boxes_xyxy_px)]


def shows_nobody(boxes: FloatArray, persons: FloatArray) -> BoolArray:
    """Tell (M,) which boxes (M, 4) show none of the persons (N, 4), nor a part of one."""
    inside = intersection_areas(boxes, persons).max(axis=1, initial=0.0)
    overlap = intersection_over_union(boxes, persons).max(axis=1, initial=0.0)
    alone: BoolArray = (overlap < SOMEBODY_IOU) & (inside <= _MOST_INSIDE * box_areas(boxes))
    return alone
