"""Convex hull of a few points."""

import numpy as np

from gpss_pose_ros.types import FloatArray

_Point = tuple[float, float]


def convex_hull(points_m: FloatArray) -> FloatArray:
    """Return the corners (H, 2) of the convex hull of points (N, 2), N >= 1, counter-clockwise.

    No corner lies on the line of its neighbours: points on a line give their two ends, points in
    one place that place. Andrew's monotone chain; in plain Python, which is faster than NumPy for
    the dozen points of a person, and in double precision, which OpenCV's hull is not.
    """
    points: list[_Point] = sorted(set(map(tuple, points_m.tolist())))
    corners = points if len(points) == 1 else _chain(points) + _chain(points[::-1])
    return np.array(corners)


def _chain(points: list[_Point]) -> list[_Point]:
    """Return one half of the hull of sorted points, without its last corner."""
    chain: list[_Point] = []
    for x, y in points:
        while len(chain) > 1:
            x0, y0 = chain[-2]
            x1, y1 = chain[-1]
            if (x1 - x0) * (y - y0) > (y1 - y0) * (x - x0):  # turns left at (x1, y1)
                break
            chain.pop()
        chain.append((x, y))
    return chain[:-1]
