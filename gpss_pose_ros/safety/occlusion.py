"""What a solid thing on the floor hides from a camera."""

import numpy as np

from gpss_pose_ros.safety.grid import half_planes
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.settings import Occluder
from gpss_pose_ros.types import FloatArray

_TOUCHING_M = 1e-6
"""An eye this near has a shadow too long to compute with, and no view either."""


def shadow(
    occluder: Occluder, eye_m: FloatArray, height_m: float, range_m: float
) -> FloatArray | None:
    """Return the convex outline (V, 2) of the places at a height that an occluder hides; or None.

    The occluder is a prism from the floor up. Seen from above, its shadow is the convex hull of its
    outline and of its top's outline, projected through the eye: scaled about the eye's foot by
    (eye - height) / (eye - top). If the top is not below the eye, all that is behind the outline is
    hidden, however far; and everything if the eye is inside, or all but touches.

    Args:
        occluder: solid.
        eye_m: (3,) centre of projection.
        height_m: of the places above the floor.
        range_m: farther than this from the eye a shadow need not reach.
    """
    outline, foot = np.array(occluder.corners_m, dtype=np.float64), eye_m[:2]
    above_m = float(eye_m[2]) - occluder.height_m
    if above_m > _TOUCHING_M:
        if height_m >= occluder.height_m:
            return None  # a line between two points above the top stays above it
        return _stretched(outline, foot, (float(eye_m[2]) - height_m) / above_m)
    gap_m = _gap(outline, foot)
    if gap_m <= _TOUCHING_M:
        return foot + range_m * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return _stretched(outline, foot, max(range_m / gap_m, 1.0))


def _stretched(outline_m: FloatArray, foot_m: FloatArray, factor: float) -> FloatArray:
    """Return the hull of an outline and of the outline scaled about a point."""
    return convex_hull(np.concatenate([outline_m, foot_m + factor * (outline_m - foot_m)]))


def _gap(outline_m: FloatArray, point_m: FloatArray) -> float:
    """Return at most the distance of a point from a convex polygon; above 0 only outside."""
    normals, offsets = half_planes(outline_m)
    return float(((normals @ point_m - offsets) / np.hypot(*normals.T)).max())
