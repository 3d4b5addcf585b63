"""Keypoints confirm what a detector found, or do not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.perception.confirmation import confirmed, pose_similarity, rescored
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import Detections, Poses2D

K = len(COCO17_FEET)
FIGURE = np.random.default_rng(3).uniform(0.0, 1.0, (K, 2)) * (40.0, 90.0)


def people(offsets, certainties, scores=None):
    """Copies of one figure at offsets (N, 2), all keypoints equally certain."""
    poses = FIGURE + np.asarray(offsets, dtype=float)[:, None]
    boxes = np.concatenate([poses.min(axis=1), poses.max(axis=1)], axis=1)
    detections = Detections(boxes, np.ones(len(poses)) if scores is None else scores)
    return poses, np.tile(np.asarray(certainties)[:, None], (1, K)), detections


def kept(offsets, certainties, boxes=None, least_score=0.2, same_pose=0.5):
    """Who is confirmed of people whose keypoints and boxes score that."""
    poses, scores, detections = people(offsets, certainties, boxes)
    persons = rescored(scores, detections)
    return confirmed(poses, scores, persons, COCO17_FEET, least_score, same_pose).tolist()


def test_a_crop_without_keypoints_shows_nobody():
    assert kept([[0, 0], [200, 0]], [0.7, 0.05]) == [True, False]


def test_what_both_networks_are_unsure_of_is_nobody():
    assert kept([[0, 0], [200, 0]], [0.5, 0.5], [0.5, 0.3]) == [True, False]


def test_of_two_boxes_of_one_person_the_better_counts():
    assert kept([[0, 0], [1, 1], [200, 0]], [0.7, 0.8, 0.6]) == [False, True, True]
    assert kept([[0, 0], [1, 1]], [0.7, 0.7], [0.9, 0.8]) == [True, False]


def test_persons_side_by_side_are_two():
    assert kept([[0, 0], [30, 0]], [0.7, 0.8]) == [True, True]


def test_by_default_everybody_is_confirmed():
    assert kept([[0, 0], [0, 0]], [0.7, 0.0], least_score=0.0, same_pose=1.0) == [True, True]


def test_half_a_person_is_a_person():
    scores = np.zeros((1, K))
    scores[0, 15:] = 0.6
    box = Detections(np.array([[0.0, 0.0, 40.0, 90.0]]), np.array([0.9]))
    assert rescored(scores, box).scores[0] == pytest.approx(0.54)


def test_missing_keypoints_speak_for_nothing():
    poses, scores, detections = people([[0, 0], [0, 0]], [0.7, 0.6])
    poses[1, ::2], scores[1, ::2] = np.nan, 0.0
    similarity = pose_similarity(poses, scores, detections, COCO17_FEET)
    assert similarity[0, 1] == pytest.approx(1.0)
    nothing = np.full((1, K, 2), np.nan)
    alone = replace(detections, boxes_xyxy_px=np.zeros((1, 4)), scores=np.ones(1))
    unseen = np.zeros((1, K))
    persons = rescored(unseen, alone)
    assert confirmed(nothing, unseen, persons, COCO17_FEET, 0.1, 0.5).tolist() == [False]


@given(
    st.lists(
        st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(0.1, 1.0)),
        min_size=1,
        max_size=8,
        unique_by=lambda person: round(person[2], 3),
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_boxes_does_not_matter(persons, random):
    order = list(range(len(persons)))
    random.shuffle(order)
    offsets = np.array([p[:2] for p in persons])
    certainties = np.array([p[2] for p in persons])
    straight = np.array(kept(offsets, certainties))
    assert kept(offsets[order], certainties[order]) == straight[order].tolist()


def test_only_the_confirmed_remain():
    poses, scores, detections = people([[0, 0], [200, 0]], [0.7, 0.05])
    both = Poses2D(poses, scores, detections, confirmed=np.array([False, True]))
    (remaining,) = both.only_confirmed().detections.boxes_xyxy_px
    assert remaining == pytest.approx(detections.boxes_xyxy_px[1])
    assert len(replace(both, confirmed=None).only_confirmed()) == 2
