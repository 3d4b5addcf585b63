"""Where somebody may be who has not been seen for a while: the one law by which they spread."""

import math
from dataclasses import replace

import numpy as np

from gpss_pose_ros.fusion import gait
from gpss_pose_ros.fusion.kalman import predict
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.types import FloatArray, Track, TrackStatus

_HORIZON_S = 1.0
_LONGEST_WALK_S = 2.0
_EYE2 = np.eye(2)


def spread_m2(age_s: FloatArray, speed_mps: float, longest_s: float = math.inf) -> FloatArray:
    """Return the variance (...) along each axis that `age_s` (...) without being seen adds.

    Two standard deviations reach as far as the person walks. Two questions are asked of this law:
    where they may be (published: without end, because absence is never clearance), and whether
    somebody found is they (`longest_s`: a stranger far away must not take the place of somebody
    who was never shown to be gone).
    """
    variance: FloatArray = (speed_mps * np.minimum(age_s, longest_s) / 2.0) ** 2
    return variance


def expected(
    states: FloatArray, covariances: FloatArray, ages_s: FloatArray, settings: TrackerSettings
) -> tuple[FloatArray, FloatArray]:
    """Return means (n, 4) and covariances (n, 4, 4) where people will be found again.

    They walk on for a second; beyond it their velocity says nothing more, and they spread.

    Args:
        states: (n, 4) when last seen.
        covariances: (n, 4, 4) of them.
        ages_s: (n,) since then, at least 0, in [s].
        settings: process noise and speeds.
    """
    walked_s = np.minimum(ages_s, _HORIZON_S)
    means, P = predict(states, covariances, walked_s, settings.velocity_change_mps)
    strides = np.linalg.norm(states[:, 2:], axis=1) * gait.MIDFOOT_SWAY
    P[:, :2, :2] += (strides**2 * walked_s)[:, None, None] * _EYE2
    late = ages_s > _HORIZON_S
    means[late, 2:] = 0.0
    P[late, 2:] = P[late, :, 2:] = 0.0
    P[late, 2:, 2:] = _EYE2 * settings.initial_speed_mps**2
    more = spread_m2(ages_s - walked_s, settings.hold_speed_mps, _LONGEST_WALK_S)
    P[:, :2, :2] += more[:, None, None] * _EYE2
    return means, P


def grown(covariance: FloatArray, age_s: float, settings: TrackerSettings) -> FloatArray:
    """Return the covariance (4, 4) of a person held at their place for `age_s`, for publishing."""
    held: FloatArray = covariance.copy()
    held[:2, :2] += _EYE2 * float(spread_m2(np.array(age_s), settings.hold_speed_mps))
    held[2:, 2:] += _EYE2 * (settings.hold_speed_mps / 2.0) ** 2
    return held


def predicted(
    track: Track, stamp_ns: int, settings: TrackerSettings, *, since_ns: int | None = None
) -> Track:
    """Return the track with position, velocity and covariance as expected at `stamp_ns`.

    Who is seen walks on; who is held stays, and spreads. Feet and keypoints stay as captured.

    Args:
        track: as the tracker returned it.
        stamp_ns: the time asked for; before the track's own, nothing changes.
        settings: the tracker's.
        since_ns: time of the cycle in which a held track was returned, up to which its covariance
            has grown; without it, it grows again from when the person was last seen: too large.
    """
    age_s = max(stamp_ns - track.capture_stamp_ns, 0) / 1e9
    if track.status in (TrackStatus.HELD, TrackStatus.LOST):
        since_ns = track.capture_stamp_ns if since_ns is None else since_ns
        before_s = max(since_ns - track.capture_stamp_ns, 0) / 1e9
        before, now = spread_m2(np.array([before_s, age_s]), settings.hold_speed_mps)
        held = track.covariance.copy()
        held[:2, :2] += _EYE2 * max(now - before, 0.0)
        return replace(track, covariance=held)
    state = np.concatenate([track.position_m, track.velocity_mps])
    means, P = expected(state[None], track.covariance[None], np.array([age_s]), settings)
    return replace(track, position_m=means[0, :2], velocity_mps=means[0, 2:], covariance=P[0])
