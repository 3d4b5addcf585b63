"""Arms: hanging by angles, or with the wrist at a point."""

import math

import numpy as np

from gpss_pose_ros.simulation.body import BONES
from gpss_pose_ros.simulation.motion.rig import Rig
from gpss_pose_ros.simulation.motion.rotation import about, rotation
from gpss_pose_ros.simulation.motion.trunk import Trunk
from gpss_pose_ros.types import FloatArray

OUTWARDS = (1.0, -1.0)  # sign of the body's y axis on the left and on the right


def hanging(rig: Rig, side: int, flexion: float, out: float, elbow: float) -> FloatArray:
    """Return (3, 3, 3) rotations of upper arm, forearm and hand of an arm that hangs or swings.

    Args:
        rig: of the body.
        side: 0 left, 1 right.
        flexion: of the shoulder, forward, in [rad].
        out: angle of the upper arm from the vertical, outwards, in [rad].
        elbow: bend in [rad].
    """
    arms = np.empty((3, 3, 3))
    rest = _rest_out(rig, side)
    arms[0] = rotation(0.0, -flexion) @ rotation(0.0, 0.0, OUTWARDS[side] * (out - rest))
    arms[1] = rotation(0.0, -elbow) @ rotation(-OUTWARDS[side] * 0.15)
    arms[2] = rotation(0.0, -0.12)
    return arms


def reaching(
    rig: Rig, trunk: Trunk, side: int, wrist_m: FloatArray, pole: FloatArray, palm: float = 0.0
) -> FloatArray:
    """Return (3, 3, 3) rotations of upper arm, forearm and hand with the wrist at `wrist_m`.

    Args:
        rig: of the body.
        trunk: the trunk the arm hangs on.
        side: 0 left, 1 right.
        wrist_m: (3,) factory frame; beyond reach the arm points at it.
        pole: (3,) direction the elbow goes to, factory frame.
        palm: turn of the palm from inwards to down in [rad], half by the forearm.
    """
    upper, lower = rig.arms[side].solve(trunk.shoulders[side], wrist_m, pole)
    arms = np.empty((3, 3, 3))
    arms[0] = trunk.chest.T @ upper
    arms[1] = upper.T @ lower
    if palm:
        twist = about(rig.arms[side].rest_from_lower[:, 2], -OUTWARDS[side] * palm / 2)
        arms[1] = arms[1] @ twist
        arms[2] = twist
    else:
        arms[2] = np.eye(3)
    return arms


def _rest_out(rig: Rig, side: int) -> float:
    """Return how far the upper arm points outwards in the rest pose, in [rad]."""
    bone = rig.offsets_m[BONES.index("left_forearm" if side == 0 else "right_forearm")]
    return math.atan2(OUTWARDS[side] * float(bone[1]), -float(bone[2]))
