"""Whether a pose shows a person of its own: a second look at what the detector found.

A detector takes a barrel for a person, or a person for two. The pose estimator sees the same place
larger: on a barrel it finds no keypoints, in two boxes of one person it finds the same ones. What
both are unsure of is mostly nobody.
"""

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import Detections, FloatArray

_BEST_KEYPOINTS = 8
"""Of a person cut off by the image or half hidden, so many are still seen."""
_AREA_OF_BOX = 0.53
"""A person's area as a fraction of the box: the convention for OKS without segments."""


def confirmed(
    keypoints_px: FloatArray,
    scores: FloatArray,
    detections: Detections,
    skeleton: Skeleton,
    least_score: float,
    same_pose: float,
) -> npt.NDArray[np.bool_]:
    """Tell (N,) which persons of one image are confirmed by their keypoints.

    Args:
        keypoints_px: (N, K, 2) in [px].
        scores: (N, K) in [0, 1].
        detections: the N boxes, `rescored`.
        skeleton: meaning of the K keypoints.
        least_score: a box that scores less shows nobody.
        same_pose: two poses whose `pose_similarity` is above this are one person, of whom the
            better one is kept.
    """
    alike = pose_similarity(keypoints_px, scores, detections, skeleton) > same_pose
    kept = detections.scores >= least_score
    order = np.argsort(-detections.scores, kind="stable")
    for place, i in enumerate(order):
        if kept[i]:
            later = order[place + 1 :]
            kept[later[alike[i, later]]] = False
    return kept


def rescored(scores: FloatArray, detections: Detections) -> Detections:
    """Return detections that score as much as detector and pose estimator together believe.

    The detector's score times the mean of the best keypoints' (N, K), as top-down estimators are
    usually ranked (Xiao et al., Simple Baselines, 2018).
    """
    best = np.sort(scores, axis=1)[:, -_BEST_KEYPOINTS:].mean(axis=1)
    return Detections(detections.boxes_xyxy_px, detections.scores * best)


def pose_similarity(
    keypoints_px: FloatArray, scores: FloatArray, detections: Detections, skeleton: Skeleton
) -> FloatArray:
    """Return (N, N) how alike poses are, in [0, 1]: OKS between them, weighted by their scores.

    (He et al., Mask R-CNN; Fang et al., AlphaPose: pose non-maximum suppression.)
    """
    boxes = detections.boxes_xyxy_px
    areas = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0).prod(axis=1) * _AREA_OF_BOX
    # The smaller of two: a large box around two persons must not swallow one of them.
    smaller = np.minimum(areas[:, None], areas[None])
    spread = 2.0 * np.nan_to_num(skeleton.sigmas, nan=float(np.nanmean(skeleton.sigmas)))
    gaps = ((keypoints_px[:, None] - keypoints_px[None]) ** 2).sum(axis=-1)
    alike = np.exp(-gaps / (2.0 * smaller[..., None] * spread**2))
    weights = np.minimum(scores[:, None], scores[None])
    known = np.isfinite(alike)
    total = np.where(known, weights, 0.0).sum(axis=-1)
    shared = np.where(known, weights * np.where(known, alike, 0.0), 0.0).sum(axis=-1)
    similarity: FloatArray = shared / np.maximum(total, 1e-9)
    return similarity
