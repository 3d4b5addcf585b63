"""One person who is followed: everything known of them, and how it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.fusion import gait
from gpss_pose_ros.fusion.foot_filter import FootBelief, somewhere
from gpss_pose_ros.fusion.handedness import FIRST_ODDS
from gpss_pose_ros.fusion.kalman import at_least
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.types import FloatArray, PersonObservation

_MISSED = 1.0
"""Evidence that a miss takes away: a person who is there is missed at one look in three."""
_COLOUR_RATE = 0.03
"""What a single look changes about the colours that a person is known by."""
_MOST_EVIDENCE = 15.0
"""Who was seen for an hour is no harder to give up than who was seen for a second."""
_WALKED_M = 1.0
"""What is taken for a person and is none may seem to move, but not so far."""


@dataclass
class Followed:
    """A person's state x, y, vx, vy at `stamp_ns`, when they were last seen.

    Attributes:
        track_id: their identity.
        state: (4,) in [m] and [m/s].
        covariance: (4, 4) of it.
        stamp_ns: capture time of the last observation.
        last: that observation.
        belief: in their two feet.
        feet_m: (2, 2) where it puts them, in [m].
        feet_m2: (2, 2, 2) covariances of that, in [m^2].
        first_m: (2,) where they were when first seen, in [m].
        odds: log odds that the belief names them right.
        crossed: whether the last observation names left what the belief names right.
        looks: whether they were seen in each of the last image sets, the latest last.
        evidence: log odds of a person against false sightings, from sightings and misses (the
            track score of Blackman and Popoli, 1999, section 6.2).
        confirmed: whether they were seen often enough to be sure, and are not shown to be false.
        has_walked: whether they were ever seen away from where they were first.
        empty_ns: how long the place has been shown empty; None: not just now.
        others: identities of persons for certain: one camera saw both at one instant.
        colours: (3, 3) of what they wear, the latest counting most; NaN where never seen.
    """

    track_id: int
    state: FloatArray
    covariance: FloatArray
    stamp_ns: int
    last: PersonObservation
    belief: FootBelief
    feet_m: FloatArray
    feet_m2: FloatArray
    first_m: FloatArray
    odds: float = FIRST_ODDS
    crossed: bool = False
    looks: tuple[bool, ...] = ()
    evidence: float = 0.0
    confirmed: bool = False
    has_walked: bool = False
    empty_ns: int | None = None
    others: set[int] = field(default_factory=set)
    colours: FloatArray = field(default_factory=lambda: np.full((3, 3), np.nan))

    @property
    def is_seen(self) -> bool:
        """Whether they were seen at the last look."""
        return self.looks[-1]

    @property
    def stands(self) -> bool:
        """Whether they stood still when last seen."""
        return bool(np.hypot(*self.state[2:]) < gait.WALK_MPS)

    def age_s(self, stamp_ns: int) -> float:
        """Return the time since they were last seen."""
        return max(stamp_ns - self.stamp_ns, 0) / 1e9

    def restart(self, jump_ns: int, settings: TrackerSettings) -> None:
        """Go on in the time of a source that restarted: as long unseen as before, but at rest."""
        self.stamp_ns += jump_ns
        self.state = np.concatenate([self.state[:2], np.zeros(2)])
        self.covariance = at_rest(self.covariance[:2, :2], settings)

    def note_look(self, seen: bool, settings: TrackerSettings) -> None:
        """Remember a look at everybody: enough evidence confirms, and when none is left, no more.

        Who is confirmed and then not seen stays so until they are lost; misses count once a new
        sighting says that the person is still there, as false ones do now and then.
        """
        if not self.confirmed:
            self.evidence -= 0.0 if seen else _MISSED
        elif seen:
            self.evidence -= _MISSED * _misses_at_the_end(self.looks)
        self.looks = (*self.looks, seen)[-settings.confirm_looks :]
        self.evidence = min(self.evidence, _MOST_EVIDENCE)
        hits = sum(self.looks)
        if self.confirmed:
            self.confirmed = self.evidence > 0.0
        else:
            enough = self.evidence >= settings.confirm_evidence
            self.confirmed = enough and hits >= settings.confirm_hits

    def note_walk(self) -> None:
        """Remember whether they have walked."""
        self.has_walked |= bool(np.hypot(*(self.state[:2] - self.first_m)) > _WALKED_M)

    def note_colours(self) -> None:
        """Take what was seen last of what they wear."""
        if self.last.colours is not None:
            fresh = self.last.colours
            first = np.isnan(self.colours)
            change = np.where(np.isfinite(fresh), fresh - self.colours, 0.0)
            self.colours = np.where(first, fresh, self.colours + _COLOUR_RATE * change)


def _misses_at_the_end(looks: Sequence[bool]) -> int:
    return next((n for n, seen in enumerate(reversed(looks)) if seen), len(looks))


def newcomer(track_id: int, seen: PersonObservation, settings: TrackerSettings) -> Followed:
    """Return a person seen for the first time; nothing is known of their feet yet."""
    covariance = at_rest(at_least(seen.covariance_m2, settings.min_sigma_m), settings)
    state = np.concatenate([seen.position_m, np.zeros(2)])
    belief = somewhere(seen.position_m, covariance[:2, :2])
    person = Followed(
        track_id=track_id,
        state=state,
        covariance=covariance,
        stamp_ns=seen.stamp_ns,
        last=seen,
        belief=belief,
        feet_m=belief.position_m,
        feet_m2=belief.covariance_m2,
        first_m=seen.position_m,
    )
    person.note_colours()
    return person


def set_beliefs(
    persons: Sequence[Followed], beliefs: FootBelief, settings: TrackerSettings
) -> None:
    """Set what is believed of the feet, (n, 2), of n persons."""
    places_m, covariances_m2 = beliefs.position_m, beliefs.covariance_m2
    covariances_m2 = at_least(covariances_m2, settings.min_sigma_m)
    for i, person in enumerate(persons):
        person.belief = beliefs[i]
        person.feet_m, person.feet_m2 = places_m[i], covariances_m2[i]


def at_rest(covariance_m2: FloatArray, settings: TrackerSettings) -> FloatArray:
    """Return the covariance (4, 4) of a person at a place, (2, 2), whose velocity is unknown."""
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = covariance_m2
    covariance[2:, 2:] = np.eye(2) * settings.initial_speed_mps**2
    return covariance
