"""Which cameras moved: the fewest that explain what is seen.

A camera that moved biases what the others see as well, so that all must be judged together. Each
may be off a little, as far as the background says. Cameras are let go one by one, always the one
that explains most, until what is left is no more than background.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray

_TWIST = 6
_LIKELY, _ALIKE = 8.0, 0.1
"""A rival explains less by at most this much of chi-square, or this share of it."""
_MINOR = 0.05
"""The second camera explains at least this share of the first: that much a large motion, at which
the equations are no longer linear, leaves to be explained."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """The cameras that moved, how far, and where all of them are.

    Attributes:
        moved: indices, the one that explains most first.
        rivals: for each that moved, others that would explain as much in its place.
        motions: (C, 6) from the background, in [m] and [rad]; of a rival as if it had moved
            instead, 0 of all others.
        twists: (C, 6) from the calibration, and sigmas: (C, 6); of rivals likewise.
        likeliest: (C, 6) from the calibration, with all rivals in their places.
    """

    moved: tuple[int, ...]
    rivals: tuple[tuple[int, ...], ...]
    motions: FloatArray
    twists: FloatArray
    sigmas: FloatArray
    likeliest: FloatArray


@dataclass(frozen=True, eq=False)
class MotionProblem:
    """Evidence N xi = b of the twists xi of C cameras, and what they are without any motion.

    Attributes:
        N: (6 C, 6 C); b: (6 C,).
        mean: (6 C,) and covariance: (6 C, 6 C) of the twists, the background.
        loose: (6,) standard deviations of the motion of a camera that was let go.
        significance: fall of chi-square from which a camera is taken to have moved.
    """

    N: FloatArray
    b: FloatArray
    mean: FloatArray
    covariance: FloatArray
    loose: FloatArray
    significance: float

    @property
    def count(self) -> int:
        """Number of cameras."""
        return len(self.b) // _TWIST

    def explain(self) -> Explanation:
        """Let cameras go until what is left is insignificant, at most half of them."""
        moved: list[int] = []
        rivals: list[tuple[int, ...]] = []
        least = self.significance
        while len(moved) < max(self.count // 2, 1):
            gains = self.gains(moved)
            if gains.max(initial=0.0) <= least:
                break
            least = max(least, _MINOR * float(gains.max()))
            best = int(gains.argmax())
            rivals.append(self._rivals(moved, best, gains, least))
            moved.append(best)
        motions, twists, sigmas = self._estimate(moved)
        likeliest = twists.copy()
        for place, others in enumerate(rivals):
            for c in others:
                instead = self._estimate([*moved[:place], c])
                motions[c], twists[c], sigmas[c] = (values[c] for values in instead)
        return Explanation(tuple(moved), tuple(rivals), motions, twists, sigmas, likeliest)

    def gains(self, loose: Sequence[int]) -> FloatArray:
        """Return (C,) by how much chi-square falls when each camera is let go besides `loose`.

        With the background's errors marginalised, N and b become (`_marginal`) M and m. A motion
        of camera c with prior covariance W then lowers chi-square by m_c^T (M_cc + W^-1)^-1 m_c.
        """
        M, m, _ = self._marginal(loose)
        blocks = M.reshape(self.count, _TWIST, self.count, _TWIST)
        each = np.arange(self.count)
        information = blocks[each, :, each] + np.diag(self.loose**-2)
        own = m.reshape(self.count, _TWIST)
        gains = np.einsum("ci,ci->c", own, np.linalg.solve(information, own[..., None])[..., 0])
        gains[list(loose)] = 0.0
        return np.asarray(gains)

    def _rivals(
        self, moved: list[int], best: int, gains: FloatArray, significance: float
    ) -> tuple[int, ...]:
        """Return the cameras that leave nothing to explain, either, when let go instead."""
        rivals = []
        likely = gains[best] - max(_LIKELY, _ALIKE * gains[best])
        for c in np.flatnonzero(gains >= likely).tolist():
            if c != best and self.gains([*moved, c]).max() <= significance:
                rivals.append(c)
        return tuple(rivals)

    @cached_property
    def _in_place(self) -> tuple[FloatArray, FloatArray]:
        """Return M (6 C, 6 C) and m (6 C,), the background marginalised, with no camera let go.

        With xi = mean + e + motion and e ~ N(0, S), the motion's normal equations are M, m:
        M = N - N (N + S^-1)^-1 N = (I + N S)^-1 N, and likewise m = (I + N S)^-1 (b - N mean).
        """
        system = np.eye(len(self.b)) + self.N @ self.covariance
        right = np.column_stack([self.N, self.b - self.N @ self.mean])
        solved: FloatArray = np.asarray(np.linalg.solve(system, right))
        return solved[:, :-1], solved[:, -1]

    def _marginal(self, loose: Sequence[int]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return M (6 C, 6 C) and m (6 C,) with some cameras let go, and the motions of those.

        Letting go adds their prior covariance W to S, of which only their rows are not 0
        (Woodbury): M' = M - M_c G M_c^T and m' = m - M_c G m_c, with G = (M_cc + W^-1)^-1. Their
        motion is G m_c.
        """
        M, m = self._in_place
        own = _rows(loose)
        held = M[np.ix_(own, own)] + np.diag(np.tile(self.loose**-2, len(loose)))
        right = np.column_stack([M[own], m[own]])
        solved: FloatArray = np.asarray(np.linalg.solve(held, right))
        return M - M[:, own] @ solved[:, :-1], m - M[:, own] @ solved[:, -1], solved[:, -1]

    def _estimate(self, loose: Sequence[int]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return motions, twists and sigmas, each (C, 6), with some cameras let go."""
        M, m, moved = self._marginal(loose)
        motions, prior = np.zeros(len(m)), np.zeros(len(m))
        motions[_rows(loose)], prior[_rows(loose)] = moved, np.tile(self.loose**2, len(loose))
        twists = self.mean + self.covariance @ m + motions
        S = self.covariance + np.diag(prior)
        variances = np.diag(S) - ((S @ M) * S).sum(axis=1)
        sigmas: FloatArray = np.sqrt(np.maximum(variances, 0.0))
        each = (-1, _TWIST)
        return motions.reshape(each), twists.reshape(each), sigmas.reshape(each)


def _rows(cameras: Sequence[int]) -> npt.NDArray[np.intp]:
    """Return the rows of the equations that are about some cameras."""
    first = _TWIST * np.asarray(cameras, dtype=np.intp)
    return np.asarray((first[:, None] + np.arange(_TWIST)).ravel())
