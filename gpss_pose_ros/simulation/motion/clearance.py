"""Who is where when: circles that must not meet, sampled at fixed intervals."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.floor import MovingFootprint
from gpss_pose_ros.simulation.motion.grip import Box, Cart, Grip
from gpss_pose_ros.types import FloatArray

SAMPLE_S = 0.1
PERSON_RADIUS_M = 0.30
_MARGIN_M = 0.08

# Circles a person needs: distance ahead and radius, in [m].
_PERSON = ((0.0, PERSON_RADIUS_M),)
_WITH_BOX = (*_PERSON, (0.30, 0.30))
_WITH_CART = (*_PERSON, (0.75, 0.38), (1.15, 0.40))
MOST_CIRCLES = 3


def circles(grip: Grip) -> tuple[tuple[float, float], ...]:
    """Return the circles (distance ahead, radius) a person with this grip needs."""
    if isinstance(grip, Cart):
        return _WITH_CART
    return _WITH_BOX if isinstance(grip, Box) else _PERSON


def sample_times(begin: int, end: int) -> FloatArray:
    """Return the times (end - begin,) of samples by their numbers, in [s]."""
    times_s: FloatArray = SAMPLE_S * np.arange(begin, end, dtype=np.float64)
    return times_s


def track(chain: Chain, start_s: float, times_s: FloatArray) -> FloatArray:
    """Return the circles of a chain that begins at `start_s`, at ascending times (T,) after that.

    (T, 3, 3): x, y, radius; absent circles are NaN. After its end the person stays.
    """
    result = np.full((len(times_s), MOST_CIRCLES, 3), np.nan)
    begin_s, begin = start_s, 0
    for motion in chain.motions:
        end_s = begin_s + motion.duration_s
        last = motion is chain.motions[-1]
        end = len(times_s) if last else int(np.searchsorted(times_s, end_s))
        if end > begin:
            local = np.clip(times_s[begin:end] - begin_s, 0.0, motion.duration_s)
            result[begin:end] = spread(motion.places(local), motion.grip)
        begin_s, begin = end_s, end
    return result


def spread(places: FloatArray, grip: Grip) -> FloatArray:
    """Return the circles (T, 3, 3) of a person at places (T, 3), see `track`."""
    result = np.full((len(places), MOST_CIRCLES, 3), np.nan)
    for number, (ahead, radius) in enumerate(circles(grip)):
        result[:, number, 0] = places[:, 0] + ahead * np.cos(places[:, 2])
        result[:, number, 1] = places[:, 1] + ahead * np.sin(places[:, 2])
        result[:, number, 2] = radius
    return result


def robot_track(robot: MovingFootprint, times_s: FloatArray) -> FloatArray:
    """Return the circle of a robot at times (T,), (T, 1, 3)."""
    result = np.empty((len(times_s), 1, 3))
    result[:, 0, :2] = [robot.place(t)[:2] for t in times_s.tolist()]
    result[:, 0, 2] = robot.radius_m
    return result


def apart(ours: FloatArray, theirs: FloatArray) -> bool:
    """Whether no circle of ours (T, N, 3) comes near one of theirs (T, M, 3) at any time.

    Either T may be 1: somebody who stays.
    """
    for number in range(ours.shape[1]):
        one = ours[:, number, None]
        if np.isnan(one[..., 2]).all():
            continue
        gap = np.hypot(one[..., 0] - theirs[..., 0], one[..., 1] - theirs[..., 1])
        if (gap < one[..., 2] + theirs[..., 2] + _MARGIN_M).any():
            return False
    return True


def swept(robots: Sequence[MovingFootprint]) -> FloatArray:
    """Return every circle (1, N, 3) that robots ever come to, a sample apart."""
    tracks = [robot_track(r, np.arange(0.0, r.period_s, SAMPLE_S)) for r in robots]
    circles: FloatArray = np.concatenate((np.empty((0, 1, 3)), *tracks)).transpose(1, 0, 2)
    return circles


def unvisited(places_m: FloatArray, radius_m: float, robots: FloatArray) -> FloatArray:
    """Return those of the places (N, 2) where none of the circles `robots` (1, R, 3) comes near."""
    gap = np.hypot(*(places_m[:, None] - robots[:, :, :2]).transpose(2, 0, 1))
    kept: FloatArray = places_m[(gap >= robots[..., 2] + radius_m + 3.0 * _MARGIN_M).all(axis=1)]
    return kept
