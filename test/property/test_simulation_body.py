"""Laws of simulated bodies: skinning, forward kinematics and keypoints."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.body import BONES, PARENTS, load_bodies
from gpss_pose_ros.simulation.body_pose import (
    BodyPose,
    bone_transforms,
    keypoints_m,
    rest_pose,
    skin_m,
    soles_m,
)

BODIES = load_bodies()

bodies = st.sampled_from(BODIES)
angles = arrays(np.float64, (len(BONES), 3), elements=st.floats(-1.2, 1.2))
positions = arrays(np.float64, (3,), elements=st.floats(-20.0, 20.0))


def rotation(vector):
    return cv2.Rodrigues(np.asarray(vector, dtype=np.float64))[0]


def pose_of(root, vectors):
    return BodyPose(root, np.stack([rotation(v) for v in vectors]))


def explicit_skin(body, transforms, vertex):
    """The formula of the interface, one vertex at a time."""
    total = np.zeros(3)
    for bone, weight in enumerate(body.weights[vertex].astype(float)):
        local = np.append(body.vertices_m[vertex] - body.joints_m[bone], 1.0)
        total += weight * (transforms[bone] @ local)[:3]
    return total


@settings(max_examples=25, deadline=None)
@given(body=bodies, root=positions, vectors=angles)
def test_every_bone_hangs_rigidly_on_its_parent(body, root, vectors):
    pose = pose_of(root, vectors)
    transforms = bone_transforms(body, pose)
    assert transforms[0, :3, 3] == pytest.approx(root)
    for bone, parent in list(enumerate(PARENTS))[1:]:
        relative = np.linalg.inv(transforms[parent]) @ transforms[bone]
        assert relative[:3, :3] == pytest.approx(pose.rotations[bone], abs=1e-9)
        offset = body.joints_m[bone] - body.joints_m[parent]
        assert relative[:3, 3] == pytest.approx(offset, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(body=bodies, root=positions, vectors=angles, data=st.data())
def test_skin_is_linear_blend_skinning(body, root, vectors, data):
    transforms = bone_transforms(body, pose_of(root, vectors))
    skin = skin_m(body, transforms)
    for _ in range(5):
        vertex = data.draw(st.integers(0, len(skin) - 1))
        assert skin[vertex] == pytest.approx(explicit_skin(body, transforms, vertex), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(body=bodies, vectors=angles, root=positions, move=positions, turn=positions)
def test_everything_moves_with_the_root(body, vectors, root, move, turn):
    pose = pose_of(root, vectors)
    world = Transform(rotation(turn / 10.0), move)
    moved = BodyPose(
        world.apply(pose.root_m[None])[0],
        np.concatenate([[world.rotation @ pose.rotations[0]], pose.rotations[1:]]),
    )
    before, after = bone_transforms(body, pose), bone_transforms(body, moved)
    for points in (keypoints_m, soles_m, skin_m):
        expected = world.apply(points(body, before))
        assert points(body, after) == pytest.approx(expected, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(body=bodies, root=positions, vectors=angles)
def test_keypoints_stay_in_the_body(body, root, vectors):
    """A keypoint is a mean of points under the clothes: the skin's box contains it."""
    transforms = bone_transforms(body, pose_of(root, vectors))
    skin = skin_m(body, transforms)
    points = np.concatenate([keypoints_m(body, transforms), soles_m(body, transforms)])
    assert (points > skin.min(0) - 0.02).all()
    assert (points < skin.max(0) + 0.02).all()


@settings(max_examples=25, deadline=None)
@given(body=bodies, vectors=angles, bone=st.integers(1, len(BONES) - 1))
def test_a_joint_moves_only_what_hangs_on_it(body, vectors, bone):
    """Vertices and keypoints without weight on a bone or its children do not feel its joint."""
    pose = rest_pose(body)
    bent = pose.rotations.copy()
    bent[bone] = rotation(vectors[bone])
    before = bone_transforms(body, pose)
    after = bone_transforms(body, BodyPose(pose.root_m, bent))
    below = np.zeros(len(BONES), bool)
    for child, parent in enumerate(PARENTS):
        below[child] = child == bone or (parent >= 0 and below[parent])
    still = body.weights[:, below].sum(1) == 0.0
    assert skin_m(body, after)[still] == pytest.approx(skin_m(body, before)[still], abs=1e-9)
    still = (body.keypoint_terms[:, below, 3] == 0.0).all(1)
    assert keypoints_m(body, after)[still] == pytest.approx(keypoints_m(body, before)[still])
