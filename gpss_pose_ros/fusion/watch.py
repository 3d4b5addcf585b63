"""Whether a place on the floor has been looked at and found empty. In doubt it has not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray

BoolArray = npt.NDArray[np.bool_]

_HEIGHTS_M = np.array([[0.0], [0.9]])  # a person is seen by the feet or by the hips
_PERSON_WIDTH_M = 0.5
_BOX_MARGIN = 0.1


@dataclass(frozen=True)
class View:
    """What one live camera looked at.

    Attributes:
        camera: the camera, at the time of capture.
        boxes_xyxy_px: (N, 4) of everybody it saw, placed on the floor or not.
    """

    camera: Camera
    boxes_xyxy_px: FloatArray


def shown_empty(positions_m: FloatArray, views: Sequence[View], min_person_px: float) -> BoolArray:
    """Tell (N,) at which floor positions (N, 2) any view shows that nobody stands.

    Args:
        positions_m: in the factory frame.
        views: of the cameras that are alive.
        min_person_px: a person narrower than this in an image may be missed, in [px].
    """
    shown = np.zeros(len(positions_m), dtype=bool)
    for view in views:
        asked = np.flatnonzero(~shown)
        if not len(asked):
            break
        shown[asked] = _shows_empty(view, positions_m[asked], min_person_px)
    return shown


def _shows_empty(view: View, positions_m: FloatArray, min_person_px: float) -> BoolArray:
    """Tell (N,) which places are in the image, large enough, and behind nobody seen there."""
    points = np.empty((len(_HEIGHTS_M), len(positions_m), 3))
    points[..., :2], points[..., 2] = positions_m, _HEIGHTS_M
    pixels = view.camera.project(points.reshape(-1, 3))
    inside = view.camera.model.contains(pixels)
    distances_m = np.linalg.norm(points[0] - view.camera.position_m, axis=1)
    large = view.camera.model.K[0, 0] * _PERSON_WIDTH_M >= min_person_px * distances_m
    free: BoolArray = np.asarray(inside.reshape(points.shape[:2]).any(axis=0)) & large
    if free.any():
        hidden = inside & _in_any_box(pixels, view.boxes_xyxy_px)
        free &= ~hidden.reshape(points.shape[:2]).any(axis=0)
    return free


def _in_any_box(pixels_px: FloatArray, boxes_xyxy_px: FloatArray) -> BoolArray:
    """Tell (M,) which pixels (M, 2) lie in a box or near it."""
    margin = _BOX_MARGIN * (boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2])
    low, high = boxes_xyxy_px[:, :2] - margin, boxes_xyxy_px[:, 2:] + margin
    within = (pixels_px[:, None] >= low) & (pixels_px[:, None] <= high)
    return np.asarray((within[..., 0] & within[..., 1]).any(axis=1))
