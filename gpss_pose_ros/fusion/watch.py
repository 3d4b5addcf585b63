"""Whether a place on the floor has been looked at and found empty. In doubt it has not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.small_matrices import dot
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import inside_image
from gpss_pose_ros.geometry.camera_rays import projections
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
    if not views or not len(positions_m):
        return np.zeros(len(positions_m), dtype=bool)
    cameras = [view.camera for view in views]
    points = np.empty((3, len(_HEIGHTS_M), len(positions_m)))
    points[:2], points[2] = positions_m.T[:, None], _HEIGHTS_M
    pixels = projections(cameras, points.reshape(3, -1)).reshape(2, len(views), *points.shape[1:])
    sizes = np.array([camera.model.size for camera in cameras]).T[:, :, None, None]
    inside = inside_image(pixels, sizes)
    free = inside.any(axis=1) & _large(cameras, points[:, 0], min_person_px)
    for i in np.flatnonzero(free.any(axis=1)).tolist():
        hidden = inside[i] & _in_any_box(pixels[:, i], views[i].boxes_xyxy_px)
        free[i] &= ~hidden.any(axis=0)
    return np.asarray(free.any(axis=0))


def _large(cameras: Sequence[Camera], points_m: FloatArray, min_person_px: float) -> BoolArray:
    """Tell (L, N) in which cameras a person at points (3, N) is not too small to be found."""
    origins = np.array([camera.position_m for camera in cameras]).T
    away = points_m[:, None] - origins[:, :, None]
    focal_px = np.array([camera.model.K[0, 0] for camera in cameras])[:, None]
    large: BoolArray = focal_px * _PERSON_WIDTH_M >= min_person_px * np.sqrt(dot(away, away))
    return large


def _in_any_box(pixels_px: FloatArray, boxes_xyxy_px: FloatArray) -> BoolArray:
    """Tell (...) which pixels (2, ...) lie in a box or near it."""
    margin = _BOX_MARGIN * (boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2])
    low, high = boxes_xyxy_px[:, :2] - margin, boxes_xyxy_px[:, 2:] + margin
    x, y = pixels_px[..., None]
    within = (x >= low[:, 0]) & (x <= high[:, 0]) & (y >= low[:, 1]) & (y <= high[:, 1])
    return np.asarray(within.any(axis=-1))
