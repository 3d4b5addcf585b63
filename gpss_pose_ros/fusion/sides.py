"""Which cameras see a person mirrored: their network took the back for the front.

What tells left from right is the offset from right to left of every lateral keypoint. A camera sees
the part of it across its ray: e = r (d_left - d_right) at distance r, with variance v. Turned round
by a network, it is -e, for all keypoints of that camera alike. The other cameras predict the offset
x with covariance H, and so P x, P = I - d d^T, with covariance P H P + v I. How much more likely e
is than -e is then, as a difference of logarithms,

    2 e^T (P H P + v I)^-1 P x = 2 (e / v)^T T^-1 (sum of e / v of the others),

where T = H^-1 + P / v is the information of all cameras together.

The camera with the clearest evidence against it is turned round, and so on until none is left. That
says who disagrees; the majority then says who is right.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.sightlines import Sightlines
from gpss_pose_ros.fusion.small_matrices import inverse_3x3
from gpss_pose_ros.types import FloatArray

IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_APART_M = 0.3
"""Standard deviation of a lateral offset before anything is seen."""
_MOST_EVIDENCE = 4.0
"""One keypoint cannot say more: it may itself be wrong."""


@dataclass(frozen=True, eq=False)
class _Offsets:
    """Lateral offsets of Q pairs of keypoints, as C cameras see G persons.

    Attributes:
        seen_m: (G, C, Q, 3) from right to left across the ray; 0 where one of the two is not seen.
        variances_m2: (G, C, Q) of seen_m, along any axis.
        covariances_m2: (G, Q, 3, 3) of the offsets, by all cameras together.
    """

    seen_m: FloatArray
    variances_m2: FloatArray
    covariances_m2: FloatArray

    @classmethod
    def of(cls, lines: Sightlines, pairs: IntArray) -> "_Offsets":
        left, right = pairs.T
        both = (lines.scores[:, :, left] > 0.0) & (lines.scores[:, :, right] > 0.0)
        of_left = np.where(both, lines.scores[:, :, left], 1.0)
        of_right = np.where(both, lines.scores[:, :, right], 1.0)
        distances = lines.distances_m
        toward_left, toward_right = lines.directions[:, :, left], lines.directions[:, :, right]
        seen = (toward_left - toward_right) * distances[..., None, None] * both[..., None]
        middle = toward_left + toward_right
        middle /= np.maximum(np.sqrt(_dot(middle, middle)), 1e-9)[..., None]
        sigmas2 = (lines.sigmas_rad * distances)[..., None] ** 2
        variances = np.maximum(sigmas2 * (1.0 / of_left + 1.0 / of_right), 1e-12)
        weights = both / variances
        information = np.eye(3) * (weights.sum(axis=1) + _APART_M**-2)[..., None, None]
        weighted = middle * weights[..., None]
        information -= weighted.transpose(0, 2, 3, 1) @ middle.transpose(0, 2, 1, 3)
        return cls(seen, variances, inverse_3x3(information))

    def only(self, persons: IntArray) -> "_Offsets":
        """Return the offsets of some persons."""
        return _Offsets(
            self.seen_m[persons], self.variances_m2[persons], self.covariances_m2[persons]
        )

    @property
    def clarity(self) -> FloatArray:
        """How clearly (G, C) left and right are apart, in variances, over all pairs.

        Capped: beyond some standard deviations a camera is wrong by its network, not by noise.
        """
        apart = _dot(self.seen_m, self.seen_m) / self.variances_m2
        clarity: FloatArray = np.minimum(apart, _MOST_EVIDENCE).sum(axis=2)
        return clarity

    def evidence(self, signs: FloatArray) -> FloatArray:
        """Return how much likelier (G, C) each camera is right than mirrored, given the others.

        A difference of logarithms; `signs` (G, C) says which cameras are turned round already.
        """
        pull = self.seen_m * (signs[:, :, None] / self.variances_m2)[..., None]
        pull = pull.transpose(0, 2, 1, 3)  # (G, Q, C, 3)
        others = pull.sum(axis=2, keepdims=True) - pull
        likelier = 2.0 * _dot(pull, others @ self.covariances_m2)
        evidence: FloatArray = np.clip(likelier, -_MOST_EVIDENCE, _MOST_EVIDENCE).sum(axis=1)
        return evidence


def mirrored_cameras(lines: Sightlines, pairs: IntArray, margin: float) -> BoolArray:
    """Return which cameras (G, C) took a person's left for right.

    Args:
        lines: what the cameras see of G persons.
        pairs: (Q, 2) indices of left and right keypoints.
        margin: a camera is turned round where that is exp(margin) times as likely.
    """
    people, cameras = lines.sigmas_rad.shape
    signs = np.ones((people, cameras))
    if not len(pairs) or cameras < 2 or not people:
        return signs < 0.0
    offsets = _Offsets.of(lines, pairs)
    doubtful = np.arange(people)
    for _ in range(cameras):
        evidence = offsets.only(doubtful).evidence(signs[doubtful])
        worst = evidence.argmin(axis=1)
        against = evidence[np.arange(len(doubtful)), worst] < -margin
        doubtful, worst = doubtful[against], worst[against]
        if not len(doubtful):
            break
        signs[doubtful, worst] *= -1.0
    clarity = offsets.clarity
    turned = np.where(signs < 0.0, clarity, 0.0).sum(axis=1) > clarity.sum(axis=1) / 2.0
    minority: BoolArray = (signs < 0.0) != turned[:, None]
    return minority


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the scalar products (...,) of vectors (..., 3)."""
    products: FloatArray = np.einsum("...i,...i->...", a, b)
    return products
