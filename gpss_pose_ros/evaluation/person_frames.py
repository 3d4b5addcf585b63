"""What a run was and reported, as frames on the floor that any tracking metric can score."""

from collections.abc import Iterable, Sequence

import numpy as np

from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.person_record import FoundInstant, FoundPerson, TrueInstant
from gpss_pose_ros.types import FloatArray, TrackStatus


def true_frames(
    truth: Iterable[TrueInstant], found: Iterable[FoundInstant]
) -> tuple[FloorFrame, ...]:
    """Return everybody there, between their feet, at every instant that was processed.

    An instant that never was is a matter of delivery, not of tracking, as in `match_instants`; a
    result with nobody in it is all misses.
    """
    processed = {instant.stamp_ns for instant in found}
    return tuple(
        _frame(instant.stamp_ns, [(p.person_id, p.position_m) for p in instant.persons])
        for instant in truth
        if instant.stamp_ns in processed
    )


def found_frames(found: Iterable[FoundInstant]) -> tuple[FloorFrame, ...]:
    """Return everybody reported to be there: seen or held, not lost.

    A held track says that somebody is there, though nobody sees them: it is right or wrong as any
    other.
    """
    return tuple(
        _frame(
            instant.stamp_ns,
            [(p.track_id, p.position_m) for p in _there(instant)],
            [p.covariance_m2 for p in _there(instant) if p.covariance_m2 is not None],
        )
        for instant in found
    )


def _there(instant: FoundInstant) -> list[FoundPerson]:
    return [p for p in instant.persons if p.status is not TrackStatus.LOST]


def _frame(
    stamp_ns: int,
    persons: Sequence[tuple[int, FloatArray]],
    covariances: Sequence[FloatArray] = (),
) -> FloorFrame:
    """Return a frame, with covariances where everybody has one."""
    ids = np.array([identity for identity, _ in persons], dtype=np.int64)
    positions = np.array([position for _, position in persons], dtype=np.float64)
    known = persons and len(covariances) == len(persons)
    return FloorFrame(
        stamp_ns, ids, positions.reshape(-1, 2), np.array(covariances) if known else None
    )
