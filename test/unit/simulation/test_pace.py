"""Simulated time stays on the clock, whatever rendering takes, and the factor says how well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.simulation.pace import Pace

RATE_HZ, START_NS = 10.0, 123_456_789
PERIOD_NS = 100_000_000


def run(durations_ns):
    """Render one instant after the other; return the pace, the ticks, and when each began."""
    pace, now_ns, ticks, begun = Pace(RATE_HZ, START_NS), START_NS, [], []
    for duration_ns in durations_ns:
        tick = pace.next_tick(now_ns)
        now_ns = max(now_ns, tick.due_ns)
        ticks.append(tick)
        begun.append(now_ns)
        now_ns += duration_ns
        pace.done(tick)
    return pace, ticks, begun


durations = st.lists(st.integers(0, 10 * PERIOD_NS), min_size=1, max_size=50)


@given(durations)
def test_no_instant_comes_twice_and_all_lie_on_the_grid(durations_ns):
    pace, ticks, _ = run(durations_ns)
    indices = [tick.index for tick in ticks]
    assert indices == sorted(set(indices))
    assert all(tick.due_ns == START_NS + tick.index * PERIOD_NS for tick in ticks)
    assert all(pace.time_ns(tick.index) == tick.due_ns - START_NS for tick in ticks)


@given(durations)
def test_an_instant_is_rendered_before_the_next_one_is_due(durations_ns):
    """However far the last one fell behind: people walk as fast as on a fast machine."""
    _, ticks, begun = run(durations_ns)
    assert all(0 <= now - tick.due_ns < PERIOD_NS for tick, now in zip(ticks, begun, strict=True))


@given(durations)
def test_every_instant_is_rendered_or_counted_as_left_out(durations_ns):
    pace, ticks, _ = run(durations_ns)
    assert pace.rendered == len(ticks)
    assert pace.rendered + pace.skipped == ticks[-1].index + 1
    assert pace.real_time_factor == pytest.approx(pace.rendered / (ticks[-1].index + 1))


@given(st.lists(st.integers(0, PERIOD_NS - 1), min_size=1, max_size=50))
def test_who_is_fast_enough_leaves_nothing_out(durations_ns):
    pace, _, _ = run(durations_ns)
    assert (pace.skipped, pace.real_time_factor) == (0, 1.0)


@pytest.mark.parametrize("periods", [2, 3, 5])
def test_who_takes_n_periods_has_the_factor_1_over_n(periods):
    pace, _, _ = run([periods * PERIOD_NS] * 100)
    assert pace.real_time_factor == pytest.approx(1.0 / periods, rel=0.02)


def test_before_the_first_instant_nothing_was_missed():
    assert Pace(RATE_HZ, START_NS).real_time_factor == 1.0
