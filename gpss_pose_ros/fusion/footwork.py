"""Follows many persons' feet by one instant: which is which, where they are, how they are named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from gpss_pose_ros.fusion.foot_filter import FootBelief, ahead, corrected, log_likelihood
from gpss_pose_ros.fusion.handedness import LABEL_TRUST, vote
from gpss_pose_ros.types import FloatArray, Foot, FootSource, Side

BoolArray = npt.NDArray[np.bool_]

_LONGEST_S = 2.0
_LEAST_NOISE_M2 = 1e-6
_EYE2 = np.eye(2)
_DOUBLED = 0.6
"""Probability that two feet seen in one place are one foot, named twice: where one foot hides the
other, or looks like it, networks put both on the same."""
_BESIDE_M = 0.4
"""The farther apart they are seen, the less likely that is, as a normal density of this spread."""
_LEAST_TRUST = 0.3
"""No foot counts for less: who is deaf to a foot beside the other loses it at every step."""


@dataclass(frozen=True, eq=False)
class FeetSeen:
    """The feet of n persons as one instant shows and names them, left first.

    Attributes:
        positions_m: (n, 2, 2) in [m]; 0 where not seen.
        noise_m2: (n, 2, 2, 2) in [m^2]; ones on the diagonal where not seen.
        seen: (n, 2).
    """

    positions_m: FloatArray
    noise_m2: FloatArray
    seen: BoolArray

    @staticmethod
    def of(feet: Sequence[dict[Side, Foot]]) -> "FeetSeen":
        """Return the feet that a camera sees or that follow from the body; a guess is nothing."""
        n = len(feet)
        positions, seen = np.zeros((n, 2, 2)), np.zeros((n, 2), dtype=bool)
        noise = np.zeros((n, 2, 2, 2)) + _EYE2
        for j, side in enumerate(Side):
            found = [(i, pair[side]) for i, pair in enumerate(feet) if side in pair]
            found = [(i, foot) for i, foot in found if foot.source is not FootSource.OCCLUDED]
            if found:
                rows = [i for i, _ in found]
                positions[rows, j], seen[rows, j] = [f.position_m for _, f in found], True
                noise[rows, j] = [f.covariance_m2 for _, f in found] + _EYE2 * _LEAST_NOISE_M2
        return FeetSeen(positions, noise, seen)

    def scaled(self, factor: FloatArray) -> "FeetSeen":
        """Return the feet with covariances multiplied by `factor` (n,)."""
        return FeetSeen(self.positions_m, self.noise_m2 * factor[:, None, None, None], self.seen)

    def crossed(self, which: BoolArray) -> "FeetSeen":
        """Return the feet with left and right exchanged in the persons `which` (n,)."""
        order = np.where(which[:, None], [1, 0], [0, 1])
        rows = np.arange(len(which))[:, None]
        return FeetSeen(
            self.positions_m[rows, order], self.noise_m2[rows, order], self.seen[rows, order]
        )


def followed(
    belief: FootBelief,
    odds: FloatArray,
    dt_s: FloatArray,
    walking_mps: FloatArray,
    feet: FeetSeen,
) -> tuple[FootBelief, FloatArray, BoolArray]:
    """Return the belief after an instant, how well its names fit, and whose feet it exchanges.

    Feet are told apart by position; where that is not clear, by name. A foot that is seen where the
    other is believed to be counts as little as it is likely to be its own.

    Args:
        belief: (n, 2 feet), `dt_s` ago.
        odds: (n,) log odds that the belief names them right.
        dt_s: (n,) in [s].
        walking_mps: (n, 2) velocities of the persons.
        feet: as the instant shows and names them.

    Returns:
        belief: (n, 2 feet) now.
        log_ratio: (n,) log likelihood ratio of the names being the belief's, to the opposite.
        crossed: (n,) whether the instant names left what the belief names right.
    """
    elapsed_s = np.minimum(dt_s, _LONGEST_S)[:, None].repeat(2, axis=1)
    now = ahead(belief, elapsed_s, walking_mps[:, None])
    names_fit = _names_fit(now, feet)
    log_ratio: FloatArray = names_fit.sum(axis=1)
    crossed = log_ratio + vote(odds, LABEL_TRUST) < 0.0
    mine = feet.crossed(crossed)
    own = _own(np.where(crossed[:, None], -names_fit[:, ::-1], names_fit), mine)
    after = corrected(now, mine.positions_m, mine.noise_m2 / own[..., None, None])
    return _where(mine.seen, after, now), log_ratio, crossed


def _names_fit(belief: FootBelief, feet: FeetSeen) -> FloatArray:
    """Return the log likelihood ratios (n, 2) of each foot being named right; 0 if not seen."""
    straight = log_likelihood(belief, feet.positions_m, feet.noise_m2)
    across = log_likelihood(belief[:, ::-1], feet.positions_m, feet.noise_m2)
    return np.where(feet.seen, straight - across, 0.0)


def _own(log_ratio: FloatArray, feet: FeetSeen) -> FloatArray:
    """Return the probabilities (n, 2) that each foot is itself and not the other, seen twice.

    Of two feet at most one is seen on the other.

    Args:
        log_ratio: (n, 2) log likelihood ratio of each being itself.
        feet: as they are taken.
    """
    apart2 = np.square(feet.positions_m[:, 0] - feet.positions_m[:, 1]).sum(axis=1)
    doubled = np.where(feet.seen.all(axis=1), _DOUBLED * np.exp(-apart2 / 2.0 / _BESIDE_M**2), 0.0)
    with np.errstate(divide="ignore"):
        own = expit(log_ratio + np.log1p(-doubled)[:, None] - np.log(doubled)[:, None])
    return np.where(own < own[:, ::-1], np.maximum(own, _LEAST_TRUST), 1.0)


def _where(condition: BoolArray, first: FootBelief, second: FootBelief) -> FootBelief:
    return FootBelief(
        np.where(condition[..., None, None], first.means, second.means),
        np.where(condition[..., None, None, None], first.covariances, second.covariances),
        np.where(condition[..., None], first.weights, second.weights),
    )


def renamed(belief: FootBelief, which: BoolArray) -> FootBelief:
    """Return the belief (n, 2 feet) with the feet of the persons `which` (n,) exchanged."""
    order = np.where(which[:, None], [1, 0], [0, 1])
    return belief[np.arange(len(which))[:, None], order]
