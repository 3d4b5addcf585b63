"""Where to look closer: in the boxes in which somebody is expected.

A detector overlooks one in seven people who stand in full view, and draws loose boxes about those
whom it is not sure of. Who is followed is expected in boxes that are better than that. The pose
estimator has the last word on them, as on all others: what shows nobody there shows nobody.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.perception.nms import (
    box_areas,
    intersection_areas,
    intersection_over_union,
)
from gpss_pose_ros.types import Detections, FloatArray

_SAME_PERSON = 0.3
"""IoU from which on a detection is taken for the person expected."""
_SAME_UNSURE = 0.15
"""The same where the detector is not sure: it draws such boxes loosely, or about half a body."""
_ANOTHER_BOX = 0.5
"""Two boxes that overlap by more show the same person."""
_WITHIN = 0.5
"""Part of a person's box, by area, that is in a larger one which shows them with others."""
_ONE_PERSON = 0.8
"""Score from which on a box is one person's, whoever else is expected in it. Somebody new before
two others, found with less, is not reported by that camera; their place looks not empty either."""
_SURE = 0.6
"""Score from which on the detector's own box is kept."""
_SURE_KEYPOINTS = 0.58
"""What a person's best keypoints must score where expectation alone says that somebody is there;
the networks of this repository give 0.71 to what is visible and 0.45 to what is hidden."""
_CERTAIN_KEYPOINTS = 0.78
"""The same where it may be an error, or they may have left: racks do not get so far."""


def unexpected(boxes_xyxy_px: FloatArray, expected_px: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell (N,) which detections show nobody who is expected; one to one.

    Args:
        boxes_xyxy_px: (N, 4) of the detections.
        expected_px: (M, 4) boxes in which people are expected.
    """
    overlaps = intersection_over_union(expected_px, boxes_xyxy_px)
    m, n = linear_sum_assignment(-overlaps)
    strange = np.ones(len(boxes_xyxy_px), dtype=bool)
    strange[n[overlaps[m, n] >= _ANOTHER_BOX]] = False
    return strange


def with_expected(
    detections: Detections,
    expected_px: FloatArray,
    doubted: npt.NDArray[np.bool_],
    person_threshold: float,
) -> Detections:
    """Return the N detections of an image, and behind them boxes of who was overlooked.

    Where the detector is not sure of somebody who is expected, the expected box takes the place of
    its own, and scores as much as any looser box of that person: whose keypoints score better is
    for the pose estimator to say. One box about two who are expected is neither of them: it scores
    0, and they are looked for.

    Args:
        detections: of the image.
        expected_px: (M, 4) boxes in which people are expected.
        doubted: (M,) whether who is expected there may be an error, or gone.
        person_threshold: of the pose estimator, by which it will judge the boxes.
    """
    overlaps = intersection_over_union(expected_px, detections.boxes_xyxy_px)
    held = _held(expected_px, detections.boxes_xyxy_px) & ~doubted[:, None]
    groups = (held.sum(axis=0) > 1) & (overlaps.max(axis=0, initial=0.0) < _ANOTHER_BOX)
    groups &= detections.scores < _ONE_PERSON
    overlaps[:, groups] = 0.0
    m, n = linear_sum_assignment(-overlaps)
    unsure = detections.scores[n] < _SURE
    same = overlaps[m, n] >= np.where(unsure, _SAME_UNSURE, _SAME_PERSON)
    m, n, unsure = m[same], n[same], unsure[same]
    boxes, scores = detections.boxes_xyxy_px.copy(), np.where(groups, 0.0, detections.scores)
    boxes[n[unsure]] = expected_px[m[unsure]]
    free = np.ones(len(detections), dtype=bool)
    free[n] = False
    rivals = np.where(free & (overlaps[m] >= _SAME_UNSURE), scores, 0.0).max(axis=1, initial=0.0)
    scores[n] = np.maximum(scores[n], np.where(doubted[m], 0.0, rivals))
    overlooked = overlaps.max(axis=1, initial=0.0) < _ANOTHER_BOX
    overlooked[m] = False
    needed = np.where(doubted[overlooked], _CERTAIN_KEYPOINTS, _SURE_KEYPOINTS)
    in_group = np.where(held & groups, detections.scores, 0.0).max(axis=1, initial=0.0)[overlooked]
    guessed = np.maximum(np.minimum(person_threshold / needed, 1.0), in_group)
    return Detections(
        np.concatenate([boxes, expected_px[overlooked]]),
        np.concatenate([scores, guessed]),
    )


def _held(expected_px: FloatArray, boxes_xyxy_px: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell (M, N) which of the expected boxes (M, 4) lie within which boxes (N, 4)."""
    shared = intersection_areas(expected_px, boxes_xyxy_px)
    within: npt.NDArray[np.bool_] = shared >= _WITHIN * box_areas(expected_px)[:, None]
    return within
