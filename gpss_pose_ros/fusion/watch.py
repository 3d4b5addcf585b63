"""Whether a place on the floor has been looked at and found empty. In doubt it has not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray

_HEIGHTS_M = (0.0, 0.9)  # a person is seen by the feet or by the hips
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


def shown_empty(position_m: FloatArray, views: Sequence[View], min_person_px: float) -> bool:
    """Tell whether any view shows that nobody stands at a floor position (2,).

    Args:
        position_m: in the factory frame.
        views: of the cameras that are alive.
        min_person_px: a person narrower than this in an image may be missed, in [px].
    """
    return any(_shows_empty(view, position_m, min_person_px) for view in views)


def _shows_empty(view: View, position_m: FloatArray, min_person_px: float) -> bool:
    """Tell whether the place is in the image, large enough, and not behind somebody seen there."""
    points = np.array([[*position_m, height] for height in _HEIGHTS_M])
    pixels = view.camera.project(points)
    inside = view.camera.model.contains(pixels)
    distance_m = float(np.linalg.norm(points[0] - view.camera.position_m))
    width_px = view.camera.model.K[0, 0] * _PERSON_WIDTH_M / distance_m
    if not inside.any() or width_px < min_person_px:
        return False
    return not _in_any_box(pixels[inside], view.boxes_xyxy_px)


def _in_any_box(pixels_px: FloatArray, boxes_xyxy_px: FloatArray) -> bool:
    margin = _BOX_MARGIN * (boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2])
    low, high = boxes_xyxy_px[:, :2] - margin, boxes_xyxy_px[:, 2:] + margin
    within = (pixels_px[:, None] >= low) & (pixels_px[:, None] <= high)
    return bool(within.all(axis=2).any())
