import math
from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.judge import judge
from gpss_pose_ros.safety.settings import Assumption, Site, Unseen
from gpss_pose_ros.safety.values import SeparationTerms, Verdict

from .hall import EXACT, NOW_NS, SEEN, SITE, coverage, person, robot

JUST = 2.0**-40
STOP, WARNING, CLEAR = Verdict.PROTECTIVE_STOP, Verdict.WARNING, Verdict.CLEAR
BESIDE = coverage([((0.625, -9.0), (9.0, 9.0))])  # unseen floor just before the robot
UNDER = coverage([((0.0, 0.0), (0.125, 0.125))])


def judged(cart, persons=(), floor=SEEN, site=SITE):
    judgement = judge([cart], persons, floor, site, NOW_NS)
    (verdict,), (causes,) = judgement.robots, judgement.causes
    return verdict, causes


def test_nobody_and_all_seen_is_clear():
    cart = robot(velocity_mps=(0.5, 0.0), captured_ns=NOW_NS - 250_000_000)
    verdict, causes = judged(cart)
    assert (verdict.robot_id, verdict.verdict, verdict.reason) == ("r", CLEAR, "")
    assert (verdict.track_ids, verdict.terms) == ((), None)
    assert verdict.distance_m == math.inf
    assert (verdict.allowed_speed_mps, verdict.speed_mps, verdict.age_s) == (2.0, 0.5, 0.25)
    assert causes == Cause.NONE


