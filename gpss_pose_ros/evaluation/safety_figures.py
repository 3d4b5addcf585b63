"""The figures of a run's safety against the truth: who was unguarded, who missed, at what cost."""

import itertools
from collections.abc import Callable, Iterator, Sequence

from gpss_pose_ros.evaluation.proportion import proportion_bounds
from gpss_pose_ros.evaluation.safety_judgement import JudgedInstant, JudgedPerson, JudgedRobot
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.safety.values import Verdict

INDEPENDENT_S = 5.0
"""A person is a new trial after this long: a walker is elsewhere by then, in other pictures."""
_HOUR_S = 3600.0


def safety_figures(instants: Sequence[JudgedInstant]) -> tuple[Figure, ...]:
    """Return what safety was worth, by names that scripts read; instants as of judge_run.

    uncovered_person_seconds: persons on seen floor, within a robot's true separation distance,
    while that robot was told neither to stop nor to be slow enough for the true distance. One
    person counts once, however many robots. person_seconds_in_zones is the same, guarded or not.

    longest_blind_gap_s, missed_person_rate: a person on seen floor in nobody's reach zone. The
    bounds of the rate have a confidence of 95 %, with an independent trial a person only every
    INDEPENDENT_S: errors on one person last, so that instants are no trials. Those on somebody who
    stands still may last longer: then the bounds are too narrow.

    nuisance_stops_per_hour: stops that named somebody, while nobody truly was within the separation
    distance and TOLERANCE_M of safety_judgement, from the stop's begin to its end; per hour of one
    robot, and so is stops_by_persons_per_hour, which counts them all.

    stop_fraction, unknown_fraction: of the time of all robots.
    """
    bounds = missed_bounds(instants)
    stops = list(stops_by_persons(instants))
    nuisances = [stop for stop in stops if not any(robot.person_near for robot in stop)]
    return (
        Figure(
            "uncovered_person_seconds",
            covered_person_s(instants, lambda person: person.unguarded) if instants else None,
            "s",
            at_most=0.0,
        ),
        Figure("person_seconds_in_zones", covered_person_s(instants, lambda p: p.near), "s"),
        Figure("longest_blind_gap_s", longest_blind_gap_s(instants), "s"),
        Figure("missed_person_rate", missed_rate(instants), "1"),
        Figure("missed_person_rate_low_95", bounds and bounds[0], "1"),
        Figure("missed_person_rate_high_95", bounds and bounds[1], "1"),
        Figure("nuisance_stops_per_hour", _per_robot_hour(instants, len(nuisances)), "1/h"),
        Figure("stops_by_persons_per_hour", _per_robot_hour(instants, len(stops)), "1/h"),
        Figure("stop_fraction", verdict_fraction(instants, Verdict.PROTECTIVE_STOP), "1"),
        Figure("unknown_fraction", verdict_fraction(instants, Verdict.UNKNOWN), "1"),
        Figure("safety_judged_s", sum(instant.duration_s for instant in instants), "s"),
    )


def covered_person_s(
    instants: Sequence[JudgedInstant], which: Callable[[JudgedPerson], object] = lambda _: True
) -> float:
    """Return for how long persons `which` were on seen floor, in person-seconds."""
    return sum(
        (
            instant.duration_s
            for instant in instants
            for person in instant.persons
            if person.covered and which(person)
        ),
        0.0,
    )


def missed_rate(instants: Sequence[JudgedInstant]) -> float | None:
    """Return the share of person-seconds on seen floor in no zone, None without any."""
    total_s = covered_person_s(instants)
    return covered_person_s(instants, _missed) / total_s if total_s else None


def missed_bounds(instants: Sequence[JudgedInstant]) -> tuple[float, float] | None:
    """Return the bounds of missed_rate, 95 % confidence, None where nobody was there."""
    total_s = covered_person_s(instants)
    missed_s = covered_person_s(instants, _missed)
    return proportion_bounds(missed_s / INDEPENDENT_S, total_s / INDEPENDENT_S)


def longest_blind_gap_s(instants: Sequence[JudgedInstant]) -> float | None:
    """Return the longest unbroken time one person was missed, None without instants."""
    running: dict[int, float] = {}
    longest = 0.0
    for instant in instants:
        running = {
            person.person_id: running.get(person.person_id, 0.0) + instant.duration_s
            for person in instant.persons
            if person.covered and _missed(person)
        }
        longest = max([longest, *running.values()])
    return longest if instants else None


def stops_by_persons(instants: Sequence[JudgedInstant]) -> Iterator[list[JudgedRobot]]:
    """Yield every stop that named somebody: the robot at all of its instants, in order of time."""
    for name in sorted({robot.robot_id for instant in instants for robot in instant.robots}):
        own = [robot for i in instants for robot in i.robots if robot.robot_id == name]
        for stopped, group in itertools.groupby(own, lambda robot: robot.stopped_by_person):
            if stopped:
                yield list(group)


def verdict_fraction(instants: Sequence[JudgedInstant], verdict: Verdict) -> float | None:
    """Return the share of all robots' time with a verdict, None without any."""
    total_s = _robots_s(instants)
    if not total_s:
        return None
    return _robots_s(instants, lambda robot: robot.verdict is verdict) / total_s


def _missed(person: JudgedPerson) -> bool:
    return not person.in_zone


def _robots_s(
    instants: Sequence[JudgedInstant], which: Callable[[JudgedRobot], bool] = lambda _: True
) -> float:
    return sum(instant.duration_s * sum(map(which, instant.robots)) for instant in instants)


def _per_robot_hour(instants: Sequence[JudgedInstant], count: int) -> float | None:
    total_s = _robots_s(instants)
    return count * _HOUR_S / total_s if total_s else None
