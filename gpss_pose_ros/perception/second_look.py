"""Where to look closer: in the boxes in which somebody is expected.

A detector overlooks one in seven people who stand in full view, and draws loose boxes about those
whom it is not sure of. Who is followed is expected in boxes that are better than that. The pose
estimator has the last word on them, as on all others: what shows nobody there shows nobody.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.types import Detections, FloatArray

_SAME_PERSON = 0.3
"""IoU from which on a detection is taken for the person expected."""
_ANOTHER_BOX = 0.5
"""A box that overlaps a detection by more shows nobody whom that does not show."""
_SURE = 0.6
"""Score from which on the detector's own box is kept."""


def with_expected(detections: Detections, expected_px: FloatArray, score: float) -> Detections:
    """Return the N detections of an image, and behind them boxes of who was overlooked.

    Where the detector is not sure of somebody who is expected, the expected box takes the place of
    its own.

    Args:
        detections: of the image.
        expected_px: (M, 4) boxes in which people are expected.
        score: of a box that only expectation draws.
    """
    overlaps = intersection_over_union(expected_px, detections.boxes_xyxy_px)
    m, n = linear_sum_assignment(-overlaps)
    same = overlaps[m, n] >= _SAME_PERSON
    m, n = m[same], n[same]
    boxes = detections.boxes_xyxy_px.copy()
    unsure = detections.scores[n] < _SURE
    boxes[n[unsure]] = expected_px[m[unsure]]
    overlooked = overlaps.max(axis=1, initial=0.0) < _ANOTHER_BOX
    overlooked[m] = False
    more = expected_px[overlooked]
    return Detections(
        np.concatenate([boxes, more]),
        np.concatenate([detections.scores, np.full(len(more), score)]),
    )
