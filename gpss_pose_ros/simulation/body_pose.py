"""Moves a body: the pose of its bones, and where that puts its skin, keypoints and soles."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.body import BONES, PARENTS, Body
from gpss_pose_ros.types import FloatArray, float_array


@dataclass(frozen=True, eq=False)
class BodyPose:
    """Where a body is and how its bones are turned.

    Attributes:
        root_m: (3,) position of the pelvis joint, factory frame, in [m].
        rotations: (B, 3, 3). [0] is factory_from_pelvis; the others turn a bone relative to its
            parent, with axes parallel to the body's in the rest pose.
    """

    root_m: FloatArray
    rotations: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "root_m", float_array(self.root_m, "root_m", (3,)))
        rotations = float_array(self.rotations, "rotations", (len(BONES), 3, 3))
        object.__setattr__(self, "rotations", rotations)


def rest_pose(body: Body) -> BodyPose:
    """Return the pose in which `body` stands at the factory's origin, facing along x."""
    return BodyPose(body.joints_m[0], np.tile(np.eye(3), (len(BONES), 1, 1)))


def bone_transforms(body: Body, pose: BodyPose) -> FloatArray:
    """Return factory_from_bone of every bone, (B, 4, 4): forward kinematics down the tree."""
    transforms = np.zeros((len(BONES), 4, 4))
    transforms[:, 3, 3] = 1.0
    transforms[0, :3, :3] = pose.rotations[0]
    transforms[0, :3, 3] = pose.root_m
    offsets = body.joints_m - body.joints_m[list(PARENTS)]
    for bone, parent in enumerate(PARENTS[1:], start=1):
        rotation, position = transforms[parent, :3, :3], transforms[parent, :3, 3]
        transforms[bone, :3, :3] = rotation @ pose.rotations[bone]
        transforms[bone, :3, 3] = rotation @ offsets[bone] + position
    return transforms


def keypoints_m(body: Body, transforms: FloatArray) -> FloatArray:
    """Return the keypoints (23, 3) in [m], order "coco17_feet", of `transforms` (B, 4, 4)."""
    return _blend(transforms, body.keypoint_terms)


def soles_m(body: Body, transforms: FloatArray) -> FloatArray:
    """Return the middle of the left and the right sole's underside, (2, 3) in [m]."""
    return _blend(transforms, body.sole_terms)


def skin_m(body: Body, transforms: FloatArray) -> FloatArray:
    """Return the surface (V, 3) in [m]: linear blend skinning of the rest vertices."""
    relative = transforms[:, :3, 3] - np.einsum("bij,bj->bi", transforms[:, :3, :3], body.joints_m)
    blended = np.einsum("vb,bij->vij", body.weights, transforms[:, :3, :3])
    turned = np.einsum("vij,vj->vi", blended, body.vertices_m)
    skin: FloatArray = turned + body.weights @ relative
    return skin


def _blend(transforms: FloatArray, terms: FloatArray) -> FloatArray:
    """Return `sum_b T_b @ terms[k, b]` of terms (K, B, 4), (K, 3)."""
    points: FloatArray = np.einsum("bij,kbj->ki", transforms[:, :3], terms)
    return points
