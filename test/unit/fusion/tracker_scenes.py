"""Somebody whom a tracker is shown, and cameras that look on."""

import numpy as np

from gpss_pose_ros.fusion.tracker import TrackerSettings
from gpss_pose_ros.types import Foot, FootSource, PersonObservation, Side, TrackStatus

SETTINGS = TrackerSettings()
SECOND = 1_000_000_000
PERIOD = SECOND // 10


def person_at(position_m, stamp_ns, sigma_m=0.05):
    position = np.array(position_m, dtype=float)
    covariance = np.eye(2) * sigma_m**2
    feet = {side: Foot(position, covariance, FootSource.OBSERVED) for side in Side}
    keypoints = np.zeros((17, 3))
    return PersonObservation(
        stamp_ns, position, covariance, feet, 0.9, ("south",), keypoints, np.ones(17)
    )


def watched(places_m):
    """Some camera shows every place empty."""
    return np.ones(len(places_m), dtype=bool)


def unwatched(places_m):
    return np.zeros(len(places_m), dtype=bool)


def look(tracker, first_ns, seconds, shown_empty=watched):
    """Nobody is seen, ten times a second from `first_ns` on; return stamps and statuses."""
    stamps = range(first_ns, first_ns + round(seconds * SECOND) + 1, PERIOD)
    return [(stamp, tracker.update([], stamp, shown_empty)[0].status) for stamp in stamps]


def confirmed(tracks):
    return [track.track_id for track in tracks if track.status is TrackStatus.CONFIRMED]
