"""Laws of hysteresis and gate: never better than judged, never faster than allowed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.safety.gate import PlanarTwist, fastest_mps, limited
from gpss_pose_ros.safety.hysteresis import Hysteresis
from gpss_pose_ros.safety.values import RobotVerdict, Verdict

lawful = settings(derandomize=True, deadline=None, max_examples=100)
SECOND = 1_000_000_000
WARNING_M, CLEAR_AFTER_S, MARGIN_M = 0.5, 1.0, 0.1


@st.composite
def judged(draw):
    """Any verdict that fits its distance; one of the site has none."""
    distance_m = draw(st.sampled_from([-1.0, 0.0, 0.05, 0.1, 0.3, 0.55, 0.6, 0.61, 9.0, math.inf]))
    near = Verdict.CLEAR if distance_m > WARNING_M else Verdict.WARNING
    least = near if distance_m > 0.0 else Verdict.PROTECTIVE_STOP
    verdict = max(least, draw(st.sampled_from(Verdict)))
    if verdict >= Verdict.UNKNOWN and draw(st.booleans()):
        distance_m = math.nan
    allowed_mps = 0.0 if verdict >= Verdict.UNKNOWN else draw(st.sampled_from([0.2, 0.9, 1.5]))
    return RobotVerdict("r", verdict, "why", (), distance_m, allowed_mps, 0.1, None, 0.0)


histories = st.lists(st.tuples(judged(), st.sampled_from([0.1, 0.5, 1.0, 1.1])), max_size=30)


def told(history):
    """When, what was judged, and what was told."""
    hysteresis = Hysteresis(WARNING_M, CLEAR_AFTER_S, MARGIN_M)
    now_ns, lines = 0, []
    for verdict, passed_s in history:
        now_ns += round(passed_s * SECOND)
        lines.append((now_ns, verdict, hysteresis.update(verdict, now_ns)))
    return lines


@lawful
@given(histories)
def test_never_better_nor_faster_than_judged(history):
    for _, judged, said in told(history):
        assert said.verdict >= judged.verdict
        assert said.allowed_speed_mps <= judged.allowed_speed_mps
        assert said.allowed_speed_mps == 0.0 or said.verdict < Verdict.UNKNOWN
        assert said.verdict is Verdict.CLEAR or said.reason


@lawful
@given(histories)
def test_never_better_than_anything_judged_a_moment_ago(history):
    lines = told(history)
    for now_ns, _, said in lines:
        recent = [j for then, j, _ in lines if 0 <= now_ns - then < CLEAR_AFTER_S * SECOND]
        assert said.verdict >= max(verdict.verdict for verdict in recent)


@lawful
@given(histories)
def test_never_worse_than_the_worst_that_was_judged_or_its_margin(history):
    worst = Verdict.CLEAR
    for _, judged, said in told(history):
        worst = max(worst, judged.verdict)
        assert said.verdict <= worst


@lawful
@given(histories, judged())
def test_what_stays_as_it_is_is_told_as_it_is_in_the_end(history, last):
    stays = [(last, 1.1)] * 3
    said = told([*history, *stays])[-1][2]
    between = not last.distance_m > WARNING_M + MARGIN_M  # nan stays as well
    assert said.verdict == last.verdict or between


speeds = st.floats(-5.0, 5.0)
twists = st.builds(PlanarTwist, speeds, speeds, speeds)
outlines = st.lists(st.tuples(speeds, speeds), min_size=3, max_size=8).map(np.array)


@lawful
@given(twists, outlines, st.floats(1e-3, 3.0))
def test_no_corner_is_faster_than_allowed_and_the_path_is_the_same(twist, outline, allowed_mps):
    slow = limited(twist, outline, allowed_mps)
    fastest, limit = fastest_mps(slow, outline), min(fastest_mps(twist, outline), allowed_mps)
    assert fastest == pytest.approx(limit, rel=1e-9, abs=1e-12)
    before, after = np.array(list(vars(twist).values())), np.array(list(vars(slow).values()))
    assert np.cross(before, after) == pytest.approx(np.zeros(3), abs=1e-9)
    assert before @ after >= 0.0


@lawful
@given(twists, outlines, st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_no_point_within_the_outline_is_faster_than_its_fastest_corner(twist, outline, u, v):
    weights = np.array([u, v, 1.0]) / (u + v + 1.0)
    inside = weights @ outline[:3]
    assert fastest_mps(twist, inside[None]) <= fastest_mps(twist, outline) + 1e-9
