"""The floor that robots sweep until they stand."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.safety.separation import RobotMotion
from gpss_pose_ros.safety.values import Robot
from gpss_pose_ros.types import FloatArray

_SIDES = 8
_STEP_RAD = 2.0 * np.pi / _SIDES


def swept_m(robots: Sequence[Robot], outlines_m: FloatArray, motion: RobotMotion) -> FloatArray:
    """Return the corners (R, 8, 2) of convex polygons around the floor that robots sweep.

    A robot goes on as it does until its brakes begin, then until it stands, over a way of
    v (T_r + age) + v^2 / (2 a). To turn by an angle moves no point of its outline by more than
    that angle times its radius, nor bends its way by more than that angle times the way. So much,
    and the uncertainty of its position, is added all around.

    The sides look in 8 directions from the robot's own: a rectangle that drives straight ahead is
    exact, everything else is inside. Two corners may be in one place.

    Args:
        robots: R of them.
        outlines_m: (R, V, 2) of them now.
        motion: of the same robots.
    """
    velocities = np.array([r.velocity_mps for r in robots]).reshape(-1, 2)
    speeds = np.hypot(*velocities.T)[:, None]
    before_brakes_s = motion.reaction_s + motion.age_s
    ways_s = before_brakes_s + speeds / (2.0 * motion.deceleration_mps2)
    added_m = _turning_m(robots, motion, speeds * ways_s) + motion.uncertainty_m
    yaws = np.array([r.yaw_rad for r in robots])[:, None]
    angles = yaws + _STEP_RAD * np.arange(_SIDES)
    sides = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    ahead_m = np.einsum("rsd,rd->rs", sides, velocities) * ways_s
    origins = outlines_m[:, :1]
    spans_m = np.einsum("rsd,rvd->rsv", sides, outlines_m - origins).max(axis=-1)
    spans_m = spans_m + np.maximum(ahead_m, 0.0) + added_m
    return origins + _circumscribed(sides, spans_m)


def _turning_m(robots: Sequence[Robot], motion: RobotMotion, ways_m: FloatArray) -> FloatArray:
    """Return by how much turning (R, 1) moves any point of an outline off a straight way."""
    until_still_s = motion.reaction_s + motion.age_s + motion.speed_mps / motion.deceleration_mps2
    rates = np.array([abs(r.turn_rate_radps) for r in robots])[:, None]
    radii = np.array([r.profile.radius_m for r in robots])[:, None]
    angles = rates * until_still_s
    turned_m: FloatArray = radii * np.minimum(angles, 2.0) + ways_m * np.minimum(angles, 1.0)
    return turned_m


def _circumscribed(sides: FloatArray, spans_m: FloatArray) -> FloatArray:
    """Return corners (R, S, 2) of the polygons whose sides are `spans_m` (R, S) from the origin.

    Args:
        sides: (R, S, 2) unit vectors the sides look in, counter-clockwise.
        spans_m: support function of something convex.
    """
    along = np.stack([-sides[..., 1], sides[..., 0]], axis=-1)
    next_m = np.roll(spans_m, -1, axis=1)
    to_corner_m = (next_m - spans_m * np.cos(_STEP_RAD)) / np.sin(_STEP_RAD)
    corners: FloatArray = spans_m[..., None] * sides + to_corner_m[..., None] * along
    return corners
