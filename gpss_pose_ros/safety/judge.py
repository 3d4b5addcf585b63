"""What every robot may do now, as far as persons and floor decide it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.distance import padded
from gpss_pose_ros.safety.nearness import nearness
from gpss_pose_ros.safety.separation import PersonMotion, RobotMotion
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.situation import Situation
from gpss_pose_ros.safety.sweep import swept_m
from gpss_pose_ros.safety.unseen import touches_unseen
from gpss_pose_ros.safety.values import Person, Robot, RobotVerdict, Zone
from gpss_pose_ros.safety.zones import zones


@dataclass(frozen=True, eq=False)
class Judgement:
    """What is judged of one instant.

    Attributes:
        robots: a verdict for every robot, in their order.
        zones: a zone for every person, in their order.
        causes: of every robot, in their order: PERSON_NEAR, UNSEEN_FLOOR, both or NONE.
    """

    robots: tuple[RobotVerdict, ...]
    zones: tuple[Zone, ...]
    causes: tuple[Cause, ...]


def judge(
    robots: Sequence[Robot],
    persons: Sequence[Person],
    coverage: Coverage,
    site: Site,
    now_ns: int,
) -> Judgement:
    """Judge every robot by all persons and by the floor it sweeps until it stands.

    A robot must stop unless it is farther from everybody than its separation distance, and is
    warned unless it is farther by its profile's `warning_m`. Where it sweeps floor that nobody
    sees, it stops, creeps or goes on, as its profile says. The worst counts.

    Args:
        robots: those that say where they are.
        persons: everybody who is known.
        coverage: the floor that live cameras see.
        site: how people move.
        now_ns: on the steady clock.
    """
    outlines_m = padded([robot.footprint_m for robot in robots])
    motion = RobotMotion.of(robots, site.person, now_ns)
    walking = PersonMotion.of(persons, site.person, now_ns)
    found = zones(persons, walking, motion, site.person)
    near = nearness(outlines_m, motion, found, walking, coverage, site.person)
    unseen = touches_unseen(swept_m(robots, outlines_m, motion), coverage)
    situations = [
        Situation(
            robot.robot_id,
            robot.profile,
            motion.speed_mps.item(r),
            motion.age_s.item(r),
            found,
            near.nearest_first[r].tolist(),
            near.margins_m[r],
            near.allowed_mps[r],
            near.terms_m[:, r],
            bool(unseen[r]),
        )
        for r, robot in enumerate(robots)
    ]
    return Judgement(
        tuple(situation.verdict() for situation in situations),
        found,
        tuple(situation.causes for situation in situations),
    )
