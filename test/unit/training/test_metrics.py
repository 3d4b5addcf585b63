import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.training.detector_metrics import (
    ImageResult,
    average_precision,
    detector_figures,
)
from gpss_pose_ros.training.pose_metrics import area_under_roc, pose_figures

BOXES = np.array([[0.0, 0.0, 10.0, 20.0], [50.0, 50.0, 80.0, 90.0]])
NOWHERE = np.array([[200.0, 200.0, 210.0, 220.0]])
SKELETON = skeleton("coco17_feet")


def result(found, scores, ignored=(False, False)):
    return ImageResult(np.reshape(found, (-1, 4)), np.array(scores), BOXES, np.array(ignored))


def test_a_perfect_detector():
    figures = detector_figures([result(BOXES, [0.9, 0.8])], 0.3)
    assert (figures["ap50"], figures["recall"], figures["false_per_image"]) == (1.0, 1.0, 0.0)


def test_a_person_is_found_once():
    figures = detector_figures([result(BOXES[[0, 0, 1]], [0.9, 0.8, 0.7])], 0.3)
    assert figures["false_per_image"] == 1.0
    assert figures["ap50"] == pytest.approx((1.0 + 2.0 / 3.0) / 2.0)
    assert figures["recall_at_0.02_false"] == 0.5


def test_ignored_persons_are_neither_missed_nor_false():
    figures = detector_figures([result(BOXES, [0.9, 0.8], (False, True))], 0.3)
    assert (figures["recall"], figures["false_per_image"]) == (1.0, 0.0)
    figures = detector_figures([result(BOXES[:1], [0.9], (False, True))], 0.3)
    assert figures["recall"] == 1.0


def test_only_what_passes_the_threshold_is_counted_as_in_use():
    boxes = np.concatenate([BOXES[:1], NOWHERE, BOXES[1:]])
    figures = detector_figures([result(boxes, [0.9, 0.5, 0.1])], 0.3)
    assert (figures["recall"], figures["false_per_image"]) == (0.5, 1.0)
    assert figures["recall_at_most"] == 1.0


def test_nothing_found():
    figures = detector_figures([result([], [])], 0.3)
    assert set(figures.values()) == {0.0}


@given(st.lists(st.booleans(), max_size=20))
def test_average_precision_is_the_area_under_the_curve(right):
    right = np.array(right, dtype=bool)
    persons = max(1, int(right.sum()))
    expected, found = 0.0, 0
    for i in range(len(right)):
        if right[i]:
            later = [right[: j + 1].mean() for j in range(i, len(right))]
            expected += max(later)
            found += 1
    assert average_precision(right, persons) == pytest.approx(expected / persons)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
)
def test_area_under_roc_counts_pairs(positive, negative):
    wins = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    area = area_under_roc(np.array(positive, float), np.array(negative, float))
    assert area == pytest.approx(np.mean(wins))


def figures_of(error, visibility=2.0):
    rng = np.random.default_rng(0)
    true = rng.uniform(20.0, 170.0, (6, 23, 2))
    moved = true + np.array([error, 0.0])
    return pose_figures(moved, np.ones((6, 23)), true, np.full((6, 23), visibility), SKELETON)


def test_pose_figures_of_a_known_error():
    perfect, off = figures_of(0.0), figures_of(3.0)
    assert (perfect["oks"], perfect["pck_0.05"], perfect["feet_px_median"]) == (1.0, 1.0, 0.0)
    assert off["feet_px_p95"] == pytest.approx(3.0)
    assert off["oks"] < 1.0
    assert figures_of(60.0)["pck_0.05"] == 0.0


def test_what_nobody_sees_has_no_figure():
    hidden = figures_of(2.0, visibility=1.0)
    assert np.isnan(hidden["feet_px_median"])
    assert hidden["hidden_feet_px_median"] == pytest.approx(2.0)
