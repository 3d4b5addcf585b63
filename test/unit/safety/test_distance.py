import math

import numpy as np
import pytest

from gpss_pose_ros.safety.distance import padded, polygon_distances_m

SQUARE = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)])
CROSSING = np.array([(-1.0, 0.5), (3.0, 0.5), (3.0, 1.5), (-1.0, 1.5)])  # no corner inside


def distance(first, second):
    distances = polygon_distances_m(padded([np.array(first)]), padded([np.array(second)]))
    assert distances.shape == (1, 1)
    return distances.item()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([(5.0, 1.0)], 3.0),
        ([(1.0, -4.0)], 4.0),
        ([(5.0, 6.0)], 5.0),
        ([(-3.0, -4.0)], 5.0),
        ([(1.0, 1.0)], 0.0),
        ([(2.0, 1.0)], 0.0),
        ([(2.0, 2.0)], 0.0),
        ([(3.0, -9.0), (3.0, 9.0)], 1.0),
        ([(1.0, -5.0), (1.0, 5.0)], 0.0),
        ([(0.5, 1.0), (1.5, 1.0)], 0.0),
        ([(4.0, 2.0), (2.0, 4.0)], math.sqrt(2.0)),
        (SQUARE + np.array([2.0, 0.0]), 0.0),
        (SQUARE + np.array([5.0, 6.0]), 5.0),
        (SQUARE * 0.25 + 0.5, 0.0),
        (SQUARE * 9.0 - 4.0, 0.0),
        (CROSSING, 0.0),
    ],
)
def test_distance_to_a_square(other, expected):
    other = np.array(other)
    assert distance(SQUARE, other) == pytest.approx(expected, abs=1e-12)
    assert distance(other, SQUARE) == pytest.approx(expected, abs=1e-12)


def test_every_pair_has_its_own_place():
    first = padded([SQUARE, SQUARE + np.array([10.0, 0.0])])
    west, east = np.array([(-1.0, 1.0)]), np.array([(5.0, 1.0)] * 2)
    second = padded([west, SQUARE + np.array([0.0, 4.0]), east, CROSSING])
    expected = [[1.0, 2.0, 3.0, 0.0], [11.0, math.hypot(8.0, 2.0), 5.0, 7.0]]
    np.testing.assert_allclose(polygon_distances_m(first, second), expected)


def test_a_corner_that_repeats_separates_nothing():
    first = padded([SQUARE, np.array([(0.0, 0.0), (4.0, 0.0), (2.0, 4.0)])])
    inside = padded([np.array([(1.0, 0.5)])])  # on the outer side of an edge along x at the top
    assert polygon_distances_m(first, inside).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 3), (2, 0)])
def test_nobody_is_at_no_distance(first, second):
    distances = polygon_distances_m(padded([SQUARE] * first), padded([SQUARE] * second))
    assert distances.shape == (first, second)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_cannot_be_computed_counts_as_overlap(wrong):
    assert distance(SQUARE, SQUARE + np.array([wrong, 0.0])) == 0.0
    assert distance(SQUARE * wrong, SQUARE) == 0.0


def test_padding_repeats_the_last_corner():
    stacked = padded([SQUARE[:1], SQUARE[:3]])
    np.testing.assert_array_equal(stacked, [SQUARE[[0, 0, 0]], SQUARE[:3]])
    assert padded([]).shape == (0, 1, 2)
