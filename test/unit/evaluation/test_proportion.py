"""Bounds of a proportion: what the binomial distribution itself says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.evaluation.proportion import proportion_bounds


def at_most(k, n, p):
    """Probability of at most k successes."""
    return sum(math.comb(n, i) * p**i * (1.0 - p) ** (n - i) for i in range(k + 1))


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_the_bounds_the_count_is_just_unlikely(counted):
    k, n = counted
    low, high = proportion_bounds(k, n)
    if k < n:
        assert at_most(k, n, high) == pytest.approx(0.025, abs=1e-9)
    if k > 0:
        assert 1.0 - at_most(k - 1, n, low) == pytest.approx(0.025, abs=1e-9)
    assert 0.0 <= low <= k / n <= high <= 1.0


def test_none_of_many_leaves_the_rule_of_three():
    low, high = proportion_bounds(0, 1000, confidence=0.90)
    assert low == 0.0
    assert high == pytest.approx(3.0 / 1000, rel=0.01)
    assert proportion_bounds(1000, 1000, confidence=0.90) == pytest.approx((1.0 - high, 1.0))


def test_an_effective_number_need_not_be_whole_and_fewer_trials_say_less():
    narrow, wide = proportion_bounds(2.5, 50.5), proportion_bounds(0.25, 5.05)
    assert wide[0] < narrow[0] < 2.5 / 50.5 < narrow[1] < wide[1]


def test_without_trials_there_is_nothing_to_say():
    assert proportion_bounds(0.0, 0.0) is None
    assert proportion_bounds(float("nan"), float("nan")) is None
