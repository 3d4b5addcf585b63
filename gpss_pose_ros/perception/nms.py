"""Non-maximum suppression."""

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray


def box_areas(boxes: FloatArray) -> FloatArray:
    """Return the areas (N,) of boxes (N, 4); 0 of one that is inside out."""
    area: FloatArray = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0).prod(axis=-1)
    return area


def intersection_areas(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the areas (N, M) that boxes (N, 4) and (M, 4) share."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared: FloatArray = np.maximum(high - low, 0.0).prod(axis=-1)
    return shared


def intersection_over_union(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the IoU (N, M) of boxes (N, 4) and (M, 4), left, top, right, bottom."""
    intersection = intersection_areas(a, b)
    union = box_areas(a)[:, None] + box_areas(b)[None, :] - intersection
    iou: FloatArray = np.divide(
        intersection, union, out=np.zeros_like(intersection), where=union > 0.0
    )
    return iou


def non_maximum_suppression(
    boxes: FloatArray, scores: FloatArray, iou_threshold: float
) -> npt.NDArray[np.intp]:
    """Return the indices of the boxes to keep, best first.

    Greedy: the best remaining box suppresses every box it overlaps by more than `iou_threshold`.

    Args:
        boxes: (N, 4) left, top, right, bottom.
        scores: (N,)
        iou_threshold: in [0, 1].
    """
    order = np.argsort(-scores, kind="stable")
    overlaps = intersection_over_union(boxes[order], boxes[order]) > iou_threshold
    kept = np.ones(len(order), dtype=bool)
    for i in range(len(order)):
        if kept[i]:
            kept[i + 1 :] &= ~overlaps[i, i + 1 :]
    return order[kept]
