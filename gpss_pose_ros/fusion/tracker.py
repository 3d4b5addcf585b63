"""Follows persons over time in the factory plane, and forgets nobody without cause."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion import report
from gpss_pose_ros.fusion.assignment import assigned
from gpss_pose_ros.fusion.correction import begin, take
from gpss_pose_ros.fusion.duplicates import Duplicates, absorb
from gpss_pose_ros.fusion.expectation import Bodies, bodies
from gpss_pose_ros.fusion.followed import Followed, newcomer
from gpss_pose_ros.fusion.hold import predicted
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.fusion.wardrobe import Alike, looks_of, nothing_told
from gpss_pose_ros.fusion.whereabouts import whereabouts
from gpss_pose_ros.types import FloatArray, PersonObservation, Track

__all__ = ["ShownEmpty", "Tracker", "TrackerSettings", "predicted"]

_LOOKS_TO_RELEASE = 4

ShownEmpty = Callable[[FloatArray], npt.NDArray[np.bool_]]


class Tracker:
    """Kalman filters with a hold: absence is never clearance.

    A person who is not seen again is held where they were last seen, with a covariance that grows
    at walking speed, until a camera that is alive shows that very place empty for a while.

    The outcome does not depend on the order of the observations.
    """

    def __init__(self, settings: TrackerSettings, track_ids: Iterator[int] | None = None) -> None:
        """Begin with nobody; `track_ids` yields the identities, from 1 on by default."""
        self.settings = settings
        self._persons: list[Followed] = []
        self._duplicates = Duplicates(settings)
        self._track_ids = itertools.count(1) if track_ids is None else track_ids
        self._last_stamp_ns: int | None = None

    def update(
        self,
        observations: Sequence[PersonObservation],
        stamp_ns: int,
        shown_empty: ShownEmpty,
        alike: Alike = nothing_told,
    ) -> tuple[Track, ...]:
        """Take all observations of one instant; return all tracks.

        A stamp that goes back a little does not move time. One that goes back by more than
        `restart_s` means that the source restarted, as footage does that is played in a loop:
        everybody is still there, where and for as long unseen as they were, but moves no more.

        Nobody begins to be followed on a sighting that is too weak for a newcomer: it only keeps
        who is known (Zhang et al., ByteTrack, 2022).

        Args:
            observations: persons seen; one whose position is not finite says nothing.
            stamp_ns: capture time of the set, in [ns].
            shown_empty: tells (n,) at which floor positions (n, 2) a live camera shows nobody now.
            alike: tells by what two wear, (..., 3, 3) each, how much likelier (...) they are one
                than two, as a log likelihood ratio.
        """
        since_last_ns = self._advance(stamp_ns)
        found = sorted(filter(_is_placed, observations), key=_canonical)
        pairs = self._matched(found, stamp_ns, alike)
        take([self._persons[i] for i, _ in pairs], [found[j] for _, j in pairs], self.settings)
        seen = {i for i, _ in pairs}
        absent = [person for i, person in enumerate(self._persons) if i not in seen]
        self._note_absences(absent, since_last_ns, shown_empty)
        for i, person in enumerate(self._persons):
            person.note_look(i in seen, self.settings)
        taken = {j for _, j in pairs}
        strangers = [found[j] for j in range(len(found)) if j not in taken]
        self._start([stranger for stranger in strangers if stranger.may_be_new])
        return self._report(stamp_ns)

    def identities(self, observations: Sequence[PersonObservation]) -> list[int | None]:
        """Return as whom each observation of the last update is followed; None: as nobody."""
        known = {id(p.last): p.track_id for p in self._persons if p.is_seen}
        return [known.get(id(observation)) for observation in observations]

    def held(self, stamp_ns: int) -> tuple[Track, ...]:
        """Return all tracks as held, for a cycle in which no image set was processed."""
        return tuple(report.held(person, stamp_ns, self.settings) for person in self._persons)

    def bodies(self, stamp_ns: int) -> Bodies:
        """Return where those who should be seen at `stamp_ns` are."""
        return bodies(self._persons, stamp_ns, self.settings)

    def _advance(self, stamp_ns: int) -> int:
        """Return the time since the last update, in [ns]; none where it went back."""
        last_ns = stamp_ns if self._last_stamp_ns is None else self._last_stamp_ns
        self._last_stamp_ns = stamp_ns
        if last_ns - stamp_ns > self.settings.restart_s * 1e9:
            for person in self._persons:
                person.restart(stamp_ns - last_ns, self.settings)
        return max(stamp_ns - last_ns, 0)

    def _matched(
        self, found: Sequence[PersonObservation], stamp_ns: int, alike: Alike
    ) -> list[tuple[int, int]]:
        """Return (person, observation) pairs of indices."""
        if not self._persons or not found:
            return []
        return assigned(
            whereabouts(self._persons, stamp_ns, self.settings),
            np.array([o.position_m for o in found]),
            np.array([o.covariance_m2 for o in found]),
            alike(np.array([p.colours for p in self._persons])[:, None], looks_of(found)[None]),
            self.settings,
        )

    def _release_ns(self, person: Followed) -> float:
        settings = self.settings
        if not person.confirmed:
            return settings.tentative_release_s * 1e9
        stays = person.has_walked and person.stands
        return (settings.standing_release_s if stays else settings.release_s) * 1e9

    def _note_absences(
        self, absent: Sequence[Followed], since_last_ns: int, shown_empty: ShownEmpty
    ) -> None:
        """Add up the time in which places look empty; one long gap is one look, not many."""
        if not absent:
            return
        empty = shown_empty(np.array([person.state[:2] for person in absent]))
        for person, is_empty in zip(absent, empty.tolist(), strict=True):
            if not is_empty:
                person.empty_ns = None
            elif person.empty_ns is None:
                person.empty_ns = 0
            else:
                longest_ns = self._release_ns(person) / _LOOKS_TO_RELEASE
                person.empty_ns += round(min(since_last_ns, longest_ns))

    def _start(self, strangers: Sequence[PersonObservation]) -> None:
        new = [newcomer(next(self._track_ids), seen, self.settings) for seen in strangers]
        begin(new, self.settings)
        for person in new:
            person.note_look(True, self.settings)
        self._persons += new

    def _report(self, stamp_ns: int) -> tuple[Track, ...]:
        """Return all tracks, and forget those that are told as lost."""
        gone = self._absorb_duplicates(stamp_ns)
        gone |= {p.track_id for p in self._persons if self._is_gone(p)}
        tracks = tuple(self._told(p, p.track_id in gone, stamp_ns) for p in self._persons)
        self._persons = [p for p in self._persons if p.track_id not in gone]
        for person in self._persons:
            person.others -= gone
        return tracks

    def _absorb_duplicates(self, stamp_ns: int) -> set[int]:
        """Make one person of two tracks where they are; return the identities that go."""
        self._duplicates.note_apart(self._persons)
        gone = set()
        for stays, goes in self._duplicates.absorbed(self._persons, stamp_ns):
            first, second = self._persons[stays], self._persons[goes]
            self._persons[stays] = absorb(first, second)
            gone.add(second.track_id)
            for person in self._persons:
                if second.track_id in person.others:
                    person.others.add(first.track_id)
        return gone

    def _told(self, person: Followed, gone: bool, stamp_ns: int) -> Track:
        if gone:
            return report.lost(person)
        if person.is_seen:
            return report.seen(person)
        return report.held(person, stamp_ns, self.settings)

    def _is_gone(self, person: Followed) -> bool:
        return (person.empty_ns or 0) >= round(self._release_ns(person))


def _is_placed(observation: PersonObservation) -> bool:
    return bool(np.isfinite(observation.position_m).all())


def _canonical(observation: PersonObservation) -> tuple[object, ...]:
    """An order of observations that does not depend on the order they come in."""
    x, y = observation.position_m
    return (float(x), float(y), observation.stamp_ns, observation.camera_ids)
