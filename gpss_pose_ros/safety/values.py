"""What goes into a safety verdict, and what comes out: frozen, and validated when built.

Positions are on the floor of the factory frame, in [m]. Times are of the steady clock, in [ns]: a
clock that somebody sets must not make data look fresh.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.settings import RobotProfile
from gpss_pose_ros.types import CameraState, FloatArray, float_array


class Verdict(IntEnum):
    """What a robot may do, the worse the larger; values equal the constants of RobotVerdict.msg."""

    CLEAR = 0
    WARNING = 1
    UNKNOWN = 2
    PROTECTIVE_STOP = 3


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody on the floor, as far as known.

    Attributes:
        track_id: unique within a run.
        held: not seen now, but not shown to be gone.
        points_m: (P, 2) where the person is, P >= 1: the middle, both feet, shoulders and hips as
            far as known, and where the person is expected now.
        sigma_m: standard deviation of the least certain of these points, in its worst direction.
        speed_mps: how fast the person moves.
        shoulders_known: whether the shoulders are among the points; else the person may lean.
        captured_ns: when the person was last seen; of one who is held, when cameras last looked.
    """

    track_id: int
    held: bool
    points_m: FloatArray
    sigma_m: float
    speed_mps: float
    shoulders_known: bool
    captured_ns: int

    def __post_init__(self) -> None:
        points = float_array(self.points_m, "points_m", (None, 2))
        object.__setattr__(self, "points_m", points)
        who = f"person {self.track_id}"
        if not len(points) or not math.isfinite(points.sum()):
            raise InputError(f"{who}: points_m must be finite, and one at least")
        _require_not_negative(who, sigma_m=self.sigma_m, speed_mps=self.speed_mps)

    @cached_property
    def core_m(self) -> FloatArray:
        """Corners (H, 2) of the convex hull of the points, counter-clockwise."""
        return convex_hull(self.points_m)


