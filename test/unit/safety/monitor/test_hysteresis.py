"""Hysteresis: fast in, slow out."""

import math
from dataclasses import replace

import pytest

from gpss_pose_ros.safety.hysteresis import Hysteresis
from gpss_pose_ros.safety.values import RobotVerdict, Verdict

CLEAR, WARNING, UNKNOWN, STOP = Verdict
SECOND = 1_000_000_000


def judged(verdict, distance_m=10.0, allowed_mps=1.5, reason="", track_ids=()):
    allowed_mps = 0.0 if verdict >= UNKNOWN else allowed_mps
    return RobotVerdict("r", verdict, reason, track_ids, distance_m, allowed_mps, 0.3, None, 0.1)


def at(distance_m):
    """What judge says of a robot so far from the separation distance, warned up to 0.5 m."""
    if not distance_m > 0.0:
        return judged(STOP, distance_m, reason="near")
    return judged(CLEAR if distance_m > 0.5 else WARNING, distance_m, reason="nearly near")


@pytest.fixture
def hysteresis():
    return Hysteresis(warning_m=0.5, clear_after_s=1.0, clear_margin_m=0.1)


def told(hysteresis, *distances_m, period_s=0.1):
    """The verdicts of a robot at these distances, one per period."""
    return [
        hysteresis.update(at(d), round(k * period_s * SECOND)).verdict
        for k, d in enumerate(distances_m)
    ]


def test_what_is_judged_is_told_as_it_is_where_nothing_was_worse(hysteresis):
    clear = judged(CLEAR)
    assert hysteresis.update(clear, 0) is clear


@pytest.mark.parametrize("worse", [WARNING, UNKNOWN, STOP])
def test_worse_is_told_at_once(hysteresis, worse):
    hysteresis.update(judged(CLEAR), 0)
    verdict = judged(worse, math.nan if worse is UNKNOWN else 0.0, reason="why")
    assert hysteresis.update(verdict, 1) is verdict


@pytest.mark.parametrize(("early_ns", "told"), [(0, CLEAR), (1, STOP)])
def test_better_is_told_after_exactly_its_time(hysteresis, early_ns, told):
    hysteresis.update(at(-0.1), 5 * SECOND)
    assert hysteresis.update(at(9.0), 6 * SECOND - early_ns).verdict is told


def test_better_must_last(hysteresis):
    distances = [-0.1] + [9.0] * 9 + [-0.1] + [9.0] * 10
    assert told(hysteresis, *distances) == [STOP] * 20 + [CLEAR]


def test_oscillation_on_the_boundary_stays_stopped(hysteresis):
    distances = [-0.01, 0.01] * 40
    assert set(told(hysteresis, *distances)) == {STOP}
    assert set(told(hysteresis, *[0.1] * 40, period_s=1.0)) == {STOP}


@pytest.mark.parametrize(
    ("distance_m", "in_the_end"),
    [(0.1, STOP), (0.1 + 1e-9, WARNING), (0.6, WARNING), (0.6 + 1e-9, CLEAR)],
)
def test_better_needs_more_distance_by_exactly_the_margin(hysteresis, distance_m, in_the_end):
    assert told(hysteresis, -0.1, *[distance_m] * 20)[-1] is in_the_end


def test_the_margin_does_not_matter_on_the_way_in(hysteresis):
    assert told(hysteresis, 9.0, 0.6, 0.51, 0.5, 0.1, 0.01, 0.0) == [
        CLEAR, CLEAR, CLEAR, WARNING, WARNING, WARNING, STOP,
    ]  # fmt: skip


def test_from_stop_it_may_go_to_a_warning_first(hysteresis):
    assert told(hysteresis, -0.1, *[0.3] * 10, *[9.0] * 10) == (
        [STOP] * 10 + [WARNING] * 10 + [CLEAR]
    )


def test_nan_is_never_better(hysteresis):
    hysteresis.update(at(-0.1), 0)
    strange = judged(CLEAR, math.nan)
    assert hysteresis.update(strange, 9 * SECOND).verdict is STOP


def test_a_robot_that_was_unknown_is_told_so_for_a_while(hysteresis):
    hysteresis.update(judged(UNKNOWN, math.nan, reason="silent"), 0)
    verdict = hysteresis.update(judged(CLEAR), SECOND - 1)
    assert (verdict.verdict, verdict.allowed_speed_mps) == (UNKNOWN, 0.0)
    assert verdict.reason == "a moment ago silent"
    assert hysteresis.update(judged(CLEAR), SECOND).verdict is CLEAR


def test_unknown_is_not_better_than_stop(hysteresis):
    hysteresis.update(at(-0.1), 0)
    assert hysteresis.update(judged(UNKNOWN, math.nan), 9 * SECOND).verdict is STOP


def test_what_is_held_back_says_why_and_of_whom_and_how_it_is_now(hysteresis):
    hysteresis.update(judged(STOP, -0.2, reason="person 7 is near", track_ids=(7,)), 0)
    now = replace(judged(CLEAR, 8.0), track_ids=(9,))
    assert hysteresis.update(now, 1) == replace(
        now,
        verdict=STOP,
        reason="a moment ago person 7 is near",
        track_ids=(7,),
        allowed_speed_mps=0.0,
    )


def test_within_the_margin_the_first_reason_is_told_after_the_present_one(hysteresis):
    hysteresis.update(judged(STOP, -0.2, reason="person 7 is near"), 0)
    verdict = hysteresis.update(at(0.05), 9 * SECOND)
    assert verdict.verdict is STOP
    assert verdict.reason == "nearly near; a moment ago person 7 is near"


def test_a_warning_held_back_allows_no_more_speed_than_it_did(hysteresis):
    hysteresis.update(judged(WARNING, 9.0, 0.3, reason="creep"), 0)
    verdict = hysteresis.update(judged(CLEAR, 9.0, 1.5), 1)
    assert (verdict.verdict, verdict.allowed_speed_mps) == (WARNING, 0.3)
    slower = hysteresis.update(judged(CLEAR, 9.0, 0.2), 2)
    assert slower.allowed_speed_mps == 0.2


def test_a_warning_that_lasts_allows_what_is_allowed_now(hysteresis):
    hysteresis.update(judged(WARNING, 9.0, 0.3, reason="creep"), 0)
    assert hysteresis.update(judged(WARNING, 9.0, 0.8, reason="creep"), 1).allowed_speed_mps == 0.8


def test_who_comes_back_from_unknown_near_the_boundary_is_warned(hysteresis):
    hysteresis.update(judged(UNKNOWN, math.nan, reason="silent"), 0)
    verdict = hysteresis.update(judged(CLEAR, 0.55, 1.1), SECOND)
    assert (verdict.verdict, verdict.allowed_speed_mps) == (WARNING, 1.1)
    assert verdict.reason == "a moment ago less than 0.1 m from where it has to be slow"


def test_without_time_and_margin_everything_is_told_at_once():
    hysteresis = Hysteresis(0.5, 0.0, 0.0)
    assert told(hysteresis, -1.0, 9.0, 0.0, 0.5, 0.51) == [STOP, CLEAR, STOP, WARNING, CLEAR]
