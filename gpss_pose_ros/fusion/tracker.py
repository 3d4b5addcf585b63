"""Follows persons over time in the factory plane, and forgets nobody without cause."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.gaussians import mahalanobis2
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import (
    FloatArray,
    Foot,
    FootSource,
    PersonObservation,
    Track,
    TrackStatus,
)

_HORIZON_S = 1.0
_LONGEST_WALK_S = 2.0
_LOOKS_TO_RELEASE = 4

ShownEmpty = Callable[[FloatArray], bool]


@dataclass(frozen=True)
class TrackerSettings:
    """How persons are followed.

    Attributes:
        gate: largest squared Mahalanobis distance between a track and an observation
            (chi-square, 2 degrees of freedom).
        acceleration_mps2: standard deviation of a person's acceleration, in [m/s^2].
        initial_speed_mps: standard deviation of the unknown speed of a new person, in [m/s].
        confirm_hits: observations after which a person is confirmed.
        release_s: a live camera must show the place empty this long before the person who was
            there is lost, in [s]; time in which no camera looked does not count.
        hold_speed_mps: how fast a person who is not seen may walk, in [m/s].
    """

    gate: float = 16.0
    acceleration_mps2: float = 1.5
    initial_speed_mps: float = 1.0
    confirm_hits: int = 3
    release_s: float = 2.0
    hold_speed_mps: float = 1.6

    def __post_init__(self) -> None:
        require_finite(self, "tracker", above_zero=True)


@dataclass
class _Person:
    """State x, y, vx, vy at `stamp_ns`: a constant-velocity Kalman filter."""

    track_id: int
    state: FloatArray
    covariance: FloatArray
    stamp_ns: int
    last: PersonObservation
    hits: int = 1
    empty_ns: int | None = None  # how long the place has been shown empty; None: not just now

    def age_s(self, stamp_ns: int) -> float:
        """Return the time since the person was last seen."""
        return max(stamp_ns - self.stamp_ns, 0) / 1e9

    def predicted(self, stamp_ns: int, settings: TrackerSettings) -> tuple[FloatArray, FloatArray]:
        """Return mean (4,) and covariance (4, 4) at `stamp_ns`, white-noise acceleration model.

        A velocity says nothing about a person after the horizon: from there on the mean stays, and
        two standard deviations grow at walking speed, for a while: a stranger far away must not
        take the place of somebody who was never shown to be gone.
        """
        age_s = self.age_s(stamp_ns)
        dt = min(age_s, _HORIZON_S)
        eye = np.eye(2)
        F = np.block([[eye, dt * eye], [np.zeros((2, 2)), eye]])
        G = np.vstack([dt * dt / 2.0 * eye, dt * eye])
        P = F @ self.covariance @ F.T + G @ G.T * settings.acceleration_mps2**2
        reach_m = settings.hold_speed_mps * min(age_s - dt, _LONGEST_WALK_S)
        P[:2, :2] += eye * (reach_m / 2.0) ** 2
        return F @ self.state, P


class Tracker:
    """Nearest-neighbour tracker with a hold: absence is never clearance.

    A person who is not seen again is held where they were last seen, with a covariance that grows
    at walking speed, until a camera that is alive shows that very place empty for a while.
    """

    def __init__(self, settings: TrackerSettings, track_ids: Iterator[int] | None = None) -> None:
        """Begin with nobody; `track_ids` yields the identities, from 1 on by default."""
        self.settings = settings
        self._persons: list[_Person] = []
        self._track_ids = itertools.count(1) if track_ids is None else track_ids
        self._last_stamp_ns: int | None = None

    def update(
        self, observations: Sequence[PersonObservation], stamp_ns: int, shown_empty: ShownEmpty
    ) -> tuple[Track, ...]:
        """Take all observations of one instant; return all tracks.

        Args:
            observations: persons seen.
            stamp_ns: capture time of the set, in [ns]. A stamp that goes back does not move time.
            shown_empty: whether a live camera shows that nobody is at a floor position (2,) now.
        """
        matches = self._match(observations, stamp_ns)
        for person, observation in matches:
            self._correct(person, observation)
        seen = {id(person) for person, _ in matches}
        last_ns = stamp_ns if self._last_stamp_ns is None else self._last_stamp_ns
        since_last_ns = max(stamp_ns - last_ns, 0)
        self._last_stamp_ns = stamp_ns
        for person in self._persons:
            if id(person) not in seen:
                self._note_absence(person, since_last_ns, shown_empty)
        taken = {id(observation) for _, observation in matches}
        for observation in observations:
            if id(observation) not in taken:
                seen.add(id(self._start(observation)))
        return self._report(stamp_ns, seen)

    def held(self, stamp_ns: int) -> tuple[Track, ...]:
        """Return all tracks as held, for a cycle in which no image set was processed."""
        return tuple(self._held(person, stamp_ns) for person in self._persons)

    def _match(
        self, observations: Sequence[PersonObservation], stamp_ns: int
    ) -> list[tuple[_Person, PersonObservation]]:
        candidates = []
        for i, person in enumerate(self._persons):
            state, covariance = person.predicted(stamp_ns, self.settings)
            for j, observation in enumerate(observations):
                spread = covariance[:2, :2] + observation.covariance_m2
                distance = mahalanobis2(observation.position_m - state[:2], spread)
                if distance <= self.settings.gate:
                    # the likelihood, not the distance alone: a vague one fits everything
                    cost = distance + float(np.linalg.slogdet(spread)[1])
                    candidates.append((cost, i, j))
        matches: list[tuple[_Person, PersonObservation]] = []
        used: set[tuple[str, int]] = set()
        for _, i, j in sorted(candidates):
            if not used & {("track", i), ("observation", j)}:
                used |= {("track", i), ("observation", j)}
                matches.append((self._persons[i], observations[j]))
        return matches

    def _correct(self, person: _Person, observation: PersonObservation) -> None:
        """Kalman update with the observed position."""
        state, P = person.predicted(observation.stamp_ns, self.settings)
        H = np.eye(2, 4)
        S = H @ P @ H.T + observation.covariance_m2
        gain = np.linalg.solve(S, H @ P).T
        person.state = state + gain @ (observation.position_m - state[:2])
        joseph = np.eye(4) - gain @ H  # Joseph form keeps the covariance symmetric and positive
        P = joseph @ P @ joseph.T + gain @ observation.covariance_m2 @ gain.T
        person.covariance = (P + P.T) / 2.0
        person.stamp_ns = max(person.stamp_ns, observation.stamp_ns)
        person.last = observation
        person.hits += 1
        person.empty_ns = None

    def _note_absence(self, person: _Person, since_last_ns: int, shown_empty: ShownEmpty) -> None:
        """Add up the time in which the place looks empty; one long gap is one look, not many."""
        if not shown_empty(person.state[:2]):
            person.empty_ns = None
        elif person.empty_ns is None:
            person.empty_ns = 0
        else:
            longest_ns = self.settings.release_s * 1e9 / _LOOKS_TO_RELEASE
            person.empty_ns += round(min(since_last_ns, longest_ns))

    def _start(self, observation: PersonObservation) -> _Person:
        covariance = np.zeros((4, 4))
        covariance[:2, :2] = observation.covariance_m2
        covariance[2:, 2:] = np.eye(2) * self.settings.initial_speed_mps**2
        state = np.concatenate([observation.position_m, np.zeros(2)])
        track_id = next(self._track_ids)
        person = _Person(track_id, state, covariance, observation.stamp_ns, observation)
        self._persons.append(person)
        return person

    def _report(self, stamp_ns: int, seen: set[int]) -> tuple[Track, ...]:
        tracks, staying = [], []
        for person in self._persons:
            if id(person) in seen:
                tracks.append(self._seen(person))
            elif self._is_gone(person):
                tracks.append(
                    self._track(person, TrackStatus.LOST, person.covariance, person.stamp_ns)
                )
                continue
            else:
                tracks.append(self._held(person, stamp_ns))
            staying.append(person)
        self._persons = staying
        return tuple(tracks)

    def _is_gone(self, person: _Person) -> bool:
        return (person.empty_ns or 0) >= round(self.settings.release_s * 1e9)

    def _seen(self, person: _Person) -> Track:
        confirmed = person.hits >= self.settings.confirm_hits
        status = TrackStatus.CONFIRMED if confirmed else TrackStatus.TENTATIVE
        return self._track(person, status, person.covariance, person.stamp_ns)

    def _held(self, person: _Person, stamp_ns: int) -> Track:
        """Two standard deviations reach as far as a walking person gets since last seen."""
        reach_m = self.settings.hold_speed_mps * person.age_s(stamp_ns)
        covariance = person.covariance.copy()
        covariance[:2, :2] += np.eye(2) * (reach_m / 2.0) ** 2
        covariance[2:, 2:] += np.eye(2) * (self.settings.hold_speed_mps / 2.0) ** 2
        return self._track(person, TrackStatus.HELD, covariance, person.stamp_ns)

    @staticmethod
    def _track(
        person: _Person, status: TrackStatus, covariance: FloatArray, stamp_ns: int
    ) -> Track:
        held = status in (TrackStatus.HELD, TrackStatus.LOST)
        last = person.last
        feet = last.feet
        if held:
            grown = covariance[:2, :2] - person.covariance[:2, :2]
            feet = {
                side: Foot(foot.position_m, foot.covariance_m2 + grown, FootSource.INFERRED)
                for side, foot in last.feet.items()
            }
        return Track(
            track_id=person.track_id,
            status=status,
            position_m=person.state[:2],
            velocity_mps=np.zeros(2) if held else person.state[2:],
            covariance=covariance,
            feet=feet,
            score=last.score,
            camera_ids=last.camera_ids,
            capture_stamp_ns=stamp_ns,
            keypoints_m=np.full_like(last.keypoints_m, np.nan) if held else last.keypoints_m,
            keypoint_scores=np.zeros_like(last.keypoint_scores) if held else last.keypoint_scores,
        )
