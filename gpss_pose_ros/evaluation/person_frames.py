"""What a run was and reported, as frames on the floor: what tracking is judged on."""

from collections.abc import Iterable, Sequence

import numpy as np

from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.matching import assign
from gpss_pose_ros.evaluation.person_matches import SAME_PERSON_M
from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
)
from gpss_pose_ros.types import FloatArray, TrackStatus

_PLACED_M = SAME_PERSON_M / 2  # 95 % of such a person's positions are within the gate


def tracking_frames(
    truth: Iterable[TrueInstant], found: Iterable[FoundInstant]
) -> tuple[list[FloorFrame], list[FloorFrame]]:
    """Return the frames of truth and of tracks, of every instant that was processed.

    An instant that never was is a matter of delivery, not of tracking, as in `match_instants`; a
    result with nobody in it is all misses.

    A person whom no camera shows at an instant is nobody's miss there, and a track on them is no
    false positive: both are left out. A track counts once it is confirmed; one that is held counts
    while it still says where the person is, to half the gate: after that it says where not to go.
    """
    processed = {instant.stamp_ns: instant for instant in found}
    confirmed: set[int] = set()
    frames = []
    for instant in truth:
        if instant.stamp_ns in processed:
            persons = processed[instant.stamp_ns].persons
            confirmed.update(p.track_id for p in persons if p.status is TrackStatus.CONFIRMED)
            claims = [p for p in persons if p.track_id in confirmed and _claims(p)]
            frames.append(_frames(instant, claims))
    return [true for true, _ in frames], [found for _, found in frames]


def _frames(instant: TrueInstant, claims: Sequence[FoundPerson]) -> tuple[FloorFrame, FloorFrame]:
    shown = [person for person in instant.persons if person.cameras_with_person]
    unseen = [person for person in instant.persons if not person.cameras_with_person]
    excused = _on_unseen(shown, unseen, claims)
    claims = [claim for i, claim in enumerate(claims) if i not in excused]
    spreads = [claim.covariance_m2 for claim in claims if claim.covariance_m2 is not None]
    true = FloorFrame(
        instant.stamp_ns,
        np.array([person.person_id for person in shown], dtype=np.int64),
        _stacked([person.position_m for person in shown], 2),
    )
    found = FloorFrame(
        instant.stamp_ns,
        np.array([claim.track_id for claim in claims], dtype=np.int64),
        _stacked([claim.position_m for claim in claims], 2),
        _stacked([(s + s.T) / 2.0 for s in spreads], 2, 2) if len(spreads) == len(claims) else None,
    )
    return true, found


def _claims(person: FoundPerson) -> bool:
    """Tell whether a track says where a person is."""
    if person.status is TrackStatus.HELD:
        spread = person.covariance_m2
        return spread is None or float(np.linalg.eigvalsh(spread)[-1]) <= _PLACED_M**2
    return person.status is TrackStatus.CONFIRMED


def _on_unseen(
    shown: Sequence[TruePerson], unseen: Sequence[TruePerson], claims: Sequence[FoundPerson]
) -> set[int]:
    """Return which claims belong to persons whom no camera shows."""
    if not unseen or not claims:
        return set()
    there = np.array([person.position_m for person in (*shown, *unseen)])
    gaps = there[:, None] - np.array([claim.position_m for claim in claims])
    distances: FloatArray = np.linalg.norm(gaps, axis=2)
    pairs = assign(distances, SAME_PERSON_M)
    return {claim for person, claim in pairs if person >= len(shown)}


def _stacked(rows: Sequence[FloatArray], *shape: int) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(-1, *shape)
