"""Where to look closer: in the boxes in which somebody is expected.

A detector overlooks one in seven people who stand in full view, and draws loose boxes about those
whom it is not sure of. Who is followed is expected in boxes that are better than that. The pose
estimator has the last word on them, as on all others: what shows nobody there shows nobody.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.types import Detections, FloatArray

_SAME_PERSON = 0.3
"""IoU from which on a detection is taken for the person expected."""
_SAME_UNSURE = 0.15
"""The same where the detector is not sure: it draws such boxes loosely, or about half a body."""
_ANOTHER_BOX = 0.5
"""Two boxes that overlap by more show the same person."""
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
    its own.

    Args:
        detections: of the image.
        expected_px: (M, 4) boxes in which people are expected.
        doubted: (M,) whether who is expected there may be an error, or gone.
        person_threshold: of the pose estimator, by which it will judge the boxes.
    """
    overlaps = intersection_over_union(expected_px, detections.boxes_xyxy_px)
    m, n = linear_sum_assignment(-overlaps)
    unsure = detections.scores[n] < _SURE
    same = overlaps[m, n] >= np.where(unsure, _SAME_UNSURE, _SAME_PERSON)
    m, n, unsure = m[same], n[same], unsure[same]
    boxes = detections.boxes_xyxy_px.copy()
    boxes[n[unsure]] = expected_px[m[unsure]]
    overlooked = overlaps.max(axis=1, initial=0.0) < _ANOTHER_BOX
    overlooked[m] = False
    needed = np.where(doubted[overlooked], _CERTAIN_KEYPOINTS, _SURE_KEYPOINTS)
    return Detections(
        np.concatenate([boxes, expected_px[overlooked]]),
        np.concatenate([detections.scores, np.minimum(person_threshold / needed, 1.0)]),
    )
