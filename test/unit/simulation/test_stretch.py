"""Postures of sport stand on the floor and are those of a body."""

import numpy as np
import pytest

from gpss_pose_ros.simulation.body import load_bodies
from gpss_pose_ros.simulation.body_pose import bone_transforms, keypoints_m, rest_pose, soles_m
from gpss_pose_ros.simulation.motion.stretch import stretched

BODY = load_bodies()[0]


@pytest.fixture(scope="module")
def poses():
    return [stretched(BODY, rest_pose(BODY), np.random.default_rng(seed)) for seed in range(60)]


def test_the_lower_foot_stands_on_the_floor_and_at_times_the_other_is_up(poses):
    soles = np.array([soles_m(BODY, bone_transforms(BODY, pose))[:, 2] for pose in poses])
    assert soles.min(axis=1) == pytest.approx(0.0, abs=1e-9)
    lifted = (soles.max(axis=1) > 0.1).mean()
    assert 0.3 < lifted < 0.9


def test_every_bone_is_turned_and_none_is_bent_out_of_shape(poses):
    for pose in poses:
        products = pose.rotations @ pose.rotations.transpose(0, 2, 1)
        assert products == pytest.approx(np.tile(np.eye(3), (len(products), 1, 1)), abs=1e-9)
        assert np.linalg.det(pose.rotations) == pytest.approx(1.0)


def test_hands_go_everywhere(poses):
    wrists = np.array([keypoints_m(BODY, bone_transforms(BODY, pose))[9] for pose in poses])
    assert np.ptp(wrists, axis=0).min() > 0.4
