"""Who is who from one instant to the next: the likeliest of all assignments, not of each pair."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.fusion.doubles import beside_others
from gpss_pose_ros.fusion.kalman import heavy_tailed, log_determinant, misfit
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.fusion.whereabouts import Whereabouts
from gpss_pose_ros.types import FloatArray

_NEW_PER_M2 = 0.005  # persons first seen at an instant, and false ones: one in 200 m^2
_MISSED = 0.1  # part of the instants in which a person who is there is not seen


def assigned(
    tracks: Whereabouts,
    positions_m: FloatArray,
    noise_m2: FloatArray,
    alike: FloatArray,
    settings: TrackerSettings,
) -> list[tuple[int, int]]:
    """Return (track, observation) pairs; who is in no pair was not seen, or is new.

    Args:
        tracks: n persons who are followed.
        positions_m: (m, 2) of the observations, in [m].
        noise_m2: (m, 2, 2) of them, in [m^2].
        alike: (n, m) log likelihood ratios besides, of being one person.
        settings: how far errors go, and how many second sightings there are of whom.
    """
    difference = positions_m[None] - tracks.means[:, None]
    since = positions_m[None] - tracks.stood[:, None]
    with np.errstate(divide="ignore"):
        moves, stays = np.log1p(-tracks.stays), np.log(tracks.stays)
    moved = _unlikeliness(difference, tracks.covariances[:, None] + noise_m2[None])
    stayed = _unlikeliness(since, tracks.stood_covariances[:, None] + noise_m2[None])
    best = np.minimum(moved - 2.0 * moves[:, None], stayed - 2.0 * stays[:, None])
    doubles_m2 = beside_others(difference, tracks.sure, settings)
    alone = -2.0 * np.log((_NEW_PER_M2 + doubles_m2) * _MISSED * 2.0 * np.pi)
    cost = best - alone - 2.0 * alike
    errors_m = np.sqrt(settings.gate * np.trace(noise_m2, axis1=1, axis2=2))
    reachable = np.hypot(*np.moveaxis(difference, -1, 0)) <= tracks.reach[:, None] + errors_m[None]
    possible = reachable & (cost < 0.0)
    rows, columns = linear_sum_assignment(
        np.where(possible, cost - tracks.preference[:, None], 0.0)
    )
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if possible[i, j]]


def _unlikeliness(difference_m: FloatArray, spread_m2: FloatArray) -> FloatArray:
    """Return -2 log likelihood: not the distance alone, which a vague observation always fits."""
    cost: FloatArray = heavy_tailed(misfit(difference_m, spread_m2)) + log_determinant(spread_m2)
    return cost
