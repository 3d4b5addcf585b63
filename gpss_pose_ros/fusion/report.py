"""What is told of a followed person: as seen, as held, as lost."""

import numpy as np

from gpss_pose_ros.fusion.followed import Followed
from gpss_pose_ros.fusion.hold import grown
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import FloatArray, Foot, FootSource, Side, Track, TrackStatus

_VAGUE_FOOT_M = 0.25
_FLIP_PAIRS = {len(s): np.array(s.flip_pairs) for s in SKELETONS.values()}


def seen(person: Followed) -> Track:
    """Return the track of a person who is seen now."""
    status = TrackStatus.CONFIRMED if person.confirmed else TrackStatus.TENTATIVE
    last = person.last
    return Track(
        track_id=person.track_id,
        status=status,
        position_m=person.state[:2],
        velocity_mps=person.state[2:],
        covariance=person.covariance,
        feet=_feet(person),
        score=last.score,
        camera_ids=last.camera_ids,
        capture_stamp_ns=person.stamp_ns,
        keypoints_m=_named(last.keypoints_m, person.crossed),
        keypoint_scores=_named(last.keypoint_scores, person.crossed),
    )


def held(person: Followed, stamp_ns: int, settings: TrackerSettings) -> Track:
    """Return the track of a person who is not seen: where they were, or within a walk of it."""
    covariance = grown(person.covariance, person.age_s(stamp_ns), settings)
    return _unseen(person, TrackStatus.HELD, covariance)


def lost(person: Followed) -> Track:
    """Return the last track of a person who is gone."""
    return _unseen(person, TrackStatus.LOST, person.covariance)


def _unseen(person: Followed, status: TrackStatus, covariance: FloatArray) -> Track:
    more = covariance[:2, :2] - person.covariance[:2, :2]
    feet = {
        side: Foot(foot.position_m, foot.covariance_m2 + more, FootSource.INFERRED)
        for side, foot in _feet(person).items()
    }
    count = len(person.last.keypoint_scores)
    return Track(
        track_id=person.track_id,
        status=status,
        position_m=person.state[:2],
        velocity_mps=np.zeros(2),
        covariance=covariance,
        feet=feet,
        score=person.last.score,
        camera_ids=person.last.camera_ids,
        capture_stamp_ns=person.stamp_ns,
        keypoints_m=np.full((count, 3), np.nan),
        keypoint_scores=np.zeros(count),
    )


def _feet(person: Followed) -> dict[Side, Foot]:
    """Return the feet as believed; one that moves unseen soon is no more than a guess."""
    feet = {}
    positions, covariances = person.feet_m, person.feet_m2
    for i, side in enumerate(Side):
        shown = person.last.feet.get(side.other if person.crossed else side)
        if shown is not None and shown.source is not FootSource.OCCLUDED:
            feet[side] = Foot(
                positions[i], covariances[i], shown.source, shown.height_m, shown.triangulated
            )
        elif np.trace(covariances[i]) < 2.0 * _VAGUE_FOOT_M**2:
            feet[side] = Foot(positions[i], covariances[i], FootSource.INFERRED)
        elif shown is not None:
            feet[side] = shown
    return feet


def _named(values: FloatArray, crossed: bool) -> FloatArray:
    """Return values of K keypoints with left and right exchanged, if the skeleton is known."""
    pairs = _FLIP_PAIRS.get(len(values))
    if not crossed or pairs is None:
        return values
    exchanged: FloatArray = values.copy()
    exchanged[pairs] = values[pairs[:, ::-1]]
    return exchanged
