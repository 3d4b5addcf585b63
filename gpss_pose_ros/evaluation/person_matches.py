"""Matches the persons reported to those who were there, instant by instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.matching import assign
from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
)
from gpss_pose_ros.types import TrackStatus

SAME_PERSON_M = 0.5  # reported farther away is a miss and a false person


@dataclass(frozen=True)
class PersonMatch:
    """One true person at one instant, and what was reported of them.

    Attributes:
        stamp_ns: the instant.
        truth: who was there.
        seen: the report of them as seen now, None where there is none.
        held: where nobody was reported as seen: a held track at the place, None without one.
    """

    stamp_ns: int
    truth: TruePerson
    seen: FoundPerson | None
    held: FoundPerson | None


@dataclass(frozen=True)
class MatchedInstant:
    """One processed image set compared with the truth.

    Attributes:
        truth: everybody there.
        found: everything reported.
        persons: one entry a true person.
        false_persons: reported as seen, with nobody there.
    """

    truth: TrueInstant
    found: FoundInstant
    persons: tuple[PersonMatch, ...]
    false_persons: tuple[FoundPerson, ...]


def match_instants(
    truth: Iterable[TrueInstant], found: Iterable[FoundInstant], gate_m: float = SAME_PERSON_M
) -> tuple[MatchedInstant, ...]:
    """Compare every processed instant with the truth of the same stamp, in order of time.

    An instant without truth or without a result is left out: what was never processed is a
    matter of delivery, not of sight. A result with nobody in it stays, and is all misses.
    """
    results = {instant.stamp_ns: instant for instant in found}
    return tuple(
        match_instant(instant, results[instant.stamp_ns], gate_m)
        for instant in sorted(truth, key=lambda t: t.stamp_ns)
        if instant.stamp_ns in results
    )


def match_instant(
    truth: TrueInstant, found: FoundInstant, gate_m: float = SAME_PERSON_M
) -> MatchedInstant:
    """Match by distance on the floor: first those seen, then held tracks to who is left."""
    seen = [p for p in found.persons if p.seen]
    held = [p for p in found.persons if p.status is TrackStatus.HELD]
    by_seen = _match(truth.persons, seen, gate_m)
    left = [i for i in range(len(truth.persons)) if i not in by_seen]
    by_held = {
        left[i]: p for i, p in _match([truth.persons[i] for i in left], held, gate_m).items()
    }
    taken = {id(p) for p in by_seen.values()}
    return MatchedInstant(
        truth,
        found,
        tuple(
            PersonMatch(truth.stamp_ns, person, by_seen.get(i), by_held.get(i))
            for i, person in enumerate(truth.persons)
        ),
        tuple(p for p in seen if id(p) not in taken),
    )


def _match(
    truth: Sequence[TruePerson], found: Sequence[FoundPerson], gate_m: float
) -> dict[int, FoundPerson]:
    """Return the report of each true person, by index, where there is one."""
    distances = np.array(
        [[np.hypot(*(t.position_m - f.position_m)) for f in found] for t in truth], dtype=np.float64
    ).reshape(len(truth), len(found))
    return {i: found[j] for i, j in assign(distances, gate_m)}
