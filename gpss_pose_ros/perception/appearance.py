"""What colours a person wears: they tell two people apart who stand where one could stand.

Of torso, legs and head each the median colour of points between the keypoints: a few hundred pixels
of an image are looked at, none is kept. Nothing is published, and nobody is recognised by it who
has been away: colours are those of clothes, and are forgotten with the track.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np

from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray, ImageArray, Poses2D

PARTS = ("torso", "legs", "head")
_ACROSS = (0.15, 0.38, 0.62, 0.85)
_DOWN = (0.1, 0.37, 0.63, 0.9)
_ALONG = (0.2, 0.5, 0.8)
_HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_LEAST_SCORE = 0.3
_LEAST_POINTS = 3
"""Of a part that must be in the image for a median that means something."""

Weights = dict[str, float]


def dressed(image: ImageArray, poses: Poses2D, skeleton: Skeleton) -> Poses2D:
    """Return the poses with the colours the persons wear: (N, 3 PARTS, 3) in CIE L*a*b*.

    NaN where a part is not seen.

    Args:
        image: (H, W, 3) BGR.
        poses: of N persons in it.
        skeleton: meaning of their keypoints.
    """
    return replace(poses, colours=_colours(image, poses, skeleton))


def _colours(image: ImageArray, poses: Poses2D, skeleton: Skeleton) -> FloatArray:
    weights, parts = _samples(skeleton)
    result = np.full((len(poses), len(PARTS), 3), np.nan)
    if not len(poses) or not len(weights):
        return result
    known = (poses.scores >= _LEAST_SCORE) & np.isfinite(poses.keypoints_px).all(axis=2)
    keypoints = np.where(known[..., None], poses.keypoints_px, 0.0)
    cells = np.rint(np.einsum("mk,nki->nmi", weights, keypoints)).astype(np.intp)
    inside = ((cells >= 0) & (cells < image.shape[1::-1])).all(axis=2)
    unknown = ~known @ (weights > 0.0).T  # one of the keypoints that the point lies between
    usable = inside & ~unknown
    n, m = np.nonzero(usable)
    if not len(n):
        return result
    pixels = image[cells[n, m, 1], cells[n, m, 0]].astype(np.float32) / 255.0
    lab = np.full((*usable.shape, 3), np.nan)
    lab[n, m] = cv2.cvtColor(pixels[None], cv2.COLOR_BGR2LAB)[0]
    for part in range(len(PARTS)):
        of_part = parts == part
        enough = usable[:, of_part].sum(axis=1) >= _LEAST_POINTS
        result[enough, part] = _median(lab[enough][:, of_part])
    return result


def _median(values: FloatArray) -> FloatArray:
    """Return the medians (n, 3) of those of (n, m, 3) that are not NaN; np.nanmedian is slow."""
    ordered = np.sort(values, axis=1)  # NaN last
    count = np.isfinite(values).sum(axis=1, keepdims=True)
    low = np.take_along_axis(ordered, (count - 1) // 2, axis=1)
    high = np.take_along_axis(ordered, count // 2, axis=1)
    median: FloatArray = ((low + high) / 2.0)[:, 0]
    return median


@lru_cache
def _samples(skeleton: Skeleton) -> tuple[FloatArray, FloatArray]:
    """Return M points as weights (M, K) of the keypoints, and which of PARTS each is on (M,)."""
    rows = [
        (part, [(skeleton.index(name), weight) for name, weight in point.items()])
        for part, name in enumerate(PARTS)
        for point in _POINTS[name]
    ]
    rows = [(part, row) for part, row in rows if all(index is not None for index, _ in row)]
    weights = np.zeros((len(rows), len(skeleton)))
    for m, (_, row) in enumerate(rows):
        for index, weight in row:
            weights[m, index] = weight
    return weights, np.array([part for part, _ in rows])


def _torso() -> Iterator[Weights]:
    for u in _ACROSS:
        for v in _DOWN:
            yield {
                "left_shoulder": (1 - u) * (1 - v),
                "right_shoulder": u * (1 - v),
                "left_hip": (1 - u) * v,
                "right_hip": u * v,
            }


def _legs() -> Iterator[Weights]:
    for side in ("left", "right"):
        for above, below in (("hip", "knee"), ("knee", "ankle")):
            for t in _ALONG:
                yield {f"{side}_{above}": 1.0 - t, f"{side}_{below}": t}


def _head() -> Iterator[Weights]:
    for name in _HEAD:
        yield {name: 1.0}
    yield dict.fromkeys(_HEAD, 1.0 / len(_HEAD))


_POINTS = {"torso": tuple(_torso()), "legs": tuple(_legs()), "head": tuple(_head())}
