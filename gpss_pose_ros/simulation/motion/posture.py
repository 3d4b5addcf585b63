"""A posture: what a motion commands; the legs follow from where the feet are."""

import math
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.body import BONES
from gpss_pose_ros.simulation.body_pose import BodyPose
from gpss_pose_ros.simulation.motion.rig import Rig
from gpss_pose_ros.simulation.motion.rotation import exponential, logarithm, rotation, wrapped
from gpss_pose_ros.types import FloatArray

UPPER = BONES.index("left_thigh")  # the bones from pelvis to hands come first
LEGS = (BONES.index("left_thigh"), BONES.index("right_thigh"))
# Columns of `Posture.feet`.
X, Y, Z, YAW, PITCH, TOES = range(6)
_SOFTNESS_M = 0.010


@dataclass(frozen=True, eq=False)
class Posture:
    """The upper body by joint angles, the feet by place.

    Attributes:
        root_m: (3,) the pelvis joint, factory frame; lowered by `solve` where the feet pull.
        upper: (11, 3, 3) rotations of pelvis to hands, as `BodyPose.rotations`.
        feet: (2, 6) left, right: x, y, z of the toes' joint in [m]; yaw, pitch (heel raised is
            positive) and bend of the toes against the foot in [rad].
    """

    root_m: FloatArray
    upper: FloatArray
    feet: FloatArray


@dataclass(frozen=True, eq=False)
class Offset:
    """The difference between two postures, to be faded out: what keeps a change of motion smooth.

    Attributes:
        root_m: (3,); turns: (11, 3) rotation vectors; feet: (2, 6).
    """

    root_m: FloatArray
    turns: FloatArray
    feet: FloatArray

    @classmethod
    def between(cls, wanted: Posture, given: Posture) -> "Offset":
        """Return what leads from `given` to `wanted`."""
        feet = wanted.feet - given.feet
        feet[:, YAW] = [wrapped(yaw) for yaw in feet[:, YAW]]
        turns = logarithm(given.upper.transpose(0, 2, 1) @ wanted.upper)
        return cls(wanted.root_m - given.root_m, turns, feet)

    @property
    def size(self) -> float:
        """How large the change is: about 1 for a deep squat or an arm raised by a right angle."""
        turn = float(np.sqrt((self.turns**2).sum(axis=1)).max())
        return float(np.abs(self.root_m).max()) * 2.0 + turn * 0.6

    def applied(self, posture: Posture, weight: float) -> Posture:
        """Return `posture` moved by `weight` times this offset."""
        return Posture(
            posture.root_m + weight * self.root_m,
            posture.upper @ exponential(weight * self.turns),
            posture.feet + weight * self.feet,
        )


def solve(rig: Rig, posture: Posture) -> BodyPose:
    """Return the pose of the whole body: both ankles reach their feet.

    The pelvis comes down where a leg would be too short for its foot.
    """
    rotations = np.empty((len(BONES), 3, 3))
    rotations[:UPPER] = posture.upper
    pelvis = posture.upper[0]
    hips = [pelvis @ rig.offsets_m[bone] for bone in LEGS]
    foot_rotations, ankles = zip(
        *(_foot(rig, side, posture.feet[side]) for side in (0, 1)), strict=True
    )
    root = posture.root_m.copy()
    for side in (0, 1):
        root[2] = _soft_minimum(root[2], _highest(rig, side, root, hips[side], ankles[side]))
    for side, thigh in enumerate(LEGS):
        yaw = posture.feet[side, YAW]
        pole = np.array((pelvis[0, 0] + math.cos(yaw), pelvis[1, 0] + math.sin(yaw), 0.0))
        upper, lower = rig.legs[side].solve(root + hips[side], ankles[side], pole)
        rotations[thigh] = pelvis.T @ upper
        rotations[thigh + 1] = upper.T @ lower
        rotations[thigh + 2] = lower.T @ foot_rotations[side]
        rotations[thigh + 3] = rotation(0.0, posture.feet[side, TOES])
    return BodyPose(root, rotations)


def _foot(rig: Rig, side: int, foot: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a foot's rotation and its ankle's position, factory frame."""
    turned = rotation(foot[YAW], foot[PITCH])
    return turned, foot[:3] + turned @ rig.feet[side].ankle_m


def _highest(rig: Rig, side: int, root: FloatArray, hip: FloatArray, ankle: FloatArray) -> float:
    """Return the height of the pelvis joint at which a leg is as straight as it gets."""
    dx, dy = root[0] + hip[0] - ankle[0], root[1] + hip[1] - ankle[1]
    spare = rig.legs[side].reach_m ** 2 - dx * dx - dy * dy
    return float(ankle[2] - hip[2]) + math.sqrt(max(spare, 1e-4))


def _soft_minimum(a: float, b: float) -> float:
    """Return slightly less than the lesser of two heights, without a kink where they cross."""
    return 0.5 * (a + b - math.sqrt((a - b) ** 2 + _SOFTNESS_M**2))
