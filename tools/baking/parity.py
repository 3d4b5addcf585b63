"""How far our skinning (19 bones, 4 weights a vertex) is from Anny's own (104 bones)."""

import anny
import numpy as np
from scipy.spatial.transform import Rotation

from baking.adults import Adult, posed, posed_by
from baking.rig import our_bone, our_joints
from gpss_pose_ros.simulation.body import BONES, Body
from gpss_pose_ros.simulation.body_pose import BodyPose, bone_transforms, skin_m

# Largest turn of each kind of joint about any axis, in [deg]: walking, bending, reaching.
_RANGES = {"thigh": 35, "shin": 45, "upper_arm": 45, "forearm": 45, "foot": 15, "toes": 15}


def skin_parity_mm(
    adult: Adult, model: anny.Anny, weights: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return how far the bare skin (V,) of `adult` is from Anny's in a random pose, in [mm].

    Args:
        adult: whose body.
        model: Anny in the topology that `weights` belong to.
        weights: (V, 19) our blend weights.
        rng: picks the pose.
    """
    rest = posed(model, adult)
    body = _bare_body(rest.vertices, our_joints(rest.heads, model.bone_labels), weights)
    transforms = bone_transforms(body, BodyPose(body.joints_m[0], _random_rotations(rng)))
    turned = transforms[[BONES.index(our_bone(label)) for label in model.bone_labels], :3, :3]
    theirs = posed_by(model, adult, turned @ rest.rotations)
    distances: np.ndarray = np.linalg.norm(skin_m(body, transforms) - theirs.vertices, axis=1)
    return distances * 1e3


def _bare_body(vertices: np.ndarray, joints: np.ndarray, weights: np.ndarray) -> Body:
    return Body(
        name="bare",
        height_m=float(np.ptp(vertices[:, 2])),
        joints_m=joints,
        vertices_m=vertices.astype(np.float32),
        faces=np.zeros((0, 3), np.int32),
        uv=np.zeros((len(vertices), 2), np.float32),
        regions=np.zeros((1, 1), np.uint8),
        weights=weights.astype(np.float32),
        keypoint_terms=np.zeros((0, len(BONES), 4)),
        sole_terms=np.zeros((2, len(BONES), 4)),
    )


def _random_rotations(rng: np.random.Generator) -> np.ndarray:
    limits = [_RANGES.get(b.removeprefix("left_").removeprefix("right_"), 12) for b in BONES]
    axes = rng.normal(size=(len(BONES), 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return Rotation.from_rotvec(axes * np.deg2rad(limits)[:, None]).as_matrix()