@dataclass(frozen=True, eq=False)
class Robot:
    """One transport robot, as it says itself.

    Attributes:
        robot_id: its name.
        profile: what kind it is.
        position_m: (2,) of its base.
        yaw_rad: of its x axis.
        velocity_mps: (2,) of its base, in the factory frame.
        turn_rate_radps: about z.
        sigma_m: standard deviation of its position beyond the profile's, in its worst direction.
        captured_ns: when it was there.
    """

    robot_id: str
    profile: RobotProfile
    position_m: FloatArray
    yaw_rad: float
    velocity_mps: FloatArray
    turn_rate_radps: float
    sigma_m: float
    captured_ns: int

    def __post_init__(self) -> None:
        who = f"robot {self.robot_id}"
        for name in ("position_m", "velocity_mps"):
            vector = float_array(getattr(self, name), f"{who}: {name}", (2,))
            object.__setattr__(self, name, vector)
            if not np.isfinite(vector).all():
                raise InputError(f"{who}: {name} must be finite, got {vector.tolist()}")
        if not math.isfinite(self.yaw_rad) or not math.isfinite(self.turn_rate_radps):
            raise InputError(f"{who}: yaw_rad and turn_rate_radps must be finite")
        _require_not_negative(who, sigma_m=self.sigma_m)

    @property
    def footprint_m(self) -> FloatArray:
        """Its outline (V, 2) in the factory frame."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        rotation = np.array([[cos, sin], [-sin, cos]])
        outline: FloatArray = self.profile.outline_m @ rotation + self.position_m
        return outline

    @property
    def speed_mps(self) -> float:
        """Speed of the fastest point of its outline, at most: it may turn on the spot."""
        return float(np.hypot(*self.velocity_mps)) + abs(self.turn_rate_radps) * (
            self.profile.radius_m
        )


@dataclass(frozen=True)
class CameraReport:
    """What one camera contributed to a report.

    Attributes:
        state: only OK counts as seen.
        captured_ns: when its newest image was taken; None if it never delivered.
        unplaced: persons it sees of whom nobody knows where they stand.
        moved: whether it is no longer where its calibration says.
    """

    state: CameraState
    captured_ns: int | None
    unplaced: int = 0
    moved: bool = False


@dataclass(frozen=True, eq=False)
class PersonsReport:
    """One PersonPoseArray, as safety needs it.

    Attributes:
        sequence: goes up by one from report to report.
        stamp_ns: oldest contributing capture on the ROS clock: it may only go forward.
        captured_ns: the same on the steady clock; None in a heartbeat, to which no image
            contributed.
        ahead_s: by how much its stamps are ahead of our clock; not above 0 when all is well.
        cameras: by camera_id, every one that is configured.
        persons: everybody; of the same track_id only one.
    """

    sequence: int
    stamp_ns: int
    captured_ns: int | None
    ahead_s: float
    cameras: dict[str, CameraReport]
    persons: tuple[Person, ...]


@dataclass(frozen=True)
class SeparationTerms:
    """The terms of the separation distance, in [m]; see separation.py.

    Attributes:
        person_travel_m: S_h, of the person until the robot stands.
        robot_reaction_m: S_r, of the robot until it brakes.
        robot_stopping_m: S_s, of the robot while it brakes.
        intrusion_m: C, the reach of an arm.
        person_uncertainty_m: Z_d.
        robot_uncertainty_m: Z_r.
    """

    person_travel_m: float
    robot_reaction_m: float
    robot_stopping_m: float
    intrusion_m: float
    person_uncertainty_m: float
    robot_uncertainty_m: float

    @property
    def total_m(self) -> float:
        """The separation distance S_p."""
        return float(sum(vars(self).values()))


@dataclass(frozen=True, eq=False)
class Zone:
    """Where a person, or what a person can reach, may be: everything near the core.

    Attributes:
        track_id: whose it is.
        held: the person is not seen now.
        core_m: (H, 2) corners of a convex polygon, counter-clockwise; 1 is a point, 2 a segment.
        reach_m: around the core: an arm's length, grown by uncertainty and age.
        separation_m: around the core: what the most demanding robot must keep at its speed now;
            at least reach_m.
        age_s: since the person was seen.
    """

    track_id: int
    held: bool
    core_m: FloatArray
    reach_m: float
    separation_m: float
    age_s: float


@dataclass(frozen=True)
class RobotVerdict:
    """What one robot may do now.

    Attributes:
        robot_id: its name.
        verdict: the worst that anything says.
        reason: one sentence, empty when CLEAR.
        track_ids: of the persons who cause it, the nearest zone first.
        distance_m: from its outline to the nearest separation zone, negative inside; inf if nobody
            is there, NaN where unknown.
        allowed_speed_mps: the largest speed at which it keeps the distance; 0 unless known.
        speed_mps: of the fastest point of its outline; NaN where unknown.
        terms: of the separation from the person of the nearest zone; None without one.
        age_s: since it said where it is; inf if it never did.
    """

    robot_id: str
    verdict: Verdict
    reason: str
    track_ids: tuple[int, ...]
    distance_m: float
    allowed_speed_mps: float
    speed_mps: float
    terms: SeparationTerms | None
    age_s: float


@dataclass(frozen=True, eq=False)
class SafetyReport:
    """Everything safety says in one cycle.

    Attributes:
        sequence: goes up by one from report to report.
        verdict: of the site: PROTECTIVE_STOP while a cause stops everything or is latched, else the
            worst of all robots; CLEAR without robots.
        causes: every fault there is.
        reasons: a sentence for each.
        latched: a reset is needed.
        robots: one for every robot configured, in their order.
        zones: one for every person.
        data_age_s: since the oldest capture behind this report; inf if there is none.
        configuration_hash: of the site's file.
        calibration_hash: of all cameras known.
    """

    sequence: int
    verdict: Verdict
    causes: Cause
    reasons: tuple[str, ...]
    latched: bool
    robots: tuple[RobotVerdict, ...]
    zones: tuple[Zone, ...]
    data_age_s: float
    configuration_hash: str
    calibration_hash: str


def _require_not_negative(who: str, **values: float) -> None:
    for name, value in values.items():
        if not 0.0 <= value < math.inf:
            raise InputError(f"{who}: {name} must be finite and >= 0, got {value}")
