"""Feet over time: each stands or swings, and which of the two is told by how it moves.

An interacting multiple model filter (Blom and Bar-Shalom 1988) of two modes, many feet at once. A
standing foot is averaged, a swinging one is followed as fast as it is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpss_pose_ros.fusion import gait, kalman
from gpss_pose_ros.types import FloatArray

_STANDS, _SWINGS = 0, 1
_EYE2 = np.eye(2)
_LEAST_WEIGHT = 1e-9


@dataclass(frozen=True, eq=False)
class FootBelief:
    """What is known of feet; the modes are standing and swinging.

    Attributes:
        means: (..., 2 modes, 4) x, y, vx, vy in [m] and [m/s].
        covariances: (..., 2, 4, 4).
        weights: (..., 2) probabilities of the modes.
    """

    means: FloatArray
    covariances: FloatArray
    weights: FloatArray

    @staticmethod
    def stacked(beliefs: "Sequence[FootBelief]") -> "FootBelief":
        """Return one belief with the given ones along a new first dimension."""
        return FootBelief(
            np.array([b.means for b in beliefs]),
            np.array([b.covariances for b in beliefs]),
            np.array([b.weights for b in beliefs]),
        )

    def __getitem__(self, index: Any) -> "FootBelief":
        """Return the belief in some of the feet: an index into the leading dimensions."""
        return FootBelief(self.means[index], self.covariances[index], self.weights[index])

    @property
    def position_m(self) -> FloatArray:
        """(..., 2) expected, in [m]."""
        mean: FloatArray = np.einsum("...m,...mi->...i", self.weights, self.means[..., :2])
        return mean

    @property
    def covariance_m2(self) -> FloatArray:
        """(..., 2, 2) of position_m, in [m^2]: of the modes, and between them."""
        between = self.means[..., :2] - self.position_m[..., None, :]
        spread = self.covariances[..., :2, :2] + between[..., :, None] * between[..., None, :]
        mixed: FloatArray = np.einsum("...m,...mij->...ij", self.weights, spread)
        return mixed


def somewhere(position_m: FloatArray, covariance_m2: FloatArray) -> FootBelief:
    """Return the belief in both feet (2,) of a person of whom only the place (2,) is known."""
    means = np.zeros((2, 2, 4))
    means[..., :2] = position_m
    covariances = np.zeros((2, 2, 4, 4))
    covariances[..., :2, :2] = covariance_m2 + _EYE2 * gait.STEP_M**2
    covariances[:, _SWINGS, 2:, 2:] = _EYE2 * gait.FOOT_SPEED_MPS**2
    return FootBelief(means, covariances, np.full((2, 2), 0.5))


def ahead(belief: FootBelief, dt_s: FloatArray, walking_mps: FloatArray) -> FootBelief:
    """Return the belief in feet (...) `dt_s` (...) later, of people who walk at (..., 2)."""
    mixed = _mixed(belief, _transitions(dt_s), walking_mps * gait.FOOT_PACE)
    means, P = kalman.predict(mixed.means, mixed.covariances, dt_s[..., None], gait.FOOT_CHANGE_MPS)
    standing = mixed.covariances[..., _STANDS, :2, :2]
    rolled = (gait.ROLL_M**2 * dt_s)[..., None, None] * _EYE2
    means[..., _STANDS, :2] = mixed.means[..., _STANDS, :2]
    means[..., _STANDS, 2:] = 0.0
    P[..., _STANDS, :, :] = 0.0
    P[..., _STANDS, :2, :2] = standing + rolled
    return FootBelief(means, P, mixed.weights)


def _transitions(dt_s: FloatArray) -> FloatArray:
    """Return the probabilities (..., from, to): exponential durations of stance and swing."""
    end = 1.0 - np.exp(-dt_s * (1.0 / gait.STANCE_S + 1.0 / gait.SWING_S))
    stride_s = gait.STANCE_S + gait.SWING_S
    lifts, lands = end * gait.SWING_S / stride_s, end * gait.STANCE_S / stride_s
    return np.stack([np.stack([1 - lifts, lifts], -1), np.stack([lands, 1 - lands], -1)], -2)


def _mixed(belief: FootBelief, transitions: FloatArray, lifted_mps: FloatArray) -> FootBelief:
    """Return the belief in each mode, of all the modes that the foot may have come from.

    A foot that lifts has about the velocity `lifted_mps`, not the standing foot's of nothing.
    """
    joint = belief.weights[..., :, None] * transitions
    weights = joint.sum(axis=-2)
    origin = joint / weights[..., None, :]
    before, covariances = belief.means.copy(), belief.covariances.copy()
    before[..., _STANDS, 2:] = lifted_mps
    covariances[..., _STANDS, 2:, 2:] = _EYE2 * gait.FOOT_SPEED_MPS**2
    means = np.einsum("...ft,...fi->...ti", origin, before)
    apart = before[..., :, None, :] - means[..., None, :, :]
    spread = covariances[..., :, None, :, :] + apart[..., :, None] * apart[..., None, :]
    return FootBelief(means, np.einsum("...ft,...ftij->...tij", origin, spread), weights)


def log_likelihood(belief: FootBelief, positions_m: FloatArray, noise_m2: FloatArray) -> FloatArray:
    """Return the logarithm (...) of the density of measuring feet (...) at positions (..., 2)."""
    return np.asarray(np.logaddexp.reduce(_evidence(belief, positions_m, noise_m2), axis=-1))


def corrected(belief: FootBelief, positions_m: FloatArray, noise_m2: FloatArray) -> FootBelief:
    """Return the belief in feet (...) after they were measured at positions (..., 2).

    Args:
        belief: in the feet at the time of the measurement.
        positions_m: (..., 2) in [m].
        noise_m2: (..., 2, 2) of the measurement, in [m^2].
    """
    evidence = _evidence(belief, positions_m, noise_m2)
    weights = np.exp(evidence - np.logaddexp.reduce(evidence, axis=-1)[..., None])
    weights = np.maximum(weights, _LEAST_WEIGHT)
    means, P = kalman.correct(
        belief.means, belief.covariances, positions_m[..., None, :], noise_m2[..., None, :, :]
    )
    return FootBelief(means, P, weights / weights.sum(axis=-1, keepdims=True))


def _evidence(belief: FootBelief, positions_m: FloatArray, noise_m2: FloatArray) -> FloatArray:
    """Return the log densities (..., 2 modes), weighted by the probabilities of the modes."""
    S = belief.covariances[..., :2, :2] + noise_m2[..., None, :, :]
    difference = positions_m[..., None, :] - belief.means[..., :2]
    cost = kalman.misfit(difference, S) + kalman.log_determinant(S)
    logarithm: FloatArray = np.log(belief.weights) - cost / 2.0 - np.log(2.0 * np.pi)
    return logarithm
