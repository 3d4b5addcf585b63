"""Keypoint and box precision: COCO's own numbers, and what must hold of any such measure."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.evaluation.average_precision import (
    ImageSimilarity,
    average_precision,
    keypoint_statistics,
)
from gpss_pose_ros.evaluation.oks import TrueKeypoints, object_keypoint_similarity
from gpss_pose_ros.perception.skeleton import SKELETONS

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))
REFERENCE = SHARED / "data" / "coco_oks"
COCO_STATISTICS = {
    "AP": 0.5048844884488449,
    "AP50": 0.7227722772277227,
    "AP75": 0.6336633663366337,
    "APM": 0.46633663366336636,
    "APL": 0.7504950495049505,
    "AR": 0.5181818181818182,
    "AR50": 0.7272727272727273,
    "AR75": 0.6363636363636364,
    "ARM": 0.4666666666666666,
    "ARL": 0.75,
}
FEET = SKELETONS["coco17_feet"]
SEEDS = st.integers(0, 2**32 - 1)


def people(rng, count):
    """Annotated persons of any size above COCO's small, with our 23 keypoints."""
    centres = rng.uniform(0.0, 600.0, (count, 1, 2))
    sizes = rng.uniform(40.0, 300.0, count)
    keypoints = centres + rng.uniform(-0.5, 0.5, (count, len(FEET), 2)) * sizes[:, None, None]
    boxes = np.concatenate([keypoints.min(axis=1), keypoints.max(axis=1)], axis=1)
    labelled = rng.random((count, len(FEET))) < 0.8
    labelled[:, 0] = True
    return TrueKeypoints(keypoints, labelled, boxes, sizes**2, np.zeros(count, bool))


def image(truth, predicted, scores, ignored=None):
    ignored = np.zeros(len(truth), bool) if ignored is None else ignored
    similarity = object_keypoint_similarity(predicted, truth, FEET.sigmas)
    areas = np.full(len(scores), 100.0**2)
    return ImageSimilarity(similarity, scores, areas, truth.areas_px2, ignored, truth.crowd)


def noisy(rng, truth):
    """Two looks at each person, the better or the worse."""
    sigma = rng.uniform(0.0, 0.1, (2 * len(truth), 1, 1))
    scale = np.sqrt(np.tile(truth.areas_px2, 2))[:, None, None]
    twice = np.tile(truth.keypoints_px, (2, 1, 1))
    return twice + rng.normal(0.0, 1.0, twice.shape) * sigma * scale


@pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"reference data is not here: {REFERENCE}")
def test_the_ten_statistics_are_those_of_coco():
    truth, found = (
        json.loads((REFERENCE / f"{name}_dataset.json").read_text()) for name in ("gt", "dt")
    )
    annotations = truth["annotations"]
    keypoints = np.array([a["keypoints"] for a in annotations], float).reshape(-1, 17, 3)
    boxes = np.array([a["bbox"] for a in annotations], float)
    boxes[:, 2:] += boxes[:, :2]
    areas = np.array([a["area"] for a in annotations])
    crowd = np.array([a["iscrowd"] for a in annotations], bool)
    persons = TrueKeypoints(keypoints[..., :2], keypoints[..., 2] > 0, boxes, areas, crowd)
    predicted = np.array([d["keypoints"] for d in found]).reshape(-1, 17, 3)[..., :2]
    similarity = object_keypoint_similarity(predicted, persons, SKELETONS["coco17"].sigmas)
    case = ImageSimilarity(
        similarity,
        np.array([d["score"] for d in found]),
        np.array([d["bbox"][2] * d["bbox"][3] for d in found]),
        areas,
        crowd | ~persons.labelled.any(axis=1),
        crowd,
    )
    assert keypoint_statistics([case]) == pytest.approx(COCO_STATISTICS, rel=0.0, abs=1e-12)


