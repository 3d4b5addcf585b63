"""The truth and the tracks of a run on the floor, as tracking is judged on them."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.evaluation.crowd_run import CrowdRun
from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.matching import assign
from gpss_pose_ros.evaluation.person_matches import SAME_PERSON_M
from gpss_pose_ros.evaluation.person_record import TrueInstant, TruePerson
from gpss_pose_ros.types import FloatArray, Track, TrackStatus

_PLACED_M = SAME_PERSON_M / 2  # 95 % of such a person's positions are within the gate


def tracking_frames(
    truth: Sequence[TrueInstant], run: CrowdRun
) -> tuple[list[FloorFrame], list[FloorFrame]]:
    """Return the frames of truth and of tracks.

    A person whom no camera shows at an instant is nobody's miss there, and a track on them is no
    false positive: both are left out. A track counts once it is confirmed; one that is held counts
    while it still says where the person is, to half the gate: after that it says where not to go.
    """
    confirmed: set[int] = set()
    frames = []
    for instant in truth:
        tracks = run.tracks[instant.stamp_ns]
        confirmed.update(t.track_id for t in tracks if t.status is TrackStatus.CONFIRMED)
        claims = [track for track in tracks if track.track_id in confirmed and _claims(track)]
        frames.append(_frames(instant, claims))
    return [true for true, _ in frames], [found for _, found in frames]


def _frames(instant: TrueInstant, claims: Sequence[Track]) -> tuple[FloorFrame, FloorFrame]:
    shown = [person for person in instant.persons if person.cameras_with_person]
    unseen = [person for person in instant.persons if not person.cameras_with_person]
    excused = _on_unseen(shown, unseen, claims)
    claims = [track for i, track in enumerate(claims) if i not in excused]
    true = FloorFrame(
        instant.stamp_ns,
        np.array([person.person_id for person in shown], dtype=np.int64),
        _stacked([person.position_m for person in shown], 2),
    )
    found = FloorFrame(
        instant.stamp_ns,
        np.array([track.track_id for track in claims], dtype=np.int64),
        _stacked([track.position_m for track in claims], 2),
        _stacked([_floor_covariance(track) for track in claims], 2, 2),
    )
    return true, found


def _claims(track: Track) -> bool:
    """Tell whether a track says where a person is."""
    if track.status is TrackStatus.HELD:
        return float(np.linalg.eigvalsh(_floor_covariance(track))[-1]) <= _PLACED_M**2
    return track.status is TrackStatus.CONFIRMED


def _on_unseen(
    shown: Sequence[TruePerson], unseen: Sequence[TruePerson], claims: Sequence[Track]
) -> set[int]:
    """Return which claims belong to persons whom no camera shows."""
    if not unseen or not claims:
        return set()
    there = np.array([person.position_m for person in (*shown, *unseen)])
    gaps = there[:, None] - np.array([track.position_m for track in claims])
    distances: FloatArray = np.linalg.norm(gaps, axis=2)
    pairs = assign(distances, SAME_PERSON_M)
    return {claim for person, claim in pairs if person >= len(shown)}


def _floor_covariance(track: Track) -> FloatArray:
    """Return the covariance (2, 2) of a track's position, symmetric to the last bit."""
    covariance: FloatArray = (track.covariance[:2, :2] + track.covariance[:2, :2].T) / 2.0
    return covariance


def _stacked(rows: Sequence[FloatArray], *shape: int) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(-1, *shape)
