"""Dresses a bare surface: cloth bridges hollows and stands off the skin, shoes have soles."""

from dataclasses import dataclass

import numpy as np

from baking.mesh import neighbour_average, vertex_normals
from gpss_pose_ros.simulation.body import BONES

_SIDES = ("left", "right")
_SHOE_PARTS = ("foot", "toes")
_INSTEP_M = 0.020  # bare surface lower than this above the floor is underside


@dataclass(frozen=True)
class Cut:
    """How far the clothes stand off the skin, in [m]; `skirt` widens the jacket towards its hem."""

    jacket: float
    skirt: float
    trousers: float
    flare: float
    hair: float
    sole: float

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Cut":
        """Return a cut from slim T-shirt and jeans to wide jacket and work trousers."""
        jacket = rng.choice([0.006, 0.012, 0.020, 0.028])
        return cls(
            jacket=float(jacket),
            skirt=float(rng.uniform(0.0, 0.8) * jacket),
            trousers=float(rng.uniform(0.007, 0.018)),
            flare=float(rng.uniform(0.006, 0.022)),
            hair=float(rng.choice([0.004, 0.012, 0.025])),
            sole=float(rng.uniform(0.020, 0.032)),
        )


def dress(
    vertices: np.ndarray, faces: np.ndarray, weights: np.ndarray, joints: np.ndarray, cut: Cut
) -> np.ndarray:
    """Return the clothed surface (V, 3); the soles' underside is at z = 0.

    Args:
        vertices: (V, 3) bare surface in the rest pose, standing on z = 0.
        faces: (F, 3).
        weights: (V, 19) blend weights.
        joints: (19, 3) joints of the bare body; the dressed body's are `cut.sole` higher.
        cut: what to wear.
    """
    average = neighbour_average(faces, len(vertices))
    cloth = _share(weights, "pelvis", "spine", "chest", *_limbs("upper_arm", "forearm"))
    cloth = cloth + _share(weights, *_limbs("thigh", "shin"))
    dressed = _bridged(vertices, average, np.clip(cloth, 0.0, 1.0))
    offset = _stand_off(vertices, weights, joints, cut)
    for _ in range(2):
        offset = (offset + average @ offset) / 2
    dressed = dressed + offset[:, None] * vertex_normals(dressed, faces, average)
    dressed[:, 2] += cut.sole
    shoe = _share(weights, *_limbs(*_SHOE_PARTS)) > 0.5
    return _shod(dressed, vertices, shoe)


def _limbs(*parts: str) -> tuple[str, ...]:
    return tuple(f"{side}_{part}" for side in _SIDES for part in parts)


def _share(weights: np.ndarray, *bones: str) -> np.ndarray:
    """Return (V,) how much of each vertex belongs to `bones`."""
    return weights[:, [BONES.index(bone) for bone in bones]].sum(1)


def _bridged(vertices: np.ndarray, average: np.ndarray, cloth: np.ndarray) -> np.ndarray:
    """Return `vertices` smoothed where there is cloth, without shrinking (Taubin 1995)."""
    for factor in (0.6, -0.62) * 4:
        vertices = vertices + factor * cloth[:, None] * (average @ vertices - vertices)
    return vertices


def _stand_off(
    vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray, cut: Cut
) -> np.ndarray:
    """Return (V,) how far each vertex moves along its normal, in [m]."""
    z = vertices[:, 2]
    knee, ankle = (joints[BONES.index(f"left_{part}"), 2] for part in ("shin", "foot"))
    waist, hip = joints[BONES.index("chest"), 2], joints[BONES.index("left_thigh"), 2]
    down = np.clip((waist - z) / (waist - hip), 0.0, 1.0)
    low = np.clip((knee - z) / (knee - ankle), 0.0, 1.0)
    return (
        _share(weights, "pelvis", "spine", "chest") * (cut.jacket + cut.skirt * down)
        + _share(weights, *_limbs("upper_arm", "forearm")) * (0.003 + 0.7 * cut.jacket)
        + _share(weights, *_limbs("hand")) * 0.002
        + _share(weights, *_limbs("thigh", "shin")) * (cut.trousers + cut.flare * low**2)
        + _share(weights, *_limbs(*_SHOE_PARTS)) * 0.010
        + _share(weights, "head") * cut.hair * _scalp(vertices, joints)
    )


def _scalp(vertices: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Return (V,) 1 on the hairy part of the head, falling to 0 at the hairline."""
    joint = joints[BONES.index("head")]
    crown = vertices[:, 2].max() - joint[2]
    up, back = (vertices[:, 2] - joint[2]) / crown, (joint[0] - vertices[:, 0]) / crown
    return np.clip(3.0 * (up + 0.6 * back - 0.45), 0.0, 1.0)


def _shod(dressed: np.ndarray, bare: np.ndarray, shoe: np.ndarray) -> np.ndarray:
    """Return `dressed` with the underside of the feet pressed to the floor."""
    under = shoe & (bare[:, 2] < _INSTEP_M)
    result = dressed.copy()
    result[under, 2] = 0.0
    result[:, 2] = np.maximum(result[:, 2], 0.0)
    return result
