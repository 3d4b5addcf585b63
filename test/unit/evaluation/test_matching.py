"""The assignment is the best there is: compared with trying all."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gpss_pose_ros.evaluation.matching import assign

GATE = 1.0
COSTS = st.tuples(st.integers(0, 5), st.integers(0, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(0.0, 2.0))
)


def value(cost, pairs):
    """More pairs are better, then less cost."""
    return -len(pairs), sum(cost[i, j] for i, j in pairs)


def best_of_all(cost):
    n, m = cost.shape
    if n > m:
        return best_of_all(cost.T)
    return min(
        value(cost, [(i, j) for i, j in enumerate(columns) if cost[i, j] <= GATE])
        for columns in permutations(range(m), n)
    )


@given(COSTS)
def test_no_other_assignment_is_better(cost):
    pairs = assign(cost, GATE)
    assert value(cost, pairs) == pytest.approx(best_of_all(cost))


@given(COSTS)
def test_everybody_has_one_partner_at_most_and_none_outside_the_gate(cost):
    pairs = assign(cost, GATE)
    assert all(len(set(side)) == len(pairs) for side in zip(*pairs, strict=True))
    assert all(cost[i, j] <= GATE for i, j in pairs)
    assert pairs == sorted(pairs)


def test_two_near_pairs_are_worth_more_than_one_nearer():
    assert assign(np.array([[0.1, 0.9], [0.8, 2.0]]), GATE) == [(0, 1), (1, 0)]


def test_what_cannot_be_compared_is_not_paired():
    assert assign(np.array([[np.nan, 0.5], [np.nan, np.nan]]), GATE) == [(0, 1)]
