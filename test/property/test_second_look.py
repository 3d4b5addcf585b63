import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.perception.nms import (
    box_areas,
    intersection_areas,
    intersection_over_union,
)
from gpss_pose_ros.perception.second_look import unexpected, with_expected
from gpss_pose_ros.types import Detections

THRESHOLD = 0.15
lawful = settings(derandomize=True, deadline=None, max_examples=150)
scenes = given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 12))


def scene(seed, found, expected):
    """People in a small image: some found, more or less exactly, and some expected."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 80, (max(found, expected), 2))
    people = np.concatenate([corner, corner + rng.uniform(8, 40, corner.shape)], axis=1)
    moved = people[:found] + rng.normal(0, 4, (found, 4))
    moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
    return Detections(moved, rng.uniform(0.15, 1.0, found)), people[:expected]


def looked_at(detections, boxes, doubted=False):
    return with_expected(detections, boxes, np.full(len(boxes), doubted), THRESHOLD)


@lawful
@scenes
def test_nothing_scores_less_but_a_box_about_two_who_are_expected(seed, found, expected):
    detections, boxes = scene(seed, found, expected)
    scores = looked_at(detections, boxes).scores[:found]
    less = scores < detections.scores
    assert set(scores[~less]) <= set(detections.scores)
    assert (scores[less] == 0.0).all()
    assert (detections.scores[less] < 0.8).all()
    areas = intersection_areas(boxes, detections.boxes_xyxy_px[less])
    assert ((areas >= 0.5 * box_areas(boxes)[:, None]).sum(axis=0) > 1).all()


@lawful
@scenes
def test_what_nobody_detected_needs_surer_keypoints_and_what_is_doubted_certain_ones(
    seed, found, expected
):
    detections, boxes = scene(seed, found, expected)
    sure, certain = (
        looked_at(detections, boxes, doubted).scores[found:] for doubted in (False, True)
    )
    sure = sure[~np.isin(sure, detections.scores)]  # those in a box about two
    sure, certain = THRESHOLD / sure, THRESHOLD / certain
    assert (sure > 0.5).all()
    assert (certain > sure + 0.1).all()
    assert (certain < 0.95).all()


def test_a_loose_box_does_not_outdo_the_person_who_is_expected_in_it():
    """Neither is sure: which is kept is decided by the keypoints, not by the boxes' scores."""
    expected = np.array([[40.0, 30.0, 50.0, 60.0]])
    loose, tight = [20.0, 28.0, 52.0, 62.0], [41.0, 30.0, 50.0, 58.0]
    detections = Detections(np.array([loose, tight]), np.array([0.5, 0.3]))
    looked = looked_at(detections, expected)
    assert looked.boxes_xyxy_px.tolist() == [loose, expected[0].tolist()]
    assert looked.scores.tolist() == [0.5, 0.5]
    gone = looked_at(detections, expected, doubted=True)
    assert gone.scores.tolist() == [0.5, 0.3]


def test_a_box_about_two_who_are_found_is_nobody_else():
    two = np.array([[40.0, 30.0, 50.0, 60.0], [44.0, 10.0, 54.0, 38.0]])
    about_both = [38.0, 8.0, 56.0, 62.0]
    detections = Detections(np.array([*two, about_both]), np.array([0.8, 0.8, 0.5]))
    assert looked_at(detections, two).scores.tolist() == [0.8, 0.8, 0.0]
    assert looked_at(detections, two[:1]).scores.tolist() == [0.8, 0.8, 0.5]
    sure = Detections(detections.boxes_xyxy_px, np.array([0.8, 0.8, 0.85]))
    assert looked_at(sure, two).scores[2] == 0.85


def test_two_who_are_found_in_one_box_are_looked_for_as_two():
    two = np.array([[40.0, 30.0, 50.0, 60.0], [44.0, 10.0, 54.0, 38.0]])
    looked = looked_at(Detections(np.array([[38.0, 8.0, 56.0, 62.0]]), np.array([0.7])), two)
    assert looked.boxes_xyxy_px[1:].tolist() == two.tolist()
    assert looked.scores.tolist() == [0.0, 0.7, 0.7]


@lawful
@scenes
def test_the_detector_is_only_corrected_where_it_is_unsure_and_by_who_is_there(
    seed, found, expected
):
    detections, boxes = scene(seed, found, expected)
    before, after = detections.boxes_xyxy_px, looked_at(detections, boxes).boxes_xyxy_px
    changed = (before != after[:found]).any(axis=1)
    assert (detections.scores[changed] < 0.6).all()
    for i in np.flatnonzero(changed):
        assert (boxes == after[i]).all(axis=1).any()
        assert intersection_over_union(before[i : i + 1], after[i : i + 1]) >= 0.15
    taken = [tuple(box) for box in after[:found][changed]]
    assert len(set(taken)) == len(taken)


@lawful
@scenes
def test_whoever_is_expected_is_looked_for(seed, found, expected):
    detections, boxes = scene(seed, found, expected)
    looked = looked_at(detections, boxes).boxes_xyxy_px
    near = intersection_over_union(boxes, np.concatenate([looked, detections.boxes_xyxy_px]))
    assert (near.max(axis=1, initial=0.0) >= 0.3).all()


@lawful
@scenes
def test_no_box_is_added_where_a_detection_is(seed, found, expected):
    detections, boxes = scene(seed, found, expected)
    added = looked_at(detections, boxes).boxes_xyxy_px[found:]
    assert (intersection_over_union(added, detections.boxes_xyxy_px) < 0.5).all()


def test_with_nobody_expected_the_detections_are_as_they_were():
    detections, _ = scene(1, 5, 0)
    same = looked_at(detections, np.empty((0, 4)))
    assert same.boxes_xyxy_px.tolist() == detections.boxes_xyxy_px.tolist()


def test_somebody_overlooked_is_put_behind_the_detections():
    detections = Detections([[0.0, 0.0, 10.0, 20.0]], [0.9])
    boxes = looked_at(detections, np.array([[50.0, 0.0, 60.0, 20.0]])).boxes_xyxy_px
    assert boxes.tolist() == [[0.0, 0.0, 10.0, 20.0], [50.0, 0.0, 60.0, 20.0]]


@lawful
@scenes
def test_nobody_expected_excuses_two_detections_or_one_elsewhere(seed, found, expected):
    detections, boxes = scene(seed, found, expected)
    known = ~unexpected(detections.boxes_xyxy_px, boxes)
    assert known.sum() <= expected
    overlaps = intersection_over_union(boxes, detections.boxes_xyxy_px)
    assert (overlaps[:, known].max(axis=0, initial=0.0) >= 0.5).all()
    assert unexpected(detections.boxes_xyxy_px, np.empty((0, 4))).all()
    assert not unexpected(boxes, boxes).any()
