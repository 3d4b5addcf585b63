"""Where those who are followed may be now, as an assignment of what is seen needs it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.followed import Followed
from gpss_pose_ros.fusion.hold import expected
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.types import FloatArray

_FIDGET_M = 0.05
"""Who stays where they stand moves about so much."""
_PREFERENCE = 8.0  # confirmed persons first, unless a tentative one is 50 times as likely


@dataclass(frozen=True)
class Whereabouts:
    """Where n tracks may be at an instant, all in [m] and [m^2].

    Either they moved, as the filter has it, or they stayed where they stood: who was not seen for a
    while is likelier there than all around.

    Attributes:
        means: (n, 2) if they moved.
        covariances: (n, 2, 2) of these.
        stood: (n, 2) if they stayed.
        stood_covariances: (n, 2, 2) of these.
        stays: (n,) how likely it is that they stayed.
        reach: (n,) no person is farther from where they were expected, but for errors.
        preference: (n,) added to twice the log likelihood of a track being the one observed.
        sure: (n,) who is confirmed and surely there: of whom there may be second sightings.
    """

    means: FloatArray
    covariances: FloatArray
    stood: FloatArray
    stood_covariances: FloatArray
    stays: FloatArray
    reach: FloatArray
    preference: FloatArray
    sure: npt.NDArray[np.bool_]


def whereabouts(
    persons: Sequence[Followed], stamp_ns: int, settings: TrackerSettings
) -> Whereabouts:
    """Return where `persons` may be at `stamp_ns`."""
    ages_s = np.array([p.age_s(stamp_ns) for p in persons])
    states = np.array([p.state for p in persons])
    covariances = np.array([p.covariance for p in persons])
    means, P = expected(states, covariances, ages_s, settings)
    confirmed = np.array([p.confirmed for p in persons])
    stands = np.array([p.stands for p in persons])
    places_m2, now_m2 = covariances[:, :2, :2], P[:, :2, :2]
    errors_m = np.sqrt(settings.gate * _variance_m2(places_m2))
    return Whereabouts(
        means=means[:, :2],
        covariances=now_m2,
        stood=states[:, :2],
        stood_covariances=places_m2 + _FIDGET_M**2 * np.eye(2),
        stays=np.where(stands, np.exp(-ages_s / settings.standing_s), 0.0),
        reach=settings.max_speed_mps * ages_s + errors_m,
        preference=np.where(confirmed, _PREFERENCE, 0.0),
        sure=confirmed & (_variance_m2(now_m2) < 2.0 * settings.double_sigma_m**2),
    )


def _variance_m2(covariances_m2: FloatArray) -> FloatArray:
    """Return the variances (n,) of places, along both axes together."""
    variance: FloatArray = np.trace(covariances_m2, axis1=1, axis2=2)
    return variance
