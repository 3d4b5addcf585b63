"""One simulated adult: a clothed surface on 19 bones, and where their keypoints are.

Body frame: x forward, y left, z up, origin on the floor under the pelvis. The rest pose stands
upright with the feet parallel along x, the soles at z = 0 and the arms hanging down, palms inward;
in it every bone's frame is parallel to the body frame, with its origin in the bone's joint.
B bones, V vertices, F triangles.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import ConfigurationError, InputError
from gpss_pose_ros.types import FloatArray, ImageArray, float_array

_BONE_PARENTS = {
    "pelvis": "",
    "spine": "pelvis",
    "chest": "spine",
    "neck": "chest",
    "head": "neck",
    "left_upper_arm": "chest",
    "left_forearm": "left_upper_arm",
    "left_hand": "left_forearm",
    "right_upper_arm": "chest",
    "right_forearm": "right_upper_arm",
    "right_hand": "right_forearm",
    "left_thigh": "pelvis",
    "left_shin": "left_thigh",
    "left_foot": "left_shin",
    "left_toes": "left_foot",
    "right_thigh": "pelvis",
    "right_shin": "right_thigh",
    "right_foot": "right_shin",
    "right_toes": "right_foot",
}
_ASSETS = Path(__file__).parent / "assets"
# A bone's parent precedes it; -1 is "no parent".
BONES = tuple(_BONE_PARENTS)
PARENTS = tuple(BONES.index(parent) if parent else -1 for parent in _BONE_PARENTS.values())

# What the texture of a body can colour on its own; `Body.regions` holds indices into this.
REGIONS = (
    "skin",
    "hair",
    "beard",
    "eye",
    "mouth",
    "collar",
    "torso",
    "torso_band",
    "belt",
    "hem",
    "thigh",
    "shin",
    "leg_band",
    "upper_arm",
    "forearm",
    "arm_band",
    "hand",
    "shoe",
    "sole",
)


@dataclass(frozen=True, eq=False)
class Body:
    """One adult in the rest pose. Arrays are read-only.

    Attributes:
        name: "body_00", ...
        height_m: stature without shoes, in [m].
        joints_m: (B, 3) the origin of every bone, body frame, in [m].
        vertices_m: (V, 3) float32 clothed surface, body frame, in [m].
        faces: (F, 3) int32 triangles, wound counter-clockwise seen from outside.
        uv: (V, 2) float32 texture coordinates in [0, 1], v upwards as in OpenGL.
        regions: (Ht, Wt) uint8 indices into REGIONS over the texture, row 0 at v = 1.
        weights: (V, B) float32 blend weights; a row sums to 1 and has at most 4 non-zeros.
        keypoint_terms: (23, B, 4) in [m], order of skeleton "coco17_feet": keypoint k is
            `sum_b T_b @ keypoint_terms[k, b]`, T_b the 4x4 factory_from_bone. This is linear blend
            skinning of a regressed point: terms[k, b] = sum_v r_kv w_vb [v - joint_b, 1].
        sole_terms: (2, B, 4) left, right: the middle of the sole's underside, by the same law.
    """

    name: str
    height_m: float
    joints_m: FloatArray
    vertices_m: npt.NDArray[np.float32]
    faces: npt.NDArray[np.int32]
    uv: npt.NDArray[np.float32]
    regions: ImageArray
    weights: npt.NDArray[np.float32]
    keypoint_terms: FloatArray
    sole_terms: FloatArray

    def __post_init__(self) -> None:
        bones, vertices = len(BONES), len(self.vertices_m)
        shapes: dict[str, tuple[int | None, ...]] = {
            "joints_m": (bones, 3),
            "keypoint_terms": (None, bones, 4),
            "sole_terms": (2, bones, 4),
        }
        for name, shape in shapes.items():
            value = float_array(getattr(self, name), f"{self.name}: {name}", shape)
            object.__setattr__(self, name, value)
        self._read_only("vertices_m", (vertices, 3))
        self._read_only("faces", (len(self.faces), 3))
        self._read_only("uv", (vertices, 2))
        self._read_only("weights", (vertices, bones))
        self._read_only("regions", self.regions.shape)

    def _read_only(self, name: str, shape: tuple[int, ...]) -> None:
        array = getattr(self, name).view()
        if array.shape != shape:
            raise InputError(f"{self.name}: {name} must have shape {shape}, got {array.shape}")
        array.flags.writeable = False
        object.__setattr__(self, name, array)


def load_bodies(path: Path | None = None) -> tuple[Body, ...]:
    """Return the baked adults, in the order of their names.

    Args:
        path: the .npz that tools/bake_bodies.py wrote; None is the one of this package.

    Raises ConfigurationError where the file is absent or is not such a file.
    """
    path = path or _ASSETS / "bodies.npz"
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        shared = {name: arrays.pop(name) for name in ("faces", "uv", "regions", "weights")}
        heights = arrays.pop("heights_m")
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"{path} holds no simulated bodies ({error}); tools/bake_bodies.py writes it"
        ) from error
    return tuple(
        Body(
            name=f"body_{i:02d}",
            height_m=float(height),
            **{name: rows[i] for name, rows in arrays.items()},
            **shared,
        )
        for i, height in enumerate(heights)
    )
