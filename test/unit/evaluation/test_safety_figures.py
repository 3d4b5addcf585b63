"""Safety against the truth: whoever is unguarded or missed counts, and nobody else."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.evaluation.person_record import TruePerson
from gpss_pose_ros.evaluation.safety_figures import safety_figures, stops_by_persons
from gpss_pose_ros.evaluation.safety_judgement import TOLERANCE_M, judge_run
from gpss_pose_ros.evaluation.safety_record import SeenFloor, TrueBody, TrueScene
from gpss_pose_ros.evaluation.safety_tables import cause_lines, missed_lines, verdict_lines
from gpss_pose_ros.evaluation.safety_truth import Truth
from gpss_pose_ros.evaluation.true_separation import gap_m, true_allowed_mps, true_separation_m
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import MonitorSettings, RobotEntry, Site
from gpss_pose_ros.safety.values import Verdict
from gpss_pose_ros.types import Side

from .safety_scenes import (
    CYCLE_NS,
    FLOOR,
    NOWHERE,
    PROFILE,
    body,
    robot,
    said,
    standing,
    told,
    zone,
)

SITE = Site(
    robots=(RobotEntry("atr", PROFILE, "/atr/odom"),), monitor=MonitorSettings(period_s=0.05)
)
NAMES_THAT_SCRIPTS_READ = {
    "uncovered_person_seconds",
    "person_seconds_in_zones",
    "nuisance_stops_per_hour",
    "longest_blind_gap_s",
    "missed_person_rate",
    "missed_person_rate_low_95",
    "missed_person_rate_high_95",
    "stop_fraction",
    "unknown_fraction",
}
STANDING_M = true_separation_m(PROFILE, SITE.person, 0.0)
DRIVING_M = true_separation_m(PROFILE, SITE.person, 0.5)
FRONT_M = 0.5  # of the robot's outline


def judged(cycles, bodies=(), robots=None):
    """Judge cycles on a floor on which nothing moves; a last one says how long the others stood."""
    robots = (robot(),) if robots is None else robots
    last_ns = cycles[-1].stamp_ns
    truth = Truth(standing(bodies, robots, last_ns))
    return judge_run([*cycles, said(last_ns + CYCLE_NS)], truth, SITE)


def cycles_of(*verdicts, **rest):
    return [said(k * CYCLE_NS, (verdict,), **rest) for k, verdict in enumerate(verdicts)]


def values(instants):
    return {figure.name: figure.value for figure in safety_figures(instants)}


def test_the_names_are_those_that_scripts_read_and_nothing_measured_is_not_safe():
    figures = safety_figures(())
    assert {figure.name for figure in figures} >= NAMES_THAT_SCRIPTS_READ
    assert not any(figure.reached for figure in figures if figure.goal)
    assert "not measured" in Report("demo", figures).table()


@pytest.mark.parametrize("distance_m", [0.0, STANDING_M - 1e-4])
@pytest.mark.parametrize(
    ("verdict", "unguarded"),
    [
        (told(Verdict.CLEAR), True),
        (told(Verdict.CLEAR, allowed_mps=0.0), True),
        (told(Verdict.WARNING, allowed_mps=0.3), True),
        (told(Verdict.WARNING, allowed_mps=float("nan")), True),
        (told(Verdict.WARNING, allowed_mps=0.0), False),
        (told(Verdict.UNKNOWN), False),
        (told(Verdict.PROTECTIVE_STOP), False),
    ],
)
def test_who_is_near_is_unguarded_unless_the_robot_stops(distance_m, verdict, unguarded):
    figures = values(judged(cycles_of(verdict), [body(FRONT_M + distance_m)]))
    assert figures["person_seconds_in_zones"] == pytest.approx(0.05)
    assert figures["uncovered_person_seconds"] == pytest.approx(0.05 * unguarded)


def test_the_distance_that_counts_is_that_of_the_robots_true_speed():
    between = [body(FRONT_M + (STANDING_M + DRIVING_M) / 2.0)]
    cycles = cycles_of(told(Verdict.CLEAR))
    assert values(judged(cycles, between))["uncovered_person_seconds"] == 0.0
    fast = values(judged(cycles, between, (robot(speed_mps=0.5),)))
    assert fast["uncovered_person_seconds"] == pytest.approx(0.05)


@pytest.mark.parametrize(("over_mps", "unguarded"), [(-1e-3, False), (1e-3, True)])
def test_a_warning_guards_when_it_makes_the_robot_slow_enough(over_mps, unguarded):
    distance_m = (STANDING_M + DRIVING_M) / 2.0
    allowed = true_allowed_mps(PROFILE, SITE.person, distance_m) + over_mps
    figures = values(
        judged(
            cycles_of(told(Verdict.WARNING, allowed)),
            [body(FRONT_M + distance_m)],
            (robot(speed_mps=0.5),),
        )
    )
    assert (figures["uncovered_person_seconds"] > 0.0) is unguarded
    assert figures["person_seconds_in_zones"] > 0.0


def test_one_person_between_two_robots_counts_once():
    robots = (robot(-1.5), robot(1.5, robot_id="other"))
    cycle = said(0, (told(Verdict.CLEAR), told(Verdict.CLEAR, robot_id="other")))
    assert values(judged([cycle], [body()], robots))["uncovered_person_seconds"] == pytest.approx(
        0.05
    )


@pytest.mark.parametrize("floor", [NOWHERE, None], ids=["unseen", "not yet said"])
def test_on_floor_that_no_camera_sees_nobody_counts(floor):
    figures = values(judged([said(0, floor=floor)], [body(1.0)]))
    assert figures["uncovered_person_seconds"] == figures["person_seconds_in_zones"] == 0.0
    assert figures["missed_person_rate"] is figures["missed_person_rate_high_95"] is None
    assert figures["longest_blind_gap_s"] == 0.0


def test_floor_is_seen_where_all_of_the_feet_are():
    seen = np.zeros((2, 3), dtype=bool)
    seen[1, 2] = True
    floor = SeenFloor((1.0, -1.0), 0.5, seen)
    assert floor.sees(np.array([[2.0, -0.5], [2.499, -0.001]]))
    assert not floor.sees(np.array([[2.25, -0.25], [1.99, -0.25]]))
    for outside in ([2.5, -0.25], [2.25, 0.0], [0.9, -0.25], [2.25, -1.1], [-1e3, -1e3]):
        assert not floor.sees(np.array([outside]))


@pytest.mark.parametrize(("x_m", "missed"), [(0.849, 0.0), (0.851, 1.0)])
def test_who_is_in_no_reach_zone_is_missed(x_m, missed):
    figures = values(judged([said(0, zones=(zone(9.0), zone()))], [body(x_m)]))
    assert figures["missed_person_rate"] == missed
    assert figures["longest_blind_gap_s"] == pytest.approx(0.05 * missed)


def test_a_gap_is_the_longest_unbroken_one_of_one_person():
    gaps = [said(k * CYCLE_NS, zones=() if missed else (zone(),)) for k, missed in enumerate(
        [1, 1, 0, 1, 1, 1, 0, 1]
    )]  # fmt: skip
    instants = judged(gaps, [body(), body(0.1, person_id=2)])
    assert values(instants)["longest_blind_gap_s"] == pytest.approx(3 * 0.05)
    assert values(instants)["missed_person_rate"] == pytest.approx(6 / 8)


def test_two_persons_gaps_one_after_the_other_are_not_one_gap():
    cycles = [said(0, zones=(zone(0.0),)), said(CYCLE_NS, zones=(zone(5.0),))]
    instants = judged(cycles, [body(0.0), body(5.0, person_id=2)])
    assert values(instants)["longest_blind_gap_s"] == pytest.approx(0.05)


def test_bounds_are_those_of_one_trial_a_person_every_five_seconds():
    quiet = [said(k * CYCLE_NS, zones=(zone(),)) for k in range(1200)]  # a minute: 12 trials
    figures = values(judged(quiet, [body()]))
    assert figures["missed_person_rate"] == figures["missed_person_rate_low_95"] == 0.0
    assert figures["missed_person_rate_high_95"] == pytest.approx(1.0 - 0.025 ** (1 / 12))


STOP = told(Verdict.PROTECTIVE_STOP, track_ids=(3,))


@pytest.mark.parametrize(
    ("cycles", "distance_m", "stops", "nuisances"),
    [
        (cycles_of(STOP, STOP), 9.0, 1, 1),
        (cycles_of(STOP, told(Verdict.CLEAR), STOP), 9.0, 2, 2),
        (cycles_of(STOP), STANDING_M + TOLERANCE_M - 1e-3, 1, 0),
        (cycles_of(STOP), STANDING_M + TOLERANCE_M + 1e-3, 1, 1),
        (cycles_of(told(Verdict.PROTECTIVE_STOP)), 9.0, 0, 0),
        (cycles_of(told(Verdict.UNKNOWN, track_ids=(3,))), 9.0, 0, 0),
        (cycles_of(told(Verdict.WARNING, track_ids=(3,))), 9.0, 0, 0),
    ],
    ids=["one", "two", "tolerated", "not tolerated", "a fault", "unknown", "a warning"],
)
def test_a_stop_with_nobody_near_is_a_nuisance(cycles, distance_m, stops, nuisances):
    figures = values(judged(cycles, [body(FRONT_M + distance_m)]))
    hours = len(cycles) * 0.05 / 3600.0
    assert figures["stops_by_persons_per_hour"] == pytest.approx(stops / hours)
    assert figures["nuisance_stops_per_hour"] == pytest.approx(nuisances / hours)


def test_a_stop_that_was_right_at_its_begin_is_right():
    walks_away = [TrueScene(k * 100_000_000, (body(2.9 + 0.2 * k),), (robot(),)) for k in range(12)]
    instants = judge_run(cycles_of(*[STOP] * 20), Truth(walks_away), SITE)
    assert [s.person_near for s in next(stops_by_persons(instants))][::18] == [True, False]
    assert values(instants)["nuisance_stops_per_hour"] == 0.0


def test_fractions_are_of_time_and_a_verdict_stands_until_receivers_stop_waiting():
    cycles = [
        said(0, (told(Verdict.CLEAR),)),
        said(CYCLE_NS, (told(Verdict.PROTECTIVE_STOP),)),
        said(2 * CYCLE_NS, (told(Verdict.UNKNOWN),)),
        said(20 * CYCLE_NS, (told(Verdict.CLEAR),)),
    ]
    figures = values(judge_run(cycles, Truth(standing((), (robot(),), 20 * CYCLE_NS)), SITE))
    assert figures["safety_judged_s"] == pytest.approx(0.05 + 0.05 + 0.1)
    assert figures["stop_fraction"] == pytest.approx(0.25)
    assert figures["unknown_fraction"] == pytest.approx(0.5)


def test_what_is_said_is_judged_at_its_own_time():
    arrives = [TrueScene(k * 100_000_000, (body(2.15 - 0.16 * k),), (robot(),)) for k in range(3)]
    early, late = said(1), said(140_000_000)
    instants = judge_run([late, early, said(199_000_000)], Truth(arrives), SITE)
    assert [i.stamp_ns for i in instants] == [1, 140_000_000]
    assert [bool(i.persons[0].near) for i in instants] == [False, True]


def test_between_two_pictures_everything_moves_straight():
    feet = np.array([[0.0, 0.1], [0.0, -0.1]])
    trunk = np.array([[0.1, 0.0]])
    first = TrueScene(0, (TrueBody(1, feet, trunk),), (robot(yaw_rad=3.0, speed_mps=0.2),))
    last = TrueScene(
        400_000_000,
        (TrueBody(1, feet + np.array([0.8, 0.0]), trunk + np.array([0.4, 0.0])), body(person_id=2)),
        (robot(1.0, 2.0, yaw_rad=-3.0, speed_mps=0.2), robot(robot_id="new")),
    )
    scene = Truth([last, first]).at(100_000_000)
    (person,), (machine,) = scene.bodies, scene.robots
    assert person.position_m == pytest.approx([0.2, 0.0])
    assert person.points_m[-1] == pytest.approx([0.2, 0.0])
    assert person.speed_mps == pytest.approx(2.0)
    assert machine.position_m == pytest.approx([0.25, 0.5])
    assert machine.yaw_rad == pytest.approx(3.0 + (2.0 * np.pi - 6.0) / 4.0)


@pytest.mark.parametrize(
    ("stamp_ns", "known"),
    [(-1, False), (0, True), (499_999_999, True), (500_000_000, False), (1_100_000_000, False)],
)
def test_outside_the_run_and_in_wide_gaps_nothing_is_known(stamp_ns, known):
    scenes = [TrueScene(s, (), ()) for s in (0, 500_000_000, 1_200_000_000)]
    assert (Truth(scenes).at(stamp_ns) is not None) is known
    assert Truth([]).at(0) is None


def test_a_body_has_the_feet_and_the_trunk_of_the_truth():
    keypoints = np.arange(51.0).reshape(17, 3)
    feet = {Side.LEFT: np.array([1.0, 2.0]), Side.RIGHT: np.array([3.0, 4.0])}
    whole = TrueBody.of(TruePerson(4, feet, {}, keypoints))
    assert whole.person_id == 4
    assert whole.position_m.tolist() == [2.0, 3.0]
    shoulders_and_hips = keypoints[[5, 6, 11, 12], :2].tolist()
    assert whole.points_m.tolist() == [[1.0, 2.0], [3.0, 4.0], *shoulders_and_hips]
    assert len(TrueBody.of(TruePerson(4, feet, {})).points_m) == 2


places = st.tuples(st.floats(-4.0, 4.0), st.floats(-4.0, 4.0))
verdicts = st.builds(
    told,
    st.sampled_from(Verdict),
    st.floats(0.0, 1.0),
    st.sampled_from([(), (1,)]),
)
steps = st.tuples(
    verdicts, st.lists(places, max_size=3), st.booleans(), st.integers(1, 3 * CYCLE_NS)
)


@settings(max_examples=50, deadline=None)
@given(st.lists(steps, min_size=1, max_size=12), st.lists(places, max_size=3), st.floats(0.0, 1.0))
def test_the_seconds_are_those_of_a_plain_count(steps, where, speed_mps):
    bodies = [body(x, y, person_id=k) for k, (x, y) in enumerate(where)]
    stamps = np.cumsum([0, *(step[-1] for step in steps)])
    cycles = [
        said(int(stamp), (verdict,), [zone(x, y) for x, y in zones], FLOOR if seen else NOWHERE)
        for stamp, (verdict, zones, seen, _) in zip(stamps[:-1], steps, strict=True)
    ]
    truth = Truth(standing(bodies, (robot(speed_mps=speed_mps),), int(stamps[-1])))
    figures = values(judge_run([*cycles, said(int(stamps[-1]))], truth, SITE))
    near_s = unguarded_s = covered_s = missed_s = 0.0
    for (verdict, zones, seen, lasts_ns), (x, y) in itertools.product(steps, where):
        if not seen:
            continue
        lasts_s = min(lasts_ns / 1e9, 0.1)
        gap = np.hypot(max(abs(x) - 0.5, 0.0), max(abs(y) - 0.4, 0.0))
        near = gap <= true_separation_m(PROFILE, SITE.person, speed_mps)
        stopped = verdict.verdict >= Verdict.UNKNOWN or (
            verdict.verdict is Verdict.WARNING
            and (
                verdict.allowed_speed_mps == 0.0
                or true_separation_m(PROFILE, SITE.person, verdict.allowed_speed_mps) <= gap
            )
        )
        near_s += lasts_s * near
        unguarded_s += lasts_s * (near and not stopped)
        covered_s += lasts_s
        missed_s += lasts_s * all(np.hypot(x - u, y - v) > 0.85 for u, v in zones)
    assert figures["person_seconds_in_zones"] == pytest.approx(near_s)
    assert figures["uncovered_person_seconds"] == pytest.approx(unguarded_s)
    if covered_s:
        assert figures["missed_person_rate"] == pytest.approx(missed_s / covered_s)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(places, min_size=2, max_size=2),
    st.lists(places, max_size=4),
    places,
    st.floats(0.0, 1.0),
    st.floats(-3.0, 3.0),
)
def test_all_of_a_body_counts_to_all_of_a_robot(feet, trunk, where, speed_mps, yaw_rad):
    person = TrueBody(1, np.array(feet), np.reshape(trunk, (-1, 2)))
    machine = robot(*where, speed_mps=speed_mps, yaw_rad=yaw_rad)
    gap = gap_m(person.points_m, machine.footprint_m)
    (instant,) = judged([said(0)], [person], (machine,))
    (judged_person,), (judged_robot,) = instant.persons, instant.robots
    separation = true_separation_m(PROFILE, SITE.person, machine.speed_mps)
    assert bool(judged_person.near) is (gap <= separation)
    assert judged_robot.person_near is (gap <= separation + TOLERANCE_M)


def test_the_table_says_what_each_robot_was_told():
    told_all = cycles_of(
        STOP, told(Verdict.PROTECTIVE_STOP), told(Verdict.WARNING), told(Verdict.CLEAR)
    )
    heading, row = verdict_lines(judged(told_all, [body()]))
    assert heading.split()[-6:] == ["warning", "stop:", "person", "stop:", "other", "unknown"]
    assert row.split() == ["atr", "25.0%", "25.0%", "25.0%", "25.0%", "0.0%"]
    (line,) = missed_lines(judged(told_all, [body()]))
    assert "100.00% of them" in line
    assert missed_lines(()) == ["nobody was on floor that cameras see"]


def test_the_causes_are_told_by_how_long_they_lasted():
    cycles = [
        said(0, causes=Cause.PERSON_NEAR),
        said(CYCLE_NS, causes=Cause.PERSON_NEAR | Cause.CAMERA_STALE),
        said(2 * CYCLE_NS),
        said(3 * CYCLE_NS),
    ]
    assert cause_lines(judged(cycles)) == [
        "causes, of 0.2 s judged: PERSON_NEAR 50.0%, CAMERA_STALE 25.0%"
    ]
    assert cause_lines(()) == ["causes, of 0.0 s judged: none"]
