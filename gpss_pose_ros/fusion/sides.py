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

from gpss_pose_ros.fusion.sightlines import Sightlines, across
from gpss_pose_ros.fusion.small_matrices import dot, inverse_3x3
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
        seen_m: (3, C, G, Q) from right to left across the ray; 0 where one of both is not seen.
        variances_m2: (C, G, Q) of seen_m, along any axis.
        covariances_m2: (3, 3, G, Q) of the offsets, by all cameras together.
    """

    seen_m: FloatArray
    variances_m2: FloatArray
    covariances_m2: FloatArray

    @classmethod
    def of(cls, lines: Sightlines, pairs: IntArray) -> "_Offsets":
        left, right = pairs.T
        of_left, of_right = lines.scores[:, :, left], lines.scores[:, :, right]
        both = (of_left > 0.0) & (of_right > 0.0)
        distances = lines.distances_m[:, :, None]
        toward_left, toward_right = lines.directions[..., left], lines.directions[..., right]
        seen = (toward_left - toward_right) * np.where(both, distances, 0.0)
        middle = toward_left + toward_right
        middle /= np.maximum(np.sqrt(dot(middle, middle)), 1e-9)
        sigmas2 = (lines.sigmas_rad[:, :, None] * distances) ** 2
        inexact = 1.0 / np.where(both, of_left, 1.0) + 1.0 / np.where(both, of_right, 1.0)
        variances = np.maximum(sigmas2 * inexact, 1e-12)
        information = across(middle, both / variances)
        for axis in range(3):
            information[axis, axis] += _APART_M**-2
        return cls(seen, variances, inverse_3x3(information))

    def only(self, persons: BoolArray) -> "_Offsets":
        """Return the offsets of some persons."""
        return _Offsets(
            self.seen_m[:, :, persons],
            self.variances_m2[:, persons],
            self.covariances_m2[:, :, persons],
        )

    @property
    def clarity(self) -> FloatArray:
        """How clearly (C, G) left and right are apart, in variances, over all pairs.

        Capped: beyond some standard deviations a camera is wrong by its network, not by noise.
        """
        apart = dot(self.seen_m, self.seen_m) / self.variances_m2
        clarity: FloatArray = np.minimum(apart, _MOST_EVIDENCE).sum(axis=2)
        return clarity

    def evidence(self, signs: FloatArray) -> FloatArray:
        """Return how much likelier (C, G) each camera is right than mirrored, given the others.

        A difference of logarithms; `signs` (C, G) says which cameras are turned round already.
        """
        pull = self.seen_m * (signs[:, :, None] / self.variances_m2)
        others = pull.sum(axis=1, keepdims=True) - pull
        expected = np.einsum("ikgq,kcgq->icgq", self.covariances_m2, others)
        likelier = 2.0 * dot(pull, expected)
        evidence: FloatArray = np.clip(likelier, -_MOST_EVIDENCE, _MOST_EVIDENCE).sum(axis=2)
        return evidence


def mirrored_cameras(lines: Sightlines, pairs: IntArray, margin: float) -> BoolArray:
    """Return which cameras (C, G) took a person's left for right.

    Args:
        lines: what the cameras see of G persons.
        pairs: (Q, 2) indices of left and right keypoints.
        margin: a camera is turned round where that is exp(margin) times as likely.
    """
    cameras, people = lines.sigmas_rad.shape
    signs = np.ones((cameras, people))
    if not len(pairs) or cameras < 2 or not people:
        return signs < 0.0
    offsets = _Offsets.of(lines, pairs)
    doubtful, left = np.arange(people), offsets
    for _ in range(cameras):
        evidence = left.evidence(signs[:, doubtful])
        worst = evidence.argmin(axis=0)
        against = evidence.min(axis=0) < -margin
        if not against.any():
            break
        doubtful, left = doubtful[against], left.only(against)
        signs[worst[against], doubtful] *= -1.0
    clarity = offsets.clarity
    turned = np.where(signs < 0.0, clarity, 0.0).sum(axis=0) > clarity.sum(axis=0) / 2.0
    minority: BoolArray = (signs < 0.0) != turned
    return minority
