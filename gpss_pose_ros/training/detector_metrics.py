"""How well persons are found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.training.labels import BoolArray
from gpss_pose_ros.types import FloatArray

_IOU = 0.5
_FALSE_PER_IMAGE = 0.02


@dataclass(frozen=True, eq=False)
class ImageResult:
    """Boxes (M, 4) found, best first, with scores (M,); true boxes (N, 4), some ignored (N,)."""

    found: FloatArray
    scores: FloatArray
    true: FloatArray
    ignored: BoolArray


def detector_figures(results: Sequence[ImageResult], score_threshold: float) -> dict[str, float]:
    """Return average precision and recalls at IoU 0.5.

    Args:
        results: of every image.
        score_threshold: of the detector in use, for `recall` and `false_per_image`.
    """
    matches = [_matches(result) for result in results]
    scores = np.concatenate(
        [result.scores[known] for result, (_, known) in zip(results, matches, strict=True)]
    )
    right = np.concatenate([right[known] for right, known in matches])
    persons = max(1, sum(int((~result.ignored).sum()) for result in results))
    order = np.argsort(-scores, kind="stable")
    scores, right = scores[order], right[order]
    recall, false = np.cumsum(right) / persons, np.cumsum(~right)
    used = scores >= score_threshold
    return {
        "ap50": average_precision(right, persons),
        "recall_at_0.02_false": _last(recall[false <= _FALSE_PER_IMAGE * len(results)]),
        "recall": _last(recall[used]),
        "false_per_image": float((~right)[used].sum()) / len(results),
        "recall_at_most": _last(recall),
    }


def average_precision(right: BoolArray, persons: int) -> float:
    """Return the area under precision over recall for detections (M,), best first."""
    if not len(right):
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    # Precision that rises again further down is granted from there up, as in PASCAL VOC 2010.
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[right].sum() / persons)


def _matches(result: ImageResult) -> tuple[BoolArray, BoolArray]:
    """Return (M,) which boxes are right, and (M,) which count at all."""
    overlap = intersection_over_union(result.found, result.true)
    right = np.zeros(len(result.found), dtype=bool)
    counts = np.ones(len(result.found), dtype=bool)
    free = ~result.ignored
    for i, row in enumerate(overlap):
        candidates = np.where(free, row, 0.0)
        if len(row) and candidates.max() >= _IOU:
            right[i] = True
            free[int(candidates.argmax())] = False
        else:
            counts[i] = not _explained(result.found[i], result.true[result.ignored])
    return right, counts


def _explained(box: FloatArray, ignored: FloatArray) -> bool:
    """Tell whether a box's middle lies in a person of whom nothing is asked."""
    middle = (box[:2] + box[2:]) / 2.0
    return bool(((ignored[:, :2] <= middle) & (middle <= ignored[:, 2:])).all(axis=1).any())


def _last(values: npt.NDArray[np.float64]) -> float:
    return float(values[-1]) if len(values) else 0.0
