"""Who is one person for several cameras, and where their feet and joints are."""

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.fusion.association import AssociationSettings, associate
from gpss_pose_ros.fusion.gaussians import fuse
from gpss_pose_ros.fusion.merge import MergeSettings, merge
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import Foot, FootSource, Side

FEET = SKELETONS["coco17_feet"]
SETTINGS = MergeSettings()
ASSOCIATION = SETTINGS.association


@pytest.fixture
def cameras(camera_at):
    places = {"south": [0, -5, 4], "east": [5, 0, 3.5], "north": [-1, 5, 4]}
    return {name: camera_at(place, [0, 0, 0.5], name) for name, place in places.items()}


def foot(position_m, source=FootSource.OBSERVED, sigma_m=0.05):
    return Foot(np.array(position_m), np.eye(2) * sigma_m**2, source)


def test_three_cameras_see_one_person_in_space(cameras, person):
    observations = [
        o
        for camera in cameras.values()
        for o in observe(
            camera, 7, person.seen_by(camera, FEET), FEET, ObservationSettings()
        ).observations
    ]
    (merged,) = merge(observations, cameras, SETTINGS)
    assert set(merged.camera_ids) == set(cameras)
    np.testing.assert_allclose(merged.position_m, person.position_m, atol=1e-3)
    for side in Side:
        np.testing.assert_allclose(merged.feet[side].position_m, person.soles_m[side], atol=1e-3)
    joints = [person.keypoint_m(name) for name in FEET.keypoints]
    np.testing.assert_allclose(merged.keypoints_m, joints, atol=1e-3)
    np.testing.assert_allclose(merged.keypoint_scores, 1.0)


def test_one_camera_gives_no_joints_in_space(cameras, person):
    camera = cameras["south"]
    seen = observe(camera, 7, person.seen_by(camera, FEET), FEET, ObservationSettings())
    (merged,) = merge(seen.observations, cameras, SETTINGS)
    assert np.isnan(merged.keypoints_m).all()
    assert (merged.keypoint_scores == 0.0).all()


def test_one_camera_never_sees_one_person_twice(cameras, sighting):
    observations = [sighting("south", [0, 0]), sighting("south", [0.01, 0])]
    assert len(merge(observations, cameras, SETTINGS)) == 2


def test_a_second_camera_joins_the_nearer_of_two(cameras, sighting):
    observations = [
        sighting("south", [0, 0]),
        sighting("south", [0.4, 0]),
        sighting("east", [0.35, 0]),
    ]
    assert associate(observations, cameras, ASSOCIATION) == [[0], [1, 2]]


def test_uncertain_neighbours_are_still_not_one_person(cameras, sighting):
    """The gate alone would take them for one: both are placed to within metres only."""
    observations = [sighting("south", [0, 0], 5.0), sighting("east", [1.3, 0], 5.0)]
    assert len(associate(observations, cameras, ASSOCIATION)) == 2


def test_certain_neighbours_are_not_one_person_either(cameras, sighting):
    observations = [sighting("south", [0, 0], 0.01), sighting("east", [0.2, 0], 0.01)]
    assert len(associate(observations, cameras, ASSOCIATION)) == 2


def test_a_chain_of_neighbours_is_not_one_person(cameras, sighting):
    """East may join either, but then its group is too sure of its place to take in the other."""
    places = {"south": 0.0, "east": 0.35, "north": 0.71}
    observations = [sighting(camera, [x, 0]) for camera, x in places.items()]
    assert associate(observations, cameras, ASSOCIATION) == [[0, 1], [2]]


def test_fused_position_is_the_weighted_mean():
    position, covariance = fuse(
        np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([1.0, 2.0])[:, None, None] * np.eye(2)
    )
    np.testing.assert_allclose(position, [1.0, 0.0])
    np.testing.assert_allclose(covariance, np.eye(2) * 2 / 3)


def test_an_observed_foot_beats_inferred_ones(cameras, sighting):
    left, right = foot([0.1, 0.0]), foot([-0.1, 0.0])
    guess = foot([0.2, 0.0], FootSource.INFERRED, 0.01)
    observations = [
        sighting("south", [0, 0], feet={Side.LEFT: left, Side.RIGHT: right}),
        sighting("east", [0, 0], feet={Side.LEFT: guess, Side.RIGHT: right}),
    ]
    (merged,) = merge(observations, cameras, SETTINGS)
    np.testing.assert_allclose(merged.feet[Side.LEFT].position_m, [0.1, 0.0])
    assert merged.feet[Side.LEFT].source is FootSource.OBSERVED


def test_a_foot_that_is_seen_alone_stays_on_its_side(cameras, sighting):
    observations = [
        sighting("south", [0, 0], feet={Side.LEFT: foot([0.1, 0.0])}),
        sighting("east", [0, 0], feet={Side.LEFT: foot([0.2, 0.0])}),
    ]
    (merged,) = merge(observations, cameras, SETTINGS)
    assert set(merged.feet) == {Side.LEFT}
    np.testing.assert_allclose(merged.feet[Side.LEFT].position_m, [0.15, 0.0])


def test_the_oldest_capture_and_the_best_score_count(cameras, sighting):
    observations = [
        sighting("south", [0, 0], stamp_ns=20, score=0.4),
        sighting("east", [0, 0], stamp_ns=10, score=0.7),
    ]
    (merged,) = merge(observations, cameras, SETTINGS)
    assert (merged.stamp_ns, merged.score) == (10, 0.7)


def test_nobody_is_nobody(cameras):
    assert merge([], cameras, SETTINGS) == ()


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_impossible_gates_are_named(value):
    with pytest.raises(ConfigurationError, match="max_distance_m"):
        AssociationSettings(max_distance_m=value)
