"""Is a foot on the floor? Spike and slab: it stands at z = 0, or it may be at any height.

Before the height is measured, a foot is on the floor with probability p, its sole then within a few
centimetres of z = 0, and else at a height of tens of centimetres: lifted in a step, on a beam, on
stairs (George and McCulloch 1993, spike and slab). The measured height weighs the two. On the
floor, the height that is known sharpens the position; else the triangulated position alone counts.
There is no threshold: in between, both do, and the covariance holds both.
"""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True)
class ContactSettings:
    """What is expected of a foot's height before it is measured.

    Attributes:
        probability: that a foot stands on the floor.
        sole_sigma_m: how far a standing foot's keypoints are from z = 0: shoes, floors, in [m].
        lifted_sigma_m: how high a foot is that does not stand: steps, stairs, beams, in [m].
    """

    probability: float = 0.85
    sole_sigma_m: float = 0.03
    lifted_sigma_m: float = 0.3

    def __post_init__(self) -> None:
        require_finite(self, "contact", above_zero=True)


@dataclass(frozen=True, eq=False)
class Grounded:
    """N soles dropped onto the floor; NaN where the sole is.

    Attributes:
        positions_m: (N, 2).
        covariances_m2: (N, 2, 2).
        heights_m: (N,) above the floor.
        probabilities: (N,) that the foot stands on the floor.
    """

    positions_m: FloatArray
    covariances_m2: FloatArray
    heights_m: FloatArray
    probabilities: FloatArray


def grounded(
    soles_m: FloatArray, covariances_m2: FloatArray, settings: ContactSettings
) -> Grounded:
    """Drop triangulated soles onto the floor, as far as each stands on it.

    Args:
        soles_m: (N, 3) in the factory frame.
        covariances_m2: (N, 3, 3).
        settings: what is expected of heights.
    """
    standing = _at_height(soles_m, covariances_m2, settings.sole_sigma_m)
    lifted = _at_height(soles_m, covariances_m2, settings.lifted_sigma_m)
    odds = np.log(settings.probability / max(1.0 - settings.probability, 1e-9))
    log_ratio = np.clip(odds + standing.log_likelihood - lifted.log_likelihood, -500.0, 500.0)
    p = 1.0 / (1.0 + np.exp(-log_ratio))
    q = 1.0 - p
    gap = standing.points_m[:, :2] - lifted.points_m[:, :2]
    mean = p[:, None] * standing.points_m + q[:, None] * lifted.points_m
    between = (p * q)[:, None, None] * gap[:, :, None] * gap[:, None, :]
    within = p[:, None, None] * standing.covariances_m2 + q[:, None, None] * lifted.covariances_m2
    return Grounded(mean[:, :2], within + between, np.maximum(mean[:, 2], 0.0), p)


@dataclass(frozen=True, eq=False)
class _AtHeight:
    """Points (N, 3), covariances (N, 2, 2) of x and y, log likelihoods (N,) of the heights."""

    points_m: FloatArray
    covariances_m2: FloatArray
    log_likelihood: FloatArray


def _at_height(points: FloatArray, covariances: FloatArray, sigma: float) -> _AtHeight:
    """Condition points (N, 3) on heights that are normal about 0 with a standard deviation."""
    z, along = points[:, 2], covariances[:, :, 2]
    variance = covariances[:, 2, 2] + sigma**2
    gain = along / variance[:, None]
    moved = points - gain * z[:, None]
    sharper = covariances[:, :2, :2] - gain[:, :2, None] * along[:, None, :2]
    return _AtHeight(moved, sharper, -0.5 * (z**2 / variance + np.log(variance)))
