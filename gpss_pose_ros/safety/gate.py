"""Limits what a robot is told to drive, so that no point of it is faster than allowed."""

import math
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True)
class PlanarTwist:
    """A motion on the floor, in the robot's own frame.

    Attributes:
        x_mps: forward.
        y_mps: to the left.
        turn_radps: about z, counter-clockwise.
    """

    x_mps: float
    y_mps: float
    turn_radps: float


STANDSTILL = PlanarTwist(0.0, 0.0, 0.0)


def fastest_mps(twist: PlanarTwist, outline_m: FloatArray) -> float:
    """Return the speed of the fastest point of a convex outline (V, 2): one of its corners."""
    x_m, y_m = outline_m.T
    along = twist.x_mps - twist.turn_radps * y_m
    across = twist.y_mps + twist.turn_radps * x_m
    return float(np.hypot(along, across).max())


def limited(twist: PlanarTwist, outline_m: FloatArray, allowed_mps: float) -> PlanarTwist:
    """Return the twist, slowed down along the same path until nothing is faster than allowed.

    Args:
        twist: that somebody wants.
        outline_m: (V, 2) of the robot, in its own frame.
        allowed_mps: for every point of it. Whatever is not finite stops the robot.
    """
    fastest = fastest_mps(twist, outline_m)
    if not (math.isfinite(fastest) and math.isfinite(allowed_mps) and allowed_mps > 0.0):
        return STANDSTILL
    if fastest <= allowed_mps:
        return twist
    scale = allowed_mps / fastest
    return PlanarTwist(twist.x_mps * scale, twist.y_mps * scale, twist.turn_radps * scale)
