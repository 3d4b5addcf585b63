"""A smooth way over the floor, by the distance gone."""

import math

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.types import FloatArray, float_array

_SPACING_M = 0.03
_TURNING_M = 0.6
_COARSE = 8  # every so manyth point describes a parallel way
_LEAST_TURN = 1e-3


class Path:
    """A polyline with rounded corners, parametrised by arc length.

    The heading is the direction averaged over 0.6 m: nobody turns on the spot while walking.

    Args:
        points_m: (N, 2) corners in [m], N >= 2.
        radius_m: of the rounding; smaller where two corners are close to each other.

    Raises:
        InputError: fewer than two distinct points, or a point that is not finite.
    """

    def __init__(self, points_m: FloatArray, radius_m: float = 0.6) -> None:
        corners = _distinct(float_array(points_m, "points_m", (None, 2)))
        points = _rounded(corners, radius_m)
        steps = np.hypot(*np.diff(points, axis=0).T)
        chords = np.concatenate(([0.0], np.cumsum(steps)))
        self.length_m = float(chords[-1])
        count = max(math.ceil(self.length_m / _SPACING_M), 2) + 1
        self._s = np.linspace(0.0, self.length_m, count)
        self._x = np.interp(self._s, chords, points[:, 0])
        self._y = np.interp(self._s, chords, points[:, 1])
        directions = np.unwrap(np.arctan2(*np.diff(points, axis=0).T[::-1]))
        middles = 0.5 * (chords[1:] + chords[:-1])
        self._yaw = _gradual(np.interp(self._s, middles, directions))

    def at(self, distance_m: float) -> tuple[float, float, float]:
        """Return x, y in [m] and the continuous heading in [rad] at a distance from the start."""
        place = min(max(distance_m / self.length_m, 0.0), 1.0) * (len(self._s) - 1)
        i = min(int(place), len(self._s) - 2)
        w = place - i
        x, y, yaw = self._x, self._y, self._yaw
        return (
            x.item(i) + w * (x.item(i + 1) - x.item(i)),
            y.item(i) + w * (y.item(i + 1) - y.item(i)),
            yaw.item(i) + w * (yaw.item(i + 1) - yaw.item(i)),
        )

    def places(self, distances_m: FloatArray) -> FloatArray:
        """Return x, y, yaw (N, 3) at distances (N,) from the start."""
        columns = [np.interp(distances_m, self._s, v) for v in (self._x, self._y, self._yaw)]
        return np.stack(columns, axis=1)

    def beside(self, left_m: float, start_m: FloatArray) -> "Path":
        """Return the way of somebody who joins from `start_m` (2,) and walks to the left of this.

        They are beside this path after the larger of 1 m and twice the distance to it.
        """
        join_m = max(1.0, 2.0 * float(np.hypot(*(start_m - self.places(np.zeros(1))[0, :2]))))
        normal = np.stack((-np.sin(self._yaw), np.cos(self._yaw)), axis=1)
        parallel = (np.stack((self._x, self._y), axis=1) + left_m * normal)[self._s >= join_m]
        return Path(np.vstack((start_m, parallel[:-1:_COARSE], parallel[-1:])), radius_m=0.3)


def _gradual(yaw: FloatArray) -> FloatArray:
    """Return headings (N,) averaged over a window; beyond the ends they stay as they are."""
    half = round(_TURNING_M / _SPACING_M / 2)
    sums = np.cumsum(np.pad(yaw, (half + 1, half), mode="edge"))
    averages: FloatArray = (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)
    return averages


def _distinct(points: FloatArray) -> FloatArray:
    """Return the points without repetitions of their predecessor."""
    if not np.isfinite(points).all():
        raise InputError("the points of a path must be finite")
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.hypot(*np.diff(points, axis=0).T) > 1e-6
    if keep.sum() < 2:
        raise InputError(f"a path needs two distinct points, got {points.tolist()}")
    distinct: FloatArray = points[keep]
    return distinct


def _rounded(corners: FloatArray, radius_m: float) -> FloatArray:
    """Replace every corner by an arc of a circle that touches both its sides."""
    parts = [corners[:1]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        parts.append(_arc(before, corner, after, radius_m))
    return np.concatenate([*parts, corners[-1:]])


def _arc(before: FloatArray, corner: FloatArray, after: FloatArray, radius_m: float) -> FloatArray:
    arriving, leaving = corner - before, after - corner
    room = 0.49 * min(float(np.hypot(*arriving)), float(np.hypot(*leaving)))
    arriving, leaving = arriving / np.hypot(*arriving), leaving / np.hypot(*leaving)
    turn = math.atan2(
        arriving[0] * leaving[1] - arriving[1] * leaving[0], float(arriving @ leaving)
    )
    if abs(turn) < _LEAST_TURN:
        return corner[None]
    half = math.tan(min(abs(turn), 3.1) / 2.0)
    radius = min(radius_m, room / half)
    side = math.copysign(1.0, turn)
    start = corner - arriving * radius * half
    centre = start + radius * side * np.array((-arriving[1], arriving[0]))
    count = max(math.ceil(abs(turn) * radius / _SPACING_M), 2)
    angles = np.linspace(0.0, turn, count + 1)
    c, s = np.cos(angles), np.sin(angles)
    spoke = start - centre
    arc: FloatArray = centre + np.stack(
        (c * spoke[0] - s * spoke[1], s * spoke[0] + c * spoke[1]), 1
    )
    return arc