@pytest.mark.parametrize(
    ("x_m", "expected", "ids", "causes"),
    [
        (0.0, STOP, (1,), Cause.PERSON_NEAR),
        (2.0 - JUST, STOP, (1,), Cause.PERSON_NEAR),
        (2.0, STOP, (1,), Cause.PERSON_NEAR),
        (2.0 + JUST, WARNING, (1,), Cause.NONE),
        (2.5, WARNING, (1,), Cause.NONE),
        (2.5 + JUST, CLEAR, (), Cause.NONE),
    ],
)
def test_verdict_at_the_separation_distance_and_at_the_warning(x_m, expected, ids, causes):
    verdict, found = judged(robot(), [person(x_m)])
    assert (verdict.verdict, verdict.track_ids, found) == (expected, ids, causes)
    assert verdict.distance_m == pytest.approx(max(x_m - 0.5, 0.0) - 1.5, abs=1e-14)
    assert verdict.terms == SeparationTerms(0.5, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert (verdict.allowed_speed_mps == 0.0) == (expected is STOP)
    assert bool(verdict.reason) == (expected is not CLEAR)


def test_the_profile_decides_how_early_it_warns():
    assert judged(robot(warning_m=0.0), [person(2.0 + JUST)])[0].verdict is CLEAR
    assert judged(robot(warning_m=1.0), [person(2.75)])[0].verdict is WARNING


def test_reasons_are_sentences_with_numbers():
    assert judged(robot(), [person(1.75)])[0].reason == (
        "person 1 is 0.25 m within the distance of 1.50 m"
    )
    assert "0.00 m within" in judged(robot(), [person(2.0)])[0].reason
    assert judged(robot(), [person(2.25, held=True, track_id=4)])[0].reason == (
        "person 4, not seen now, is 0.25 m beyond the distance of 1.50 m"
    )
    both = judged(robot(), [person(1.75)], UNDER)[0]
    assert both.reason == (
        "person 1 is 0.25 m within the distance of 1.50 m;"
        " no live camera sees all the floor it needs until it stands"
    )


def test_the_nearest_zone_counts_not_the_nearest_person():
    uncertain = person(3.0, track_id=5, sigma_m=1.0)
    verdict, _ = judged(robot(), [person(2.25, track_id=9), uncertain])
    assert verdict.verdict is STOP
    assert verdict.track_ids == (5,)
    assert verdict.distance_m == -2.0
    assert verdict.terms.person_uncertainty_m == 3.0
    assert "person 5" in verdict.reason


def test_all_who_cause_the_verdict_are_named_the_nearest_first():
    people = [
        person(1.75, track_id=4),
        person(2.25, track_id=3),
        person(1.5, track_id=8),
        person(1.75, track_id=2),
        person(2.0, track_id=1),
    ]
    assert judged(robot(), people)[0].track_ids == (8, 2, 4, 1)
    warned = [person(2.5, track_id=6), person(2.25, track_id=7), person(9.0, track_id=1)]
    assert judged(robot(), warned)[0].track_ids == (7, 6)


def test_allowed_speed_is_the_least_over_all_persons():
    near, uncertain = person(6.0, track_id=1), person(6.5, track_id=2, sigma_m=0.5)
    cart = robot(largest_speed_mps=9.0)
    alone = [judged(cart, [someone])[0].allowed_speed_mps for someone in (near, uncertain)]
    assert judged(cart, [near, uncertain])[0].allowed_speed_mps == min(alone) == alone[1]
    assert judged(robot(), [person(99.0)])[0].allowed_speed_mps == 2.0


def test_allowed_speed_is_where_the_verdict_turns():
    people = [person(6.0)]
    allowed = judged(robot(), people)[0].allowed_speed_mps
    assert 0.0 < allowed < 2.0
    slower, faster = (robot(velocity_mps=(0.0, allowed + d)) for d in (-1e-9, 1e-9))
    assert judged(slower, people)[0].verdict is WARNING
    assert judged(faster, people)[0].verdict is STOP


def test_who_is_taken_to_stand_may_be_nearer():
    people = [person(1.75)]
    assert judged(robot(), people)[0].verdict is STOP
    reach = robot(assumption=Assumption.REACH)
    assert judged(reach, people)[0].verdict is WARNING
    assert judged(reach, [person(1.5)])[0].verdict is STOP


@pytest.mark.parametrize("floor", [UNDER, coverage(side_m=0.25)])
@pytest.mark.parametrize(
    ("unseen", "expected", "allowed_mps", "cause"),
    [
        (Unseen.STOP, STOP, 0.0, Cause.UNSEEN_FLOOR),
        (Unseen.CREEP, WARNING, 0.3, Cause.UNSEEN_FLOOR),
        (Unseen.IGNORE, CLEAR, 2.0, Cause.NONE),
    ],
)
def test_on_unseen_floor_the_profile_decides(floor, unseen, expected, allowed_mps, cause):
    verdict, causes = judged(robot(unseen=unseen), floor=floor)
    assert (verdict.verdict, verdict.allowed_speed_mps, causes) == (expected, allowed_mps, cause)
    assert verdict.distance_m == math.inf
    assert verdict.track_ids == ()
    assert ("no live camera sees" in verdict.reason) == (expected is not CLEAR)


def test_unseen_floor_ahead_counts_as_soon_as_braking_would_end_on_it():
    assert judged(robot(), floor=BESIDE)[0].verdict is CLEAR
    assert judged(robot(velocity_mps=(-1.0, 0.0)), floor=BESIDE)[0].verdict is CLEAR
    assert judged(robot(velocity_mps=(0.2, 0.0)), floor=BESIDE)[0].verdict is CLEAR
    assert judged(robot(velocity_mps=(0.24, 0.0)), floor=BESIDE)[0].verdict is STOP


def test_human_free_floor_need_not_be_seen():
    free = replace(UNDER, human_free=np.ones_like(UNDER.human_free))
    assert judged(robot(), floor=free) == judged(robot())


def test_the_worse_of_persons_and_floor_counts():
    creeping = robot(unseen=Unseen.CREEP)
    verdict, causes = judged(creeping, [person(1.5)], UNDER)
    assert (verdict.verdict, verdict.allowed_speed_mps) == (STOP, 0.0)
    assert causes == Cause.PERSON_NEAR | Cause.UNSEEN_FLOOR
    assert "camera" not in verdict.reason
    verdict, causes = judged(robot(), [person(2.25)], UNDER)
    assert (verdict.verdict, verdict.track_ids) == (STOP, ())
    assert causes == Cause.UNSEEN_FLOOR
    assert "person" not in verdict.reason
    verdict, _ = judged(creeping, [person(2.25)], UNDER)
    assert (verdict.verdict, verdict.track_ids) == (WARNING, (1,))
    assert verdict.reason.startswith("person 1 is")
    assert "camera" in verdict.reason


def test_creeping_is_never_faster_than_the_robot_or_the_persons_allow():
    slow = robot(unseen=Unseen.CREEP, largest_speed_mps=0.2)
    assert judged(slow, floor=UNDER)[0].allowed_speed_mps == 0.2
    near = [person(2.25)]
    allowed = judged(robot(), near)[0].allowed_speed_mps
    assert 0.0 < allowed < 0.3
    assert judged(robot(unseen=Unseen.CREEP), near, UNDER)[0].allowed_speed_mps == allowed
    fast = robot(unseen=Unseen.CREEP, creep_speed_mps=0.5)
    assert judged(fast, floor=UNDER)[0].allowed_speed_mps == 0.5


def test_who_is_held_is_not_on_floor_that_is_seen():
    lost = person(5.0, held=True, sigma_m=2.0)
    walked_m = 0.5 * EXACT.walking_speed_mps  # while cameras may miss them
    verdict, _ = judged(robot(), [lost])
    assert verdict.terms.person_uncertainty_m == walked_m
    assert verdict.distance_m == pytest.approx(4.5 - walked_m - 1.5)
    assert judged(robot(), [replace(lost, held=False)])[0].distance_m == pytest.approx(-3.0)
    door = coverage([((-4.0, -1.0), (-2.5, 1.0))])
    assert judged(robot(), [lost], door)[0].distance_m == pytest.approx(2.0 - 1.5, abs=0.2)
    assert judged(robot(), [lost], door)[0].distance_m < 0.5 + 1e-9
    assert judged(robot(unseen=Unseen.IGNORE), [lost], UNDER)[0].distance_m == -1.5


def test_one_who_is_held_changes_nothing_for_others():
    lost, seen = person(5.0, held=True, sigma_m=2.0), person(0.0, 9.0, track_id=2, sigma_m=1.0)
    verdict, _ = judged(robot(), [lost, seen])
    assert verdict.distance_m == judged(robot(), [lost])[0].distance_m
    near = replace(seen, points_m=[[0.0, 4.0]])
    assert judged(robot(), [lost, near])[0].track_ids == (2,)


def test_every_robot_and_every_person_in_their_order():
    robots = [robot((x, 0.0), robot_id=f"r{x}") for x in (4.0, -4.0, 0.0)]
    people = [person(x, 5.0, track_id=i) for i, x in ((7, 4.0), (2, 0.0), (5, -4.0))]
    judgement = judge(robots, people, UNDER, SITE, NOW_NS)
    assert [v.robot_id for v in judgement.robots] == ["r4.0", "r-4.0", "r0.0"]
    assert judgement.causes == (Cause.NONE, Cause.NONE, Cause.UNSEEN_FLOOR)
    assert [z.track_id for z in judgement.zones] == [7, 2, 5]
    for one, verdict in zip(robots, judgement.robots, strict=True):
        assert judged(one, people, UNDER)[0] == verdict


def test_robots_of_different_shapes_are_judged_together():
    triangle = robot((5.0, 0.0), footprint_m=((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), robot_id="t")
    people = [person(8.0), person(-3.0, track_id=2)]
    together = judge([robot(), triangle], people, SEEN, SITE, NOW_NS).robots
    assert together == tuple(judged(one, people)[0] for one in (robot(), triangle))


def test_zones_hold_what_robots_demand():
    judgement = judge([robot(), robot((0, 9), (1.0, 0.0))], [person(5.0)], SEEN, SITE, NOW_NS)
    assert judgement.zones[0].separation_m == 3.5


def test_no_robots_and_no_persons_is_an_empty_judgement():
    judgement = judge([], [], SEEN, SITE, NOW_NS)
    assert (judgement.robots, judgement.zones, judgement.causes) == ((), (), ())
    assert judge([], [person(0.0, held=True)], SEEN, SITE, NOW_NS).zones[0].separation_m == 0.75


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:overflow", "ignore:divide by zero")
@pytest.mark.parametrize(
    ("changes", "x_m", "walking_mps"),
    [
        ({}, 1e200, 1.0),
        ({"position_m": (1e308, 0.0)}, -1e308, 1.0),
        ({}, 5.0, 1e308),
        ({"deceleration_mps2": 1e-308}, 5.0, 1.0),
        ({"deceleration_mps2": 1e-308, "assumption": Assumption.REACH}, 5.0, 1.0),  # 0 * inf
    ],
)
def test_what_cannot_be_computed_stops(changes, x_m, walking_mps):
    site = Site(person=replace(EXACT, walking_speed_mps=walking_mps))
    cart = robot(velocity_mps=(1.9, 0.0), unseen=Unseen.IGNORE, **changes)
    verdict, causes = judged(cart, [person(x_m)], site=site)
    assert (verdict.verdict, verdict.allowed_speed_mps) == (STOP, 0.0)
    assert verdict.distance_m < 0.0
    assert causes == Cause.PERSON_NEAR
