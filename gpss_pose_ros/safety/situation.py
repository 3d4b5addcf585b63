"""One robot among persons, on its floor: what it may do, and why."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import RobotProfile, Unseen
from gpss_pose_ros.safety.values import RobotVerdict, SeparationTerms, Verdict, Zone
from gpss_pose_ros.types import FloatArray

_ON_UNSEEN_FLOOR = {
    Unseen.STOP: Verdict.PROTECTIVE_STOP,
    Unseen.CREEP: Verdict.WARNING,
    Unseen.IGNORE: Verdict.CLEAR,
}


@dataclass(frozen=True, eq=False)
class Situation:
    """One robot, P persons, and whether all the floor it needs is seen.

    Attributes:
        robot_id: whose.
        profile: what kind it is.
        speed_mps: of the fastest point of its outline.
        age_s: since it said where it is.
        zones: P of them.
        nearest_first: indices of all of them.
        margins_m: (P,) distance less separation distance.
        allowed_mps: (P,) the largest speed at which the margin is not negative.
        terms_m: (6, P) of the separation distance.
        on_unseen: it sweeps floor that nobody sees until it stands.
    """

    robot_id: str
    profile: RobotProfile
    speed_mps: float
    age_s: float
    zones: tuple[Zone, ...]
    nearest_first: list[int]
    margins_m: FloatArray
    allowed_mps: FloatArray
    terms_m: FloatArray
    on_unseen: bool

    @cached_property
    def nearest_m(self) -> float:
        """The least margin; inf without persons."""
        return float(self.margins_m[self.nearest_first[0]]) if self.zones else math.inf

    @cached_property
    def near(self) -> Verdict:
        """The verdict of the persons alone."""
        if not self.nearest_m > 0.0:
            return Verdict.PROTECTIVE_STOP
        if not self.nearest_m > self.profile.warning_m:
            return Verdict.WARNING
        return Verdict.CLEAR

    @cached_property
    def floor(self) -> Verdict:
        """The verdict of the floor alone."""
        return _ON_UNSEEN_FLOOR[self.profile.unseen] if self.on_unseen else Verdict.CLEAR

    @property
    def causes(self) -> Cause:
        """PERSON_NEAR, UNSEEN_FLOOR, both or NONE."""
        person = Cause.PERSON_NEAR if self.near is Verdict.PROTECTIVE_STOP else Cause.NONE
        floor = Cause.NONE if self.floor is Verdict.CLEAR else Cause.UNSEEN_FLOOR
        return person | floor

    def verdict(self) -> RobotVerdict:
        """Return what the robot may do: the worse of both."""
        verdict = max(self.near, self.floor)
        return RobotVerdict(
            self.robot_id,
            verdict,
            "; ".join(self._reasons(verdict)),
            self._causing(verdict),
            self.nearest_m,
            self._allowed_mps(verdict),
            self.speed_mps,
            self._terms(self.nearest_first[0]) if self.zones else None,
            self.age_s,
        )

    def _causing(self, verdict: Verdict) -> tuple[int, ...]:
        """Return track_ids of all who on their own would have led to this verdict."""
        limit_m = self.profile.warning_m if verdict is Verdict.WARNING else 0.0
        count = np.count_nonzero(self.margins_m <= limit_m)
        return tuple(self.zones[p].track_id for p in self.nearest_first[:count])

    def _allowed_mps(self, verdict: Verdict) -> float:
        """Return the largest speed that persons and floor allow; 0 for who must stop."""
        if verdict is Verdict.PROTECTIVE_STOP:
            return 0.0
        largest_mps = self.profile.largest_speed_mps
        if self.floor is Verdict.WARNING:
            largest_mps = min(largest_mps, self.profile.creep_speed_mps)
        return float(self.allowed_mps.min(initial=largest_mps))

    def _reasons(self, verdict: Verdict) -> list[str]:
        """Return what leads to this verdict, in words."""
        if verdict is Verdict.CLEAR:
            return []
        reasons = [self._about(self.nearest_first[0])] if self.near is verdict else []
        if self.floor is verdict:
            reasons.append("no live camera sees all the floor it needs until it stands")
        return reasons

    def _about(self, person: int) -> str:
        """Return how near a person is, in words."""
        zone = self.zones[person]
        who = f"person {zone.track_id}{', not seen now,' if zone.held else ''}"
        side = "beyond" if self.nearest_m > 0.0 else "within"
        separation_m = self._terms(person).total_m
        return f"{who} is {abs(self.nearest_m):.2f} m {side} the distance of {separation_m:.2f} m"

    def _terms(self, person: int) -> SeparationTerms:
        return SeparationTerms(*self.terms_m[:, person].tolist())
