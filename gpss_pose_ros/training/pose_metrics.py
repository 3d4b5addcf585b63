"""How well keypoints are placed, in pixels of the network's input."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.training.labels import BoolArray
from gpss_pose_ros.types import FloatArray

_FEET = ("ankle", "big_toe", "small_toe", "heel")
_CLOSE = 0.05
"""Of a person's side, the root of the area around the keypoints: closer than this is right."""


def pose_figures(
    keypoints: FloatArray,
    scores: FloatArray,
    true: FloatArray,
    visibility: FloatArray,
    skeleton: Skeleton,
) -> dict[str, float]:
    """Return OKS, PCK, errors of the feet, and how well scores tell visible from hidden.

    Args:
        keypoints: (N, K, 2) found, in [px].
        scores: (N, K)
        true: (N, K, 2) in [px].
        visibility: (N, K) 0 not in the crop, 1 hidden, 2 visible.
        skeleton: names and OKS constants of the keypoints.
    """
    errors = np.linalg.norm(keypoints - true, axis=-1)
    visible, hidden = visibility == 2, visibility == 1
    sides = _sides(true, visibility > 0)
    feet = np.array([any(name.endswith(part) for part in _FEET) for name in skeleton.keypoints])
    similarity = _oks(errors, sides, visible, skeleton)
    seen_feet, hidden_feet = errors[visible & feet], errors[hidden & feet]
    return {
        "oks": float(similarity.mean()),
        "oks_over_0.75": float((similarity > 0.75).mean()),
        "pck_0.05": _mean((errors <= _CLOSE * sides[:, None])[visible]),
        "px_median": _quantile(errors[visible], 0.5),
        "feet_px_median": _quantile(seen_feet, 0.5),
        "feet_px_p95": _quantile(seen_feet, 0.95),
        "hidden_feet_px_median": _quantile(hidden_feet, 0.5),
        "visible_auc": area_under_roc(scores[visible], scores[~visible]),
        "score_visible": _mean(scores[visible]),
        "score_hidden": _mean(scores[hidden]),
        "score_absent": _mean(scores[visibility == 0]),
    }


def area_under_roc(positive: FloatArray, negative: FloatArray) -> float:
    """Return the probability that a positive's score is above a negative's (Mann-Whitney)."""
    if not len(positive) or not len(negative):
        return float("nan")
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left") + np.searchsorted(order, positive, "right")
    return float(below.mean() / 2.0 / len(negative))


def _oks(
    errors: FloatArray, sides: FloatArray, counted: BoolArray, skeleton: Skeleton
) -> FloatArray:
    """Return object keypoint similarity (N,), with the square of `sides` for the area."""
    spread = 2.0 * skeleton.sigmas * sides[:, None]
    similarity = np.exp(-(errors**2) / (2.0 * spread**2)) * counted
    mean: FloatArray = similarity.sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return mean


def _sides(true: FloatArray, known: BoolArray) -> FloatArray:
    """Return (N,) the geometric mean of width and height of the box around known keypoints."""
    low = np.where(known[..., None], true, np.inf).min(axis=1)
    high = np.where(known[..., None], true, -np.inf).max(axis=1)
    sides: FloatArray = np.sqrt(np.maximum(high - low, 1.0).prod(axis=1))
    return sides


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if values.size else float("nan")


def _quantile(values: FloatArray, q: float) -> float:
    return float(np.quantile(values, q)) if values.size else float("nan")
