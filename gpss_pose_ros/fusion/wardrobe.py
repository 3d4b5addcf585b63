"""How much the colours people wear tell about who is who, learned from the people themselves.

Of one person, two looks differ by N(0, W); of two persons, by N(0, B): how much likelier one is
than two follows. Neither is known beforehand. Two whom one camera sees at one instant are two,
which teaches B; those whom several cameras see teach W, and with it how much light and cameras
differ. Where all wear the same, B is no more than W, and colours tell nothing; nor do they before
enough was seen, or where there is but one camera.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from gpss_pose_ros.types import FloatArray, FloorObservation, PersonObservation

Alike = Callable[[FloatArray, FloatArray], FloatArray]

_PARTS, _CHANNELS = 3, 3
_PRIOR = np.array([60.0, 30.0, 30.0]) ** 2
"""Of W and B alike until something was seen, and more than there is: CIE L*, a*, b*."""
_PRIOR_PAIRS = 30.0
_MEMORY_PAIRS = 5000.0
"""Light changes within minutes: older pairs fade."""
_DEGREES_OF_FREEDOM = 3.0
"""Of Student's t, which differences of colours follow: a shadow, a shelf in front of a leg."""
_WRONG_COLOUR = 0.1
"""How often a part's colour is that of something else."""
_SAME_CLOTHES = 0.05
"""How often two people are dressed alike: as the same firm dresses them."""
_LEAST_VARIANCE = 1.0


class Wardrobe:
    """What is known of colours so far."""

    def __init__(self) -> None:
        self._within = _Variance()
        self._between = _Variance()

    def learn(
        self, observations: Sequence[FloorObservation], groups: Sequence[Sequence[int]]
    ) -> None:
        """Take what cameras see at an instant: the indices in a group are of one person.

        Everybody is compared with one neighbour in the image, and every camera with the next one
        that sees the same person: the effort grows as the number of observations does.
        """
        looks = looks_of(observations)
        if not np.isfinite(looks).any():
            return
        cameras = [o.camera_id for o in observations]
        same = [
            pair
            for members in groups
            for pair in pairwise(sorted(members, key=cameras.__getitem__))
        ]
        boxes = [tuple(o.box_xyxy_px.tolist()) for o in observations]
        across = sorted(range(len(looks)), key=lambda i: (cameras[i], boxes[i]))
        different = [(i, j) for i, j in pairwise(across) if cameras[i] == cameras[j]]
        for variance, pairs in ((self._within, same), (self._between, different)):
            one, other = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
            variance.take(looks[one] - looks[other])

    def evidence(self, one: FloatArray, other: FloatArray) -> FloatArray:
        """Return log likelihood ratios (...), one person against two, by colours (..., 3, 3).

        0 where either is not known.
        """
        within = self._within.value
        between = np.maximum(self._between.value, within)
        gap2 = np.square(one - other)
        exponent = gap2 * (1.0 / within - 1.0 / between) - np.log(between / within)
        ratio = np.exp(-0.5 * exponent.sum(axis=-1))
        told = np.log((1.0 - _WRONG_COLOUR) * ratio + _WRONG_COLOUR)
        total = np.where(np.isfinite(told), told, 0.0).sum(axis=-1)
        # Of two, a part q is dressed as one: 1 / ((1 - q) / ratio + q).
        evidence: FloatArray = -np.log1p((1.0 - _SAME_CLOTHES) * np.expm1(-total))
        return evidence


class _Variance:
    """Scales of differences (3 parts, 3 channels), robust against those that are something else."""

    def __init__(self) -> None:
        self.value = np.tile(_PRIOR, (_PARTS, 1))
        self._pairs = np.full((_PARTS, 1), _PRIOR_PAIRS)

    def take(self, differences: FloatArray) -> None:
        """Take P differences (P, 3, 3), NaN where not known: a step of EM for Student's t."""
        squares = np.square(differences)
        known = np.isfinite(squares).all(axis=2, keepdims=True)
        squares = np.where(known, squares, 0.0)
        nu = _DEGREES_OF_FREEDOM
        weighted = squares * (nu + 1.0) / (nu + squares / self.value)
        count = known.sum(axis=0)
        total = self.value * self._pairs + weighted.sum(axis=0)
        self.value = np.maximum(total / (self._pairs + count), _LEAST_VARIANCE)
        self._pairs = np.minimum(self._pairs + count, _MEMORY_PAIRS)


def nothing_told(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return evidence (...) of colours (..., 3, 3) that nobody has learned from: none."""
    return np.zeros(np.broadcast_shapes(one.shape, other.shape)[:-2])


def mean_look(looks: Sequence[FloatArray]) -> FloatArray | None:
    """Return the mean of colours (3, 3), over those that are known; None if none is given."""
    if not looks:
        return None
    known = np.isfinite(looks)
    total = np.where(known, looks, 0.0).sum(axis=0)
    mean: FloatArray = total / np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    return mean


def looks_of(seen: Sequence[FloorObservation] | Sequence[PersonObservation]) -> FloatArray:
    """Return the colours (N, 3, 3) of observations, NaN where not known."""
    unknown = np.full((_PARTS, _CHANNELS), np.nan)
    looks = [unknown if o.colours is None else o.colours for o in seen]
    return np.array(looks).reshape(-1, _PARTS, _CHANNELS)
