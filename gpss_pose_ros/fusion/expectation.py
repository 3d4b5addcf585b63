"""In which boxes the cameras should see those who are followed.

Where somebody is, and in which posture, is known from a moment ago. A detector that overlooks them
in one image can be told where to look again. What it alone has said of somebody who stands, it is
told as doubted: a rack that it takes for a person would prove itself. So is every camera of who
stood somewhere and was not seen for a while.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
_UPPER, _LOWER = slice(0, 7), slice(13, 17)
"""Of COCO's keypoints those from the shoulders up, and those from the knees down."""
_REACH_M = 1.2
_TALLEST_M = 2.4
"""Keypoints farther from a person's place, or higher, are errors."""
_FLESH_M = 0.12
"""Bodies reach so far beyond their keypoints."""
_MOST_SIGMA_M = 0.35
"""Somebody whose place is known less well is not looked for."""
_LEAST_INSIDE = 0.6
"""Of somebody's box, by area, that must be in the image to look for them there."""


@dataclass(frozen=True, eq=False)
class Bodies:
    """Where n bodies are.

    Attributes:
        points_m: (n, P, 3) of them, in the factory frame; NaN where there are fewer.
        doubted: of each, the camera that alone says so, if that may be an error; else None.
        stale: (n,) who stood there, but may have left.
    """

    points_m: FloatArray
    doubted: tuple[str | None, ...]
    stale: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ExpectedBoxes:
    """Where one camera should see m bodies.

    Attributes:
        xyxy_px: (m, 4) in [px], within the image.
        whole: (m,) of whom most is in the image.
        doubted: (m,) who may be an error, since this camera alone says so, or may have left.
    """

    xyxy_px: FloatArray
    whole: npt.NDArray[np.bool_]
    doubted: npt.NDArray[np.bool_]


def bodies(persons: Sequence[Followed], stamp_ns: int, settings: TrackerSettings) -> Bodies:
    """Return where the bodies are of those who are confirmed and whose place is known.

    Args:
        persons: everybody who is followed.
        stamp_ns: the time they are expected at.
        settings: the tracker's.
    """
    sure = [person for person in persons if person.confirmed]
    if not sure:
        return Bodies(np.empty((0, 0, 3)), (), np.empty(0, bool))
    where = whereabouts(sure, stamp_ns, settings)
    stale = ~_is_known(where.covariances)
    asked = ~stale | _is_known(where.stood_covariances) & (where.stays > 0.0)
    there = np.flatnonzero(asked).tolist()
    shapes = [_shape(sure[i]) for i in there]
    points = np.full((len(there), max(map(len, shapes), default=0), 3), np.nan)
    for row, shape in zip(points, shapes, strict=True):
        row[: len(shape)] = shape
    points[:, :, :2] += np.where(stale[:, None], where.stood, where.means)[there, None]
    return Bodies(points, tuple(_doubted(sure[i]) for i in there), stale[there])


def _is_known(covariances_m2: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell (n,) which places are known well enough to look there."""
    variances_m2 = np.trace(covariances_m2, axis1=1, axis2=2)
    return np.asarray(variances_m2 <= 2.0 * _MOST_SIGMA_M**2)


def _shape(person: Followed) -> FloatArray:
    """Return points (P, 3) of somebody's body about their place, in the posture they had.

    Of whom one end was not seen, a whole figure is expected: a box about the legs alone would show
    the legs alone ever after.
    """
    about = person.last.keypoints_m - np.append(person.state[:2], 0.0)
    # Comparisons with NaN, what is not known, are false.
    right = (np.hypot(*about.T[:2]) <= _REACH_M) & (np.abs(about[:, 2]) <= _TALLEST_M)
    whole = right[_UPPER].any() and right[_LOWER].any()
    return about[right] if whole else np.concatenate([about[right], _FIGURE_M])


def _doubted(person: Followed) -> str | None:
    """Return the camera that alone says that somebody is there, unless they walk."""
    first, *others = person.last.camera_ids
    walks = person.has_walked and not person.stands
    return None if others or walks else first


def boxes_of(found: Bodies, cameras: Mapping[str, Camera]) -> dict[str, ExpectedBoxes]:
    """Return by camera the boxes in which it should see bodies."""
    n = len(found.points_m)
    if not n or not cameras:
        none = np.empty(0, bool)
        return {name: ExpectedBoxes(np.empty((0, 4)), none, none) for name in cameras}
    shape = (2, len(cameras), *found.points_m.shape[:2])
    pixels = projections(list(cameras.values()), found.points_m.reshape(-1, 3).T).reshape(shape)
    unknown = np.isnan(found.points_m[..., 0])
    behind = (np.isnan(pixels[0]) & ~unknown).any(axis=2)
    low = np.where(unknown, np.inf, pixels).min(axis=3)
    high = np.where(unknown, -np.inf, pixels).max(axis=3)
    middles = np.nanmean(found.points_m, axis=1)
    boxes = {}
    for i, (name, camera) in enumerate(cameras.items()):
        doubted = found.stale | np.array([camera_id == name for camera_id in found.doubted])
        front = ~behind[i]
        away_m = np.linalg.norm(middles[front] - camera.position_m, axis=1)
        flesh_px = camera.model.K[0, 0] * _FLESH_M / away_m
        about = np.concatenate([low[:, i, front] - flesh_px, high[:, i, front] + flesh_px]).T
        inside = np.clip(about, -0.5, np.tile(camera.model.size, 2) - 0.5)
        shown = box_areas(inside)
        seen, whole = shown > 0.0, shown >= _LEAST_INSIDE * box_areas(about)
        boxes[name] = ExpectedBoxes(inside[seen], whole[seen], doubted[front][seen])
    return boxes