@settings(max_examples=25)
@given(SEEDS)
def test_the_truth_itself_is_perfect(seed):
    rng = np.random.default_rng(seed)
    cases = []
    for count in (3, 1):
        truth = people(rng, count)
        cases.append(image(truth, truth.keypoints_px, rng.random(count)))
    statistics = keypoint_statistics(cases)
    assert {v for v in statistics.values() if np.isfinite(v)} == {1.0}


@settings(max_examples=25)
@given(SEEDS)
def test_the_order_of_images_persons_and_detections_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    first, second = people(rng, 4), people(rng, 3)
    predicted, scores = noisy(rng, first), rng.random(8)
    rest = image(second, noisy(rng, second), rng.random(6))
    d, g = rng.permutation(8), rng.permutation(4)
    shuffled = TrueKeypoints(
        first.keypoints_px[g],
        first.labelled[g],
        first.boxes_xyxy_px[g],
        first.areas_px2[g],
        first.crowd[g],
    )
    one = keypoint_statistics([image(first, predicted, scores), rest])
    other = keypoint_statistics([rest, image(shuffled, predicted[d], scores[d])])
    assert one == pytest.approx(other, nan_ok=True)


@settings(max_examples=25)
@given(SEEDS)
def test_a_less_certain_copy_never_helps(seed):
    rng = np.random.default_rng(seed)
    truth = people(rng, 3)
    predicted, scores = noisy(rng, truth), rng.uniform(0.5, 1.0, 6)
    twice = image(truth, np.tile(predicted, (2, 1, 1)), np.append(scores, scores - 0.5))
    alone = average_precision([image(truth, predicted, scores)])
    assert (average_precision([twice]).precision <= alone.precision + 1e-12).all()


def test_an_image_without_detections_counts_its_misses():
    rng = np.random.default_rng(1)
    seen, missed = people(rng, 2), people(rng, 2)
    nothing = image(missed, np.empty((0, len(FEET), 2)), np.empty(0))
    result = average_precision([image(seen, seen.keypoints_px, np.ones(2)), nothing])
    np.testing.assert_allclose(result.recall, 0.5)
    np.testing.assert_allclose(result.precision, 51 / 101)


def test_ignored_people_are_neither_missed_nor_wrong_to_find():
    truth = people(np.random.default_rng(2), 2)
    case = image(truth, truth.keypoints_px, np.array([0.3, 0.9]), np.array([False, True]))
    result = average_precision([case])
    assert set(result.precision) == set(result.recall) == {1.0}


def test_without_anything_to_find_there_is_no_value():
    truth = people(np.random.default_rng(3), 0)
    case = image(truth, np.zeros((1, len(FEET), 2)), np.ones(1))
    assert np.isnan(average_precision([case]).precision).all()


def test_similarity_is_one_sigma_at_the_distance_it_stands_for():
    """At d = s * k, k twice the sigma, the similarity is exp(-1/2)."""
    truth = people(np.random.default_rng(4), 1)
    shift = np.sqrt(truth.areas_px2[0]) * 2.0 * FEET.sigmas
    moved = truth.keypoints_px + np.stack([shift, np.zeros_like(shift)], axis=-1)
    similarity = object_keypoint_similarity(moved, truth, FEET.sigmas)
    np.testing.assert_allclose(similarity, np.exp(-0.5))


def test_a_keypoint_that_was_not_predicted_adds_nothing():
    truth = people(np.random.default_rng(5), 1)
    predicted = truth.keypoints_px.copy()
    predicted[0, np.flatnonzero(truth.labelled[0])[0]] = np.nan
    found = object_keypoint_similarity(predicted, truth, FEET.sigmas)
    labelled = truth.labelled.sum()
    np.testing.assert_allclose(found, (labelled - 1) / labelled)


def test_a_keypoint_without_a_sigma_is_refused():
    truth = people(np.random.default_rng(6), 1)
    with pytest.raises(InputError, match="sigma"):
        object_keypoint_similarity(truth.keypoints_px, truth, FEET.sigmas * np.nan)
