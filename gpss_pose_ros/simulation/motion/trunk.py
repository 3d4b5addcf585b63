"""Pelvis, back, neck and head from a few angles, and where that puts the shoulders."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.body import BONES
from gpss_pose_ros.simulation.motion.posture import UPPER
from gpss_pose_ros.simulation.motion.rig import Rig
from gpss_pose_ros.simulation.motion.rotation import rotation
from gpss_pose_ros.types import FloatArray

_SPINE, _CHEST, _NECK, _HEAD = (BONES.index(name) for name in ("spine", "chest", "neck", "head"))
_UPPER_ARMS = (BONES.index("left_upper_arm"), BONES.index("right_upper_arm"))
_MOST_HEAD_UP, _MOST_HEAD_DOWN, _MOST_HEAD_TURN = -0.9, 0.9, 1.3


@dataclass(frozen=True)
class Angles:
    """Turns of one part of the body in [rad]: yaw to the left, pitch forward, roll raising left."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True, eq=False)
class Trunk:
    """The trunk at one instant.

    Attributes:
        place: x, y in [m] and yaw in [rad] of the person as a whole: what a load is carried by.
        rotations: (5, 3, 3) of pelvis, spine, chest, neck and head.
        chest: (3, 3) factory_from_chest.
        shoulders: left and right shoulder joint, (3,) each, factory frame.
    """

    place: tuple[float, float, float]
    rotations: FloatArray
    chest: FloatArray
    shoulders: tuple[FloatArray, FloatArray]

    @classmethod
    def posed(
        cls,
        rig: Rig,
        place: tuple[float, float, float],
        root_m: FloatArray,
        pelvis: Angles,
        back: Angles,
        gaze: Angles,
    ) -> "Trunk":
        """Build from the pelvis' turn against the heading, the back's against the pelvis, a gaze.

        The gaze is against the heading, with level eyes, as far as the neck allows.
        """
        rotations = np.empty((5, 3, 3))
        rotations[0] = rotation(place[2] + pelvis.yaw, pelvis.pitch, pelvis.roll)
        rotations[_SPINE] = rotations[_CHEST] = rotation(
            back.yaw / 2, back.pitch / 2, back.roll / 2
        )
        rotations[_NECK] = rotations[_HEAD] = _half_neck(pelvis, back, gaze)
        lumbar = rotations[0] @ rotations[_SPINE]
        chest = lumbar @ rotations[_CHEST]
        neck_base = root_m + rotations[0] @ rig.offsets_m[_SPINE] + lumbar @ rig.offsets_m[_CHEST]
        left, right = (neck_base + chest @ rig.offsets_m[bone] for bone in _UPPER_ARMS)
        return cls(place, rotations, chest, (left, right))

    def upper(self, arms: FloatArray) -> FloatArray:
        """Return the rotations of the whole upper body, (11, 3, 3), with `arms` (6, 3, 3)."""
        upper = np.empty((UPPER, 3, 3))
        upper[:5] = self.rotations
        upper[5:] = arms
        return upper


def _half_neck(pelvis: Angles, back: Angles, gaze: Angles) -> FloatArray:
    """Return what neck and head turn each, so that both together look along the gaze."""
    pitch = gaze.pitch - pelvis.pitch - back.pitch
    pitch = min(max(pitch, _MOST_HEAD_UP), _MOST_HEAD_DOWN)
    yaw = gaze.yaw - pelvis.yaw - back.yaw
    yaw = min(max(yaw, -_MOST_HEAD_TURN), _MOST_HEAD_TURN)
    return rotation(yaw / 2, pitch / 2, (gaze.roll - pelvis.roll - back.roll) / 2)
