"""What motions need of a body: its limbs, its feet and the offsets between its joints."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gpss_pose_ros.simulation.body import BONES, PARENTS, Body
from gpss_pose_ros.simulation.motion.limb import Limb
from gpss_pose_ros.types import FloatArray

SIDES = ("left", "right")


@dataclass(frozen=True, eq=False)
class FootShape:
    """One foot, seen from its toes' joint in the rest pose: sole flat, x forward, z up.

    Attributes:
        ankle_m, heel_m: (3,) from the toes' joint to the ankle joint and to the heel's lowest edge.
        toe_length_m: from the toes' joint to the tip of the shoe.
        joint_height_m: of the toes' joint above the floor.
    """

    ankle_m: FloatArray
    heel_m: FloatArray
    toe_length_m: float
    joint_height_m: float


@dataclass(frozen=True, eq=False)
class Rig:
    """One body's constants of motion; index 0 is left, 1 is right.

    Attributes:
        height_m: stature.
        root_m: (3,) the pelvis joint in the rest pose.
        offsets_m: (B, 3) from each bone's parent joint to its own.
        legs, arms: per side.
        feet: per side.
        hips_m: half the distance between the hip joints.
        shoulder_m: height of the shoulder joints in the rest pose.
        stand_m: height of the pelvis joint when standing, a little above what the legs allow:
            `solve` straightens them as far as they go.
    """

    height_m: float
    root_m: FloatArray
    offsets_m: FloatArray
    legs: tuple[Limb, Limb]
    arms: tuple[Limb, Limb]
    feet: tuple[FootShape, FootShape]
    hips_m: float
    shoulder_m: float
    stand_m: float

    @property
    def hip_height_m(self) -> float:
        """Height of the hip joints in the rest pose, in [m]."""
        return float(self.root_m[2] + self.offsets_m[BONES.index("left_thigh"), 2])


@lru_cache(maxsize=256)
def rig_of(body: Body) -> Rig:
    """Return the constants of `body`."""
    joints = body.joints_m
    offsets = joints - joints[list(PARENTS)]
    offsets[0] = 0.0
    hips = abs(float(offsets[BONES.index("left_thigh"), 1]))
    return Rig(
        height_m=body.height_m,
        root_m=joints[0],
        offsets_m=offsets,
        legs=_limbs(joints, ("thigh", "shin", "foot"), bends_forward=True),
        arms=_limbs(joints, ("upper_arm", "forearm", "hand"), bends_forward=False),
        feet=(_foot(body, "left"), _foot(body, "right")),
        hips_m=hips,
        shoulder_m=float(joints[BONES.index("left_upper_arm"), 2]),
        stand_m=float(joints[0, 2]) + 0.005 * body.height_m,
    )


def _limbs(
    joints: FloatArray, bones: tuple[str, str, str], bends_forward: bool
) -> tuple[Limb, Limb]:
    left, right = (
        Limb.of(joints[[BONES.index(f"{side}_{bone}") for bone in bones]], bends_forward)
        for side in SIDES
    )
    return left, right


def _foot(body: Body, side: str) -> FootShape:
    """Measure a foot on the rest surface: heel and tip are its rearmost and foremost vertices."""
    foot, toes = BONES.index(f"{side}_foot"), BONES.index(f"{side}_toes")
    bones = body.weights.argmax(axis=1)
    surface = body.vertices_m[(bones == foot) | (bones == toes)]
    ball = body.joints_m[toes]
    heel = np.array((float(surface[:, 0].min()), body.joints_m[foot][1], 0.0))
    return FootShape(
        ankle_m=body.joints_m[foot] - ball,
        heel_m=heel - ball,
        toe_length_m=float(surface[:, 0].max() - ball[0]),
        joint_height_m=float(ball[2]),
    )
