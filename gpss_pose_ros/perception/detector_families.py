"""How detector networks write boxes: one decoder a family, from outputs to persons."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from gpss_pose_ros.errors import ModelError
from gpss_pose_ros.perception.backend import Shape
from gpss_pose_ros.perception.model_description import DetectorDescription
from gpss_pose_ros.perception.nms import non_maximum_suppression
from gpss_pose_ros.perception.preprocess import Tensor
from gpss_pose_ros.types import FloatArray

Boxes = tuple[FloatArray, FloatArray]
Decoder = Callable[[tuple[Tensor, ...], DetectorDescription], list[Boxes]]

_YOLOX_STRIDES = (8, 16, 32)
_LARGEST_EXPONENT = 20.0


def output_shapes(description: DetectorDescription) -> tuple[tuple[Shape, ...], ...]:
    """Return the alternatives of output shapes a network of this family may have."""
    if description.family == "rtmdet":
        return (((None, None, 5), (None, None)),)
    anchors = len(_anchors(description.input.size)[1])
    return ((None, anchors, None),), ((None, None, 5),)


def decode_yolox(outputs: tuple[Tensor, ...], description: DetectorDescription) -> list[Boxes]:
    """Decode (N, anchors, 5 + classes), or (N, boxes, 5) of a network with NMS inside.

    Raw rows are x, y, log w, log h in units of the anchor's stride, objectness and class scores
    (Ge et al., YOLOX, 2021); the others left, top, right, bottom and score of persons.

    Returns:
        For each image boxes (M, 4) in input pixels from the input's top-left edge, and scores (M,).
    """
    if outputs[0].shape[2] == 5:
        return [_select(rows[:, :4], rows[:, 4], description) for rows in outputs[0]]
    return [_decode_anchors(rows, description) for rows in outputs[0]]


def decode_rtmdet(outputs: tuple[Tensor, ...], description: DetectorDescription) -> list[Boxes]:
    """Decode rows (N, boxes, 5) of left, top, right, bottom, score, and labels (N, boxes).

    Returns:
        As decode_yolox.
    """
    results = []
    for rows, labels in zip(outputs[0], outputs[1], strict=True):
        persons = rows[labels == description.person_class]
        results.append(_select(persons[:, :4], persons[:, 4], description))
    return results


DECODERS: dict[str, Decoder] = {"yolox": decode_yolox, "rtmdet": decode_rtmdet}


def _decode_anchors(rows: Tensor, description: DetectorDescription) -> Boxes:
    person = 5 + description.person_class
    if person >= rows.shape[1]:
        raise ModelError(
            f"{description.source}: person_class is {description.person_class}, "
            f"but {description.file} has {rows.shape[1] - 5} classes, counted from 0"
        )
    scores = rows[:, 4] * rows[:, person]
    # Decoding the few anchors that pass is what makes this step cheap. `not <` keeps NaN in.
    passing = np.flatnonzero(~(scores < description.score_threshold))
    raw = rows[passing, :4].astype(np.float64)
    grid, strides = _anchors(description.input.size)
    centres = (raw[:, :2] + grid[passing]) * strides[passing, None]
    sizes = np.exp(np.minimum(raw[:, 2:], _LARGEST_EXPONENT)) * strides[passing, None]
    boxes = np.concatenate([centres - sizes / 2.0, centres + sizes / 2.0], axis=1)
    return _select(boxes, scores[passing], description)


def _select(boxes: Tensor, scores: Tensor, description: DetectorDescription) -> Boxes:
    """Keep what is certain enough, once; a network that gives NaN must not look like nobody."""
    if not (np.isfinite(boxes).all() and np.isfinite(scores).all()):
        raise ModelError(f"{description.source}: {description.file} gave boxes that are not finite")
    certain = scores >= description.score_threshold
    boxes, scores = boxes[certain].astype(np.float64), scores[certain].astype(np.float64)
    kept = non_maximum_suppression(boxes, scores, description.nms_threshold)
    return boxes[kept], np.minimum(scores[kept], 1.0)


@lru_cache(maxsize=8)
def _anchors(size: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return cell indices (A, 2) as x, y, and strides (A,), finest level first."""
    grids, strides = [], []
    for stride in _YOLOX_STRIDES:
        y, x = np.indices((size[1] // stride, size[0] // stride))
        grids.append(np.stack([x.ravel(), y.ravel()], axis=-1))
        strides.append(np.full(x.size, stride))
    return np.concatenate(grids).astype(np.float64), np.concatenate(strides).astype(np.float64)
