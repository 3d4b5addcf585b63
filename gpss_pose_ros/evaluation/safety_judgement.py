"""Judges what safety said against what was true when it said so."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.safety_record import SaidInstant, TrueBody, TrueScene
from gpss_pose_ros.evaluation.safety_truth import Truth
from gpss_pose_ros.evaluation.true_separation import (
    distance_to_polygon_m,
    gap_m,
    true_allowed_mps,
    true_separation_m,
)
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import PersonSettings, Site
from gpss_pose_ros.safety.values import Robot, RobotVerdict, Verdict, Zone

TOLERANCE_M = 1.0
"""A stop is no nuisance while somebody truly is this near to the separation distance.

Safety rightly adds as much: 0.3 s of age at 1.6 m/s, 0.25 m of lean, three standard deviations.
"""
_MISSED_CYCLES = 2  # receivers stop after that, whatever was said last


@dataclass(frozen=True)
class JudgedPerson:
    """One true person at one instant.

    Attributes:
        person_id: who.
        covered: whether live cameras see the floor under both feet, as far as safety says.
        in_zone: whether a published reach zone holds the place between the feet.
        near: robots within whose true separation distance the person is.
        unguarded: those of them that were not told to stop, or to be slow enough.
    """

    person_id: int
    covered: bool
    in_zone: bool
    near: frozenset[str]
    unguarded: frozenset[str]


@dataclass(frozen=True)
class JudgedRobot:
    """One robot at one instant.

    Attributes:
        robot_id: its name.
        verdict: what was said.
        by_person: whether somebody was named as the cause.
        person_near: whether somebody truly was within the separation distance and TOLERANCE_M.
    """

    robot_id: str
    verdict: Verdict
    by_person: bool
    person_near: bool

    @property
    def stopped_by_person(self) -> bool:
        """Whether somebody stopped it."""
        return self.verdict is Verdict.PROTECTIVE_STOP and self.by_person


@dataclass(frozen=True)
class JudgedInstant:
    """One cycle of safety that could be judged.

    Attributes:
        stamp_ns: when it was published.
        duration_s: how long it stood: until the next one, or receivers stopped waiting for that.
        persons: everybody who was there.
        robots: every robot whose place is known and that has a verdict.
        causes: every fault that was named.
    """

    stamp_ns: int
    duration_s: float
    persons: tuple[JudgedPerson, ...]
    robots: tuple[JudgedRobot, ...]
    causes: Cause = Cause.NONE


@dataclass(frozen=True)
class _Pair:
    """A true person, a true robot, and what the robot was told."""

    distance_m: float
    separation_m: float
    guarded: bool


def judge_run(said: Iterable[SaidInstant], truth: Truth, site: Site) -> tuple[JudgedInstant, ...]:
    """Judge every cycle around whose publication the truth is known, in order of time.

    The last cycle is left out: nobody knows how long it stood.
    """
    longest_s = _MISSED_CYCLES * site.monitor.period_s
    cycles = sorted(said, key=lambda instant: instant.stamp_ns)
    judged = []
    for cycle, following in itertools.pairwise(cycles):
        scene = truth.at(cycle.stamp_ns)
        if scene is not None:
            duration_s = min((following.stamp_ns - cycle.stamp_ns) / 1e9, longest_s)
            judged.append(_judged(cycle, scene, site.person, duration_s))
    return tuple(judged)


def _judged(
    said: SaidInstant, scene: TrueScene, person: PersonSettings, duration_s: float
) -> JudgedInstant:
    verdicts = {verdict.robot_id: verdict for verdict in said.robots}
    robots = [robot for robot in scene.robots if robot.robot_id in verdicts]
    pairs = {
        (body.person_id, robot.robot_id): _pair(body, robot, verdicts[robot.robot_id], person)
        for body in scene.bodies
        for robot in robots
    }
    return JudgedInstant(
        said.stamp_ns,
        duration_s,
        tuple(_person(body, said, pairs) for body in scene.bodies),
        tuple(_robot(verdicts[robot.robot_id], pairs) for robot in robots),
        said.causes,
    )


def _pair(body: TrueBody, robot: Robot, verdict: RobotVerdict, person: PersonSettings) -> _Pair:
    profile, walks = robot.profile, body.speed_mps
    separation = true_separation_m(profile, person, robot.speed_mps, walks)
    distance = _apart_m(body, robot, separation + TOLERANCE_M)
    allowed = true_allowed_mps(profile, person, distance, walks)
    slow_enough = verdict.verdict is Verdict.WARNING and verdict.allowed_speed_mps <= allowed
    stops = verdict.verdict in (Verdict.UNKNOWN, Verdict.PROTECTIVE_STOP)
    return _Pair(distance, separation, stops or slow_enough)


def _apart_m(body: TrueBody, robot: Robot, enough_m: float) -> float:
    """Return the distance of a body and a robot; of those far apart something above `enough_m`.

    It saves most of the time: no point of the robot is farther from its middle than its radius.
    """
    to_middle = np.hypot(*(body.points_m - robot.position_m).T).min()
    least_m = float(to_middle) - robot.profile.radius_m - body.extent_m
    return least_m if least_m > enough_m else gap_m(body.points_m, robot.footprint_m)


def _person(body: TrueBody, said: SaidInstant, pairs: dict[tuple[int, str], _Pair]) -> JudgedPerson:
    near = {
        robot: pair
        for (who, robot), pair in pairs.items()
        if who == body.person_id and not pair.distance_m > pair.separation_m
    }
    return JudgedPerson(
        body.person_id,
        said.floor is not None and said.floor.sees(body.feet_m),
        any(_holds(zone, body) for zone in said.zones),
        frozenset(near),
        frozenset(robot for robot, pair in near.items() if not pair.guarded),
    )


def _robot(verdict: RobotVerdict, pairs: dict[tuple[int, str], _Pair]) -> JudgedRobot:
    return JudgedRobot(
        verdict.robot_id,
        verdict.verdict,
        bool(verdict.track_ids),
        any(
            pair.distance_m <= pair.separation_m + TOLERANCE_M
            for (_, robot), pair in pairs.items()
            if robot == verdict.robot_id
        ),
    )


def _holds(zone: Zone, body: TrueBody) -> bool:
    place_m = body.position_m
    if (np.hypot(*(zone.core_m - place_m).T) <= zone.reach_m).any():  # usually; and much faster
        return True
    return distance_to_polygon_m(place_m, zone.core_m) <= zone.reach_m
