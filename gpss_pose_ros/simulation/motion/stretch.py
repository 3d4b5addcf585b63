"""Postures of sport and stretching: arms anywhere, a leg off the floor, the trunk bent aside.

Nobody works like that, but a network that has only seen people at work finds nobody else.
"""

import numpy as np

from gpss_pose_ros.simulation.body import BONES, Body
from gpss_pose_ros.simulation.body_pose import BodyPose, bone_transforms, soles_m
from gpss_pose_ros.simulation.motion.rotation import rotation
from gpss_pose_ros.types import FloatArray

_LEG_UP = 0.6
"""How often one leg is off the floor."""


def stretched(body: Body, pose: BodyPose, rng: np.random.Generator) -> BodyPose:
    """Return a pose with arms, trunk and perhaps one leg elsewhere; the lower foot stands at z = 0.

    Args:
        body: who.
        pose: where they stand and face, and how the supporting leg is bent.
        rng: source of all randomness.
    """
    rotations = pose.rotations.copy()
    lean = rng.normal(0.0, (0.1, 0.25, 0.2))
    for bone in ("spine", "chest"):
        rotations[BONES.index(bone)] = rotation(*lean / 2.0)
    for side in ("left", "right"):
        outwards = 1.0 if side == "left" else -1.0
        _set(rotations, f"{side}_upper_arm", _arm(outwards, rng))
        _set(rotations, f"{side}_forearm", rotation(0.0, -rng.uniform(0.0, 2.0)))
    if rng.random() < _LEG_UP:
        side = ("left", "right")[int(rng.integers(2))]
        aside = rng.uniform(-0.15, 0.9) * (1.0 if side == "left" else -1.0)
        _set(rotations, f"{side}_thigh", rotation(0.0, rng.uniform(-1.5, 0.6), aside))
        _set(rotations, f"{side}_shin", rotation(0.0, rng.uniform(0.0, 1.7)))
    lifted = BodyPose(pose.root_m, rotations)
    lowest = soles_m(body, bone_transforms(body, lifted))[:, 2].min()
    return BodyPose(lifted.root_m - (0.0, 0.0, lowest), rotations)


def _arm(outwards: float, rng: np.random.Generator) -> FloatArray:
    """Return an upper arm's turn: raised to the side, then swung forwards or back."""
    swing = rotation(0.0, -rng.uniform(-0.6, 1.8))
    return swing @ rotation(0.0, 0.0, outwards * rng.uniform(0.0, 2.4))


def _set(rotations: FloatArray, bone: str, turn: FloatArray) -> None:
    rotations[BONES.index(bone)] = turn
