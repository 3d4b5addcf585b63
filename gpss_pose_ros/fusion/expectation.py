"""In which boxes the cameras should see those who are followed.

Where somebody is, and in which posture, is known from a moment ago. A detector that overlooks them
in one image can be told where to look again. Only of who walks is a camera told what it alone has
said: a rack that it takes for a person would prove itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.followed import Followed
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.fusion.whereabouts import whereabouts
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_rays import projections
from gpss_pose_ros.perception.nms import box_areas
from gpss_pose_ros.types import FloatArray

_FIGURE_M = np.array(
    [(0, 0, 0.05), (0, 0, 1.6), (0.2, 0, 0.9), (-0.2, 0, 0.9), (0, 0.2, 0.9), (0, -0.2, 0.9)]
)
"""Somebody of unknown posture, who stands."""
_LEAST_KEYPOINTS = 8
"""With fewer, the posture is unknown."""
_REACH_M = 1.2
_TALLEST_M = 2.4
"""Keypoints farther from a person's place, or higher, are errors."""
_FLESH_M = 0.12
"""Bodies reach so far beyond their keypoints."""
_MOST_SIGMA_M = 0.35
"""Somebody whose place is known less well is not looked for."""
_LEAST_INSIDE = 0.6
"""Of a box, by area, that must be in the image."""


@dataclass(frozen=True, eq=False)
class Bodies:
    """Where n bodies are.

    Attributes:
        points_m: (n, P, 3) of them, in the factory frame; NaN where there are fewer.
        doubted: of each, the camera that alone says so, if that may be an error; else None.
    """

    points_m: FloatArray
    doubted: tuple[str | None, ...]


def bodies(persons: Sequence[Followed], stamp_ns: int, settings: TrackerSettings) -> Bodies:
    """Return where the bodies are of those who are confirmed and whose place is known.

    Args:
        persons: everybody who is followed.
        stamp_ns: the time they are expected at.
        settings: the tracker's.
    """
    sure = [person for person in persons if person.confirmed]
    if not sure:
        return Bodies(np.empty((0, 0, 3)), ())
    where = whereabouts(sure, stamp_ns, settings)
    spread_m2 = np.trace(where.covariances, axis1=1, axis2=2)
    near = np.flatnonzero(spread_m2 <= 2.0 * _MOST_SIGMA_M**2).tolist()
    shapes = [_shape(sure[i]) for i in near]
    points = np.full((len(near), max(map(len, shapes), default=0), 3), np.nan)
    for row, shape in zip(points, shapes, strict=True):
        row[: len(shape)] = shape
    points[:, :, :2] += where.means[near, None]
    return Bodies(points, tuple(_doubted(sure[i]) for i in near))


def _shape(person: Followed) -> FloatArray:
    """Return points (P, 3) of somebody's body about their place, in the posture they had."""
    about = person.last.keypoints_m - np.append(person.state[:2], 0.0)
    about = about[np.isfinite(about).all(axis=1)]
    right = (np.hypot(*about.T[:2]) <= _REACH_M) & (np.abs(about[:, 2]) <= _TALLEST_M)
    shape: FloatArray = about[right]
    return shape if len(shape) >= _LEAST_KEYPOINTS else _FIGURE_M


def _doubted(person: Followed) -> str | None:
    """Return the camera that alone says that somebody is there, unless they walk."""
    first, *others = person.last.camera_ids
    walks = person.has_walked and not person.stands
    return None if others or walks else first


def boxes_of(found: Bodies, cameras: Mapping[str, Camera]) -> dict[str, FloatArray]:
    """Return by camera the boxes (m, 4) in [px] in which it should see bodies."""
    n = len(found.points_m)
    if not n or not cameras:
        return {name: np.empty((0, 4)) for name in cameras}
    shape = (2, len(cameras), *found.points_m.shape[:2])
    pixels = projections(list(cameras.values()), found.points_m.reshape(-1, 3).T).reshape(shape)
    unknown = np.isnan(found.points_m[..., 0])
    behind = (np.isnan(pixels[0]) & ~unknown).any(axis=2)
    low = np.where(unknown, np.inf, pixels).min(axis=3)
    high = np.where(unknown, -np.inf, pixels).max(axis=3)
    middles = np.nanmean(found.points_m, axis=1)
    boxes = {}
    for i, (name, camera) in enumerate(cameras.items()):
        told = np.array([camera_id != name for camera_id in found.doubted])
        told &= ~behind[i]
        away_m = np.linalg.norm(middles[told] - camera.position_m, axis=1)
        flesh_px = camera.model.K[0, 0] * _FLESH_M / away_m
        whole = np.concatenate([low[:, i, told] - flesh_px, high[:, i, told] + flesh_px]).T
        inside = np.clip(whole, -0.5, np.tile(camera.model.size, 2) - 0.5)
        boxes[name] = inside[box_areas(inside) >= _LEAST_INSIDE * box_areas(whole)]
    return boxes
