"""Average precision as COCO defines it, of anything that has a similarity: keypoints or boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray

COCO_THRESHOLDS = tuple(float(t) for t in np.linspace(0.5, 0.95, 10))
MAX_KEYPOINT_DETECTIONS = 20
_RECALL_STEPS = np.linspace(0.0, 1.0, 101)
_MEDIUM, _LARGE = (32.0**2, 96.0**2), (96.0**2, 1e10)
_ANY_AREA = (0.0, 1e10)


@dataclass(frozen=True, eq=False)
class ImageSimilarity:
    """The detections and true objects of one image, and how alike they are.

    Attributes:
        similarity: (D, G) in [0, 1].
        scores: (D,) confidences.
        areas_px2: (D,) of the detections, in [px^2].
        true_areas_px2: (G,) in [px^2].
        ignored: (G,) true objects that need not be found, and are not wrong to find.
        crowd: (G,) of those, the ones that take any number of detections.
    """

    similarity: FloatArray
    scores: FloatArray
    areas_px2: FloatArray
    true_areas_px2: FloatArray
    ignored: npt.NDArray[np.bool_]
    crowd: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """Result over all images; NaN where nothing was to be found.

    Attributes:
        precision: (T,) average precision at each threshold.
        recall: (T,) largest recall at each threshold.
    """

    precision: FloatArray
    recall: FloatArray


@dataclass(frozen=True, eq=False)
class _Judged:
    """Detections of one image, best first: (D,) scores, (T, D) right and neither right nor wrong,
    and the number of objects to find.
    """

    scores: FloatArray
    right: npt.NDArray[np.bool_]
    neutral: npt.NDArray[np.bool_]
    wanted: int


def average_precision(
    images: Sequence[ImageSimilarity],
    thresholds: Sequence[float] = COCO_THRESHOLDS,
    area_px2: tuple[float, float] = _ANY_AREA,
    max_detections: int = MAX_KEYPOINT_DETECTIONS,
) -> PrecisionRecall:
    """Return precision, averaged over 101 recalls, and recall at each threshold of similarity.

    Args:
        images: every image, also those without detections: their misses count.
        thresholds: T similarities from which on a detection is right.
        area_px2: objects outside this range are ignored, and unmatched detections too.
        max_detections: of an image only the best so many count.
    """
    judged = [_judge(image, thresholds, area_px2, max_detections) for image in images]
    wanted = sum(image.wanted for image in judged)
    if wanted == 0:
        nothing = np.full(len(thresholds), np.nan)
        return PrecisionRecall(nothing, nothing)
    order = np.argsort(-np.concatenate([image.scores for image in judged]), kind="stable")
    right = np.concatenate([image.right for image in judged], axis=1)[:, order]
    neutral = np.concatenate([image.neutral for image in judged], axis=1)[:, order]
    found = np.cumsum(right & ~neutral, axis=1)
    invented = np.cumsum(~right & ~neutral, axis=1)
    curves = [_curve(f, i, wanted) for f, i in zip(found, invented, strict=True)]
    return PrecisionRecall(*(np.array(column) for column in zip(*curves, strict=True)))


def keypoint_statistics(images: Sequence[ImageSimilarity]) -> dict[str, float]:
    """Return COCO's ten: AP, AP50, AP75, APM, APL and AR, AR50, AR75, ARM, ARL; NaN for none."""
    every = average_precision(images)
    medium = average_precision(images, area_px2=_MEDIUM)
    large = average_precision(images, area_px2=_LARGE)
    at = {name: COCO_THRESHOLDS.index(value) for name, value in (("50", 0.5), ("75", 0.75))}
    statistics = {}
    for name, kind in (("AP", "precision"), ("AR", "recall")):
        values = getattr(every, kind)
        statistics[name] = float(values.mean())
        statistics.update({name + suffix: float(values[i]) for suffix, i in at.items()})
        statistics[name + "M"] = float(getattr(medium, kind).mean())
        statistics[name + "L"] = float(getattr(large, kind).mean())
    return statistics


def _judge(
    image: ImageSimilarity,
    thresholds: Sequence[float],
    area_px2: tuple[float, float],
    max_detections: int,
) -> _Judged:
    best = np.argsort(-image.scores, kind="stable")[:max_detections]
    ignored = image.ignored | _outside(image.true_areas_px2, area_px2)
    matches = np.array(
        [_matches(image.similarity[best], ignored, image.crowd, t) for t in thresholds], dtype=int
    ).reshape(len(thresholds), len(best))
    matched = matches >= 0
    to_ignored = np.append(ignored, False)[matches] & matched
    stray = ~matched & _outside(image.areas_px2[best], area_px2)
    return _Judged(image.scores[best], matched, to_ignored | stray, int((~ignored).sum()))


def _matches(
    similarity: FloatArray,
    ignored: npt.NDArray[np.bool_],
    crowd: npt.NDArray[np.bool_],
    threshold: float,
) -> list[int]:
    """Return the true object (D,) each detection takes, best detection first; -1 for none.

    Each takes the most similar free object, one to be found before one that is ignored.
    """
    free = np.ones(len(ignored), dtype=bool)
    result = []
    for row in similarity:
        near = (row >= min(threshold, 1.0 - 1e-10)) & (free | crowd)
        wanted = near & ~ignored
        candidates = np.flatnonzero(wanted if wanted.any() else near)
        if not len(candidates):
            result.append(-1)
            continue
        # Of equals the last, as the reference implementation has it.
        match = int(candidates[::-1][np.argmax(row[candidates[::-1]])])
        free[match] = False
        result.append(match)
    return result


def _curve(
    found: npt.NDArray[np.int_], invented: npt.NDArray[np.int_], wanted: int
) -> tuple[float, float]:
    """Return (average precision, recall) of running counts (D,) of right and wrong detections."""
    if not len(found):
        return 0.0, 0.0
    recall = found / wanted
    precision = found / np.maximum(found + invented, np.spacing(1))
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALL_STEPS, side="left")
    return float(np.append(envelope, 0.0)[at].mean()), float(recall[-1])


def _outside(areas_px2: FloatArray, area_px2: tuple[float, float]) -> npt.NDArray[np.bool_]:
    outside: npt.NDArray[np.bool_] = (areas_px2 < area_px2[0]) | (areas_px2 > area_px2[1])
    return outside
