"""Where one camera places people: exact where its assumptions hold, honest where evidence lacks."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import Detections, FootSource, Poses2D, Side

COCO, FEET = SKELETONS["coco17"], SKELETONS["coco17_feet"]
SETTINGS = ObservationSettings()
MILLIMETRE = 1e-3


def hidden(*parts, sides=("left", "right")):
    """Scores that hide parts of the body."""
    return {f"{side}_{part}": 0.0 for side in sides for part in parts}


def only(result):
    """The one person of a result."""
    (observation,) = result.observations
    assert result.unplaced == 0
    return observation


@pytest.fixture
def look(camera, person):
    """Observe the standing person with some keypoints hidden."""

    def observed(skeleton=FEET, scores=None):
        poses = person.seen_by(camera, skeleton, scores)
        return only(observe(camera, 5, poses, skeleton, SETTINGS))

    return observed


@pytest.mark.parametrize("name", ["coco17", "coco17_feet", "halpe26", "body_25b"])
def test_feet_are_exact_where_heights_are(camera, person, name):
    poses = person.seen_by(camera, SKELETONS[name])
    observation = only(observe(camera, 5, poses, SKELETONS[name], SETTINGS))
    assert set(observation.feet) == set(Side)
    for side, foot in observation.feet.items():
        assert np.linalg.norm(foot.position_m - person.soles_m[side]) < MILLIMETRE
        assert foot.source is FootSource.OBSERVED
    between = np.linalg.norm(observation.position_m - person.position_m)
    assert between < 10 * MILLIMETRE  # the foot that is better seen weighs more


def test_a_pose_model_that_errs_more_places_feet_with_less_certainty(camera, person):
    sharp, blunt = (
        only(
            observe(
                camera, 5, replace(person.seen_by(camera, FEET), keypoint_sigma=s), FEET, SETTINGS
            )
        )
        for s in (0.01, 0.07)
    )
    for side, foot in sharp.feet.items():
        wider = blunt.feet[side].covariance_m2 - foot.covariance_m2
        assert np.linalg.eigvalsh(wider).min() > 0.0
        np.testing.assert_allclose(blunt.feet[side].position_m, foot.position_m, atol=MILLIMETRE)


def test_an_observation_carries_its_evidence(camera, person):
    poses = person.seen_by(camera, FEET)
    observation = only(observe(camera, 123, poses, FEET, SETTINGS))
    assert (observation.camera_id, observation.stamp_ns) == (camera.camera_id, 123)
    assert observation.score == poses.detections.scores[0]
    np.testing.assert_array_equal(observation.keypoints_px, poses.keypoints_px[0])
    np.testing.assert_array_equal(observation.box_xyxy_px, poses.detections.boxes_xyxy_px[0])


def test_keypoints_that_score_less_place_feet_with_less_certainty(camera, person):
    poses = person.seen_by(camera, FEET)
    sigmas = []
    for score in (0.95, 0.65, 0.35):
        seen = replace(poses, scores=np.full_like(poses.scores, score))
        (observation,) = observe(camera, 5, seen, FEET, SETTINGS).observations
        foot = observation.feet[Side.LEFT]
        sigmas.append(np.sqrt(np.trace(foot.covariance_m2)))
    assert sigmas[0] < sigmas[1] < sigmas[2]


def test_who_scores_too_little_for_a_newcomer_says_so(camera, person):
    poses = person.seen_by(camera, FEET)
    score = poses.detections.scores[0]
    for newcomer_score, expected in ((score, True), (score + 0.01, False)):
        strict = replace(poses, newcomer_score=newcomer_score)
        (seen,) = observe(camera, 5, strict, FEET, SETTINGS).observations
        assert seen.may_be_new is expected


@pytest.mark.parametrize(
    "parts",
    [
        ("heel",),
        ("big_toe", "small_toe"),
        ("heel", "big_toe", "small_toe"),
        ("heel", "big_toe", "small_toe", "ankle"),
    ],
    ids=["toes", "heel", "ankle", "hips"],
)
def test_less_evidence_is_less_certain_and_still_holds_the_truth(look, person, parts):
    full, less = look(), look(scores=hidden(*parts))
    for side in Side:
        foot = less.feet[side]
        assert np.trace(foot.covariance_m2) > np.trace(full.feet[side].covariance_m2)
        error = foot.position_m - person.soles_m[side]
        assert error @ np.linalg.solve(foot.covariance_m2, error) < 13.8
    assert np.trace(less.covariance_m2) > np.trace(full.covariance_m2)
    error = less.position_m - person.position_m
    assert error @ np.linalg.solve(less.covariance_m2, error) < 13.8


@pytest.mark.parametrize("absent", [np.nan, np.inf])
def test_a_keypoint_without_a_pixel_counts_as_unseen(camera, person, look, absent):
    poses = person.seen_by(camera, FEET)
    pixels = poses.keypoints_px.copy()
    for side in Side:
        pixels[0, FEET.index(f"{side.value}_heel")] = absent
    blind = only(observe(camera, 5, replace(poses, keypoints_px=pixels), FEET, SETTINGS))
    low = look(scores=hidden("heel"))
    for side in Side:
        np.testing.assert_allclose(blind.feet[side].position_m, low.feet[side].position_m)
        np.testing.assert_allclose(blind.feet[side].covariance_m2, low.feet[side].covariance_m2)


def test_a_score_that_is_not_a_number_counts_as_unseen(look):
    unsure = look(scores=dict.fromkeys(hidden("heel"), np.nan))
    low = look(scores=hidden("heel"))
    np.testing.assert_allclose(unsure.position_m, low.position_m)


def test_one_toe_stands_for_both(look, person):
    """The toes are 4 cm from the middle of the foot, so half of that is the most it can cost."""
    observation = look(scores=hidden("small_toe"))
    for side, foot in observation.feet.items():
        assert foot.source is FootSource.OBSERVED
        assert np.linalg.norm(foot.position_m - person.soles_m[side]) < 0.021


def test_a_hidden_foot_is_inferred_from_the_other(look, person):
    everything = ("heel", "big_toe", "small_toe", "ankle")
    observation = look(scores=hidden(*everything, sides=["right"]))
    left, right = observation.feet[Side.LEFT], observation.feet[Side.RIGHT]
    assert (left.source, right.source) == (FootSource.OBSERVED, FootSource.INFERRED)
    assert np.linalg.norm(left.position_m - person.soles_m[Side.LEFT]) < MILLIMETRE
    assert (np.linalg.eigvalsh(right.covariance_m2 - left.covariance_m2) > 0).all()
    error = right.position_m - person.soles_m[Side.RIGHT]
    assert error @ np.linalg.solve(right.covariance_m2, error) < 13.8


def test_hips_alone_place_a_person_whose_feet_are_inferred(look, person):
    observation = look(COCO, hidden("ankle"))
    assert np.linalg.norm(observation.position_m - person.position_m) < MILLIMETRE
    assert {foot.source for foot in observation.feet.values()} == {FootSource.INFERRED}


def test_the_lower_edge_of_the_box_is_the_last_resort(camera, look):
    observation = look(scores=dict.fromkeys(FEET.keypoints, 0.0))
    left, _, right, bottom = observation.box_xyxy_px
    foot_of_box = camera.project([[*observation.position_m, 0.0]])
    np.testing.assert_allclose(foot_of_box, [[(left + right) / 2, bottom]], atol=1e-6)
    assert observation.feet == {}
    assert np.trace(observation.covariance_m2) > np.trace(look().covariance_m2)


def test_who_is_above_the_horizon_is_counted_not_placed(camera_at, person):
    camera = camera_at([0.0, -5.0, 1.5], [0.0, 0.0, 1.5])  # level: the horizon is at v = 360
    above = np.array([[600.0, 100.0, 650.0, 300.0]])
    here = person.seen_by(camera, COCO)
    poses = Poses2D(
        np.concatenate([np.full((1, 17, 2), 200.0), here.keypoints_px]),
        np.ones((2, 17)),
        Detections(np.concatenate([above, here.detections.boxes_xyxy_px]), np.array([0.8, 0.9])),
    )
    result = observe(camera, 5, poses, COCO, SETTINGS)
    assert result.unplaced == 1
    assert [observation.score for observation in result.observations] == [0.9]


@pytest.mark.parametrize("cut_off", [False, True])
def test_a_box_that_the_image_cuts_off_shows_no_feet(camera, person, cut_off):
    """Nor does it hide the keypoints of the same person."""
    bottom = 720.0 if cut_off else 700.0
    box = np.array([[600.0, 300.0, 700.0, bottom]])
    for hides, placed in ((dict.fromkeys(FEET.keypoints, 0.0), not cut_off), ({}, True)):
        poses = replace(
            person.seen_by(camera, FEET, hides), detections=Detections(box, np.array([0.9]))
        )
        result = observe(camera, 5, poses, FEET, SETTINGS)
        assert (len(result.observations), result.unplaced) == ((1, 0) if placed else (0, 1))


def test_who_is_placed_too_vaguely_is_counted_not_placed(camera, person, look):
    sigma_m = np.sqrt(np.diag(look().covariance_m2).max())
    poses = person.seen_by(camera, FEET)
    for limit_m, placed in ((1.01 * sigma_m, True), (0.99 * sigma_m, False)):
        result = observe(camera, 5, poses, FEET, ObservationSettings(max_sigma_m=limit_m))
        assert (len(result.observations), result.unplaced) == ((1, 0) if placed else (0, 1))


def test_nobody_is_nobody(camera):
    empty = Poses2D(np.empty((0, 17, 2)), np.empty((0, 17)), Detections(np.empty((0, 4)), []))
    result = observe(camera, 5, empty, COCO, SETTINGS)
    assert (result.observations, result.unplaced) == ((), 0)


def test_perfect_assumptions_do_not_make_a_covariance_singular(camera, person):
    """Zero is a valid sigma; what comes out must still be something that can be fused."""
    sure = ObservationSettings(
        **{name: 0.0 for name in vars(SETTINGS) if name.endswith(("sigma", "sigma_m", "stance_m"))}
        | {"max_sigma_m": 1.0}
    )
    observation = only(observe(camera, 5, person.seen_by(camera, FEET), FEET, sure))
    assert np.linalg.eigvalsh(observation.covariance_m2).min() > 0.0


@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf])
def test_impossible_assumptions_are_named(value):
    with pytest.raises(ConfigurationError, match="ankle_height_m"):
        ObservationSettings(ankle_height_m=value)
