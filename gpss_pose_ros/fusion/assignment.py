"""Who is who from one instant to the next: the likeliest of all assignments, not of each pair."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.fusion.kalman import heavy_tailed, log_determinant, misfit
from gpss_pose_ros.types import FloatArray

_NEW_PER_M2 = 0.005  # persons first seen at an instant, and false ones: one in 200 m^2
_MISSED = 0.1  # part of the instants in which a person who is there is not seen
_ALONE = -2.0 * float(np.log(_NEW_PER_M2 * _MISSED * 2.0 * np.pi))


def assigned(
    means: FloatArray,
    covariances: FloatArray,
    stays_m: FloatArray,
    stays_m2: FloatArray,
    preference: FloatArray,
    reach_m: FloatArray,
    positions_m: FloatArray,
    noise_m2: FloatArray,
    gate: float,
    alike: FloatArray,
) -> list[tuple[int, int]]:
    """Return (track, observation) pairs; who is in no pair was not seen, or is new.

    Args:
        means: (n, 2) of the tracks at this instant, in [m].
        covariances: (n, 2, 2) of them, in [m^2].
        stays_m: (n, 2) where they are if they stayed there, NaN of who walks: one or the other is
            true, and who was not seen for a while is likelier where they stood than all around.
        stays_m2: (n, 2, 2) covariances of that.
        preference: (n,) added to twice the log likelihood of a track being the one observed.
        reach_m: (n,) no person is farther from where they were expected, in [m], but for errors.
        positions_m: (m, 2) of the observations, in [m].
        noise_m2: (m, 2, 2) of them, in [m^2].
        gate: squared standard deviations by which errors may lengthen what a person reaches.
        alike: (n, m) log likelihood ratios besides, of being one person.
    """
    if not len(means) or not len(positions_m):
        return []
    difference = positions_m[None] - means[:, None]
    moved = _unlikeliness(difference, covariances[:, None] + noise_m2[None])
    stayed = _unlikeliness(positions_m[None] - stays_m[:, None], stays_m2[:, None] + noise_m2[None])
    cost = np.fmin(moved, stayed) - _ALONE - 2.0 * alike
    errors_m = np.sqrt(gate * np.trace(noise_m2, axis1=1, axis2=2))
    reachable = np.hypot(*np.moveaxis(difference, -1, 0)) <= reach_m[:, None] + errors_m[None]
    possible = reachable & (cost < 0.0)
    rows, columns = linear_sum_assignment(np.where(possible, cost - preference[:, None], 0.0))
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if possible[i, j]]


def _unlikeliness(difference_m: FloatArray, spread_m2: FloatArray) -> FloatArray:
    """Return -2 log likelihood: not the distance alone, which a vague observation always fits."""
    cost: FloatArray = heavy_tailed(misfit(difference_m, spread_m2)) + log_determinant(spread_m2)
    return cost
