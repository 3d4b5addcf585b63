import math

import numpy as np
import pytest

from gpss_pose_ros.safety.grid import Grid, half_planes
from gpss_pose_ros.safety.settings import CoverageSettings

GRID = Grid((-1.0, 2.0), 0.5, (3, 4))  # x from -1 to 1, y from 2 to 3.5
EVERYTHING = (slice(0, 3), slice(0, 4))


def cells(window):
    """Rows and columns of a window, as sets."""
    return tuple(set(range(8)[part]) for part in window)


def box(left, bottom, right, top):
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])


def test_rows_go_along_y_and_columns_along_x_from_the_least():
    assert GRID.x_m.tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert GRID.y_m.tolist() == [2.25, 2.75, 3.25]
    assert GRID.x_lines_m.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert GRID.y_lines_m.tolist() == [2.0, 2.5, 3.0, 3.5]
    assert GRID.high_m == (1.0, 3.5)


def test_a_site_s_grid_has_its_corner_and_resolution():
    grid = Grid.of(CoverageSettings((-1.0, 2.0), (1.0, 3.5), 0.5))
    assert grid == GRID


@pytest.mark.parametrize(
    ("high_m", "shape"),
    [
        ((2.0, 1.0), (10, 20)),
        ((2.0, 1.01), (11, 20)),  # part of a cell is a cell
        ((2.01, 1.0), (10, 21)),
        ((2.0 + 5e-8, 1.0 - 5e-8), (10, 20)),  # rounding is not
        ((2.0 + 2e-7, 1.0), (10, 21)),
        ((0.1, 0.3), (3, 1)),
    ],
)
def test_cells_cover_the_whole_floor(high_m, shape):
    assert Grid.over((0.0, 0.0), high_m, 0.1).shape == shape


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        ((0.0, 3.0), True),
        ((-1.0, 2.0), True),
        ((1.0, 3.5), True),
        ((-1.001, 3.0), False),
        ((1.001, 3.0), False),
        ((0.0, 1.999), False),
        ((0.0, 3.501), False),
        ((math.nan, 3.0), False),
        ((0.0, math.nan), False),
        ((math.inf, 3.0), False),
    ],
)
def test_points_on_the_grid_and_off_it(point, inside):
    assert GRID.contains(np.array([point, (0.0, 3.0)])).tolist() == [inside, True]


@pytest.mark.parametrize(
    ("points", "rows", "columns"),
    [
        ([(-0.9, 2.1), (-0.6, 2.4)], {0}, {0}),
        ([(0.1, 2.6), (0.4, 2.9)], {1}, {2}),
        ([(-0.9, 3.4), (0.6, 2.1)], {0, 1, 2}, {0, 1, 2, 3}),
        ([(0.0, 2.6)], {1}, {1, 2}),  # on a line it touches both sides
        ([(0.1, 3.0)], {1, 2}, {2}),
        ([(-5.0, 2.1), (-1.1, 2.2)], {0}, set()),
        ([(1.1, 2.1), (5.0, 2.2)], {0}, set()),
        ([(1.0, 3.5)], {2}, {3}),
        ([(-1.0, 2.0)], {0}, {0}),
        ([(-9.0, -9.0), (9.0, 9.0)], {0, 1, 2}, {0, 1, 2, 3}),
        ([(-math.inf, 2.1), (math.inf, 2.1)], {0}, {0, 1, 2, 3}),
        ([(math.nan, 2.1)], {0}, {0, 1, 2, 3}),
        ([(0.1, math.nan)], {0, 1, 2}, {2}),
    ],
)
def test_a_window_is_what_the_box_around_points_touches(points, rows, columns):
    assert cells(GRID.window(np.array(points))) == (rows, columns)


def test_a_window_may_have_a_margin():
    assert cells(GRID.window(np.array([(0.1, 2.6)]), 0.05)) == ({1}, {2})
    assert cells(GRID.window(np.array([(0.1, 2.6)]), 0.2)) == ({0, 1}, {1, 2})
    assert cells(GRID.window(np.array([(0.4, 2.9)]), 0.2)) == ({1, 2}, {2, 3})


def test_rounding_loses_no_cell():
    edge = 0.1 + 0.2  # a hair above 0.3
    grid = Grid((0.0, 0.0), 0.1, (1, 6))
    assert cells(grid.window(np.array([(edge, 0.05), (0.5, 0.05)]))) == ({0}, {2, 3, 4, 5})


def test_what_is_off_by_more_than_rounding_does_not_touch():
    assert cells(GRID.window(np.array([(1e-7, 2.6), (0.4, 3.0 - 1e-7)]))) == ({1}, {2})
    through_a_corner = np.array([(-0.4, 2.6), (0.4, 3.4)])
    assert GRID.touched(through_a_corner, EVERYTHING)[2, 1]
    assert not GRID.touched(through_a_corner + np.array([1e-7, -1e-7]), EVERYTHING)[2, 1]
    assert not GRID.within(box(-0.5 + 1e-7, 2.5, 0.0, 3.0), EVERYTHING).any()


def test_a_slope_touches_the_cells_it_enters():
    triangle = np.array([(-1.0, 2.0), (1.0, 2.0), (-1.0, 3.5)])
    inner = triangle + np.array([0.01, -0.01])
    assert GRID.touched(inner, EVERYTHING).astype(int).tolist() == [
        [1, 1, 1, 1],
        [1, 1, 1, 0],
        [1, 1, 0, 0],
    ]
    assert GRID.within(triangle, EVERYTHING).astype(int).tolist() == [
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
    ]


def test_touching_counts_and_so_does_a_cell_that_fits_exactly():
    one_cell = box(-0.5, 2.5, 0.0, 3.0)
    assert GRID.touched(one_cell, EVERYTHING)[:, :3].all()
    assert not GRID.touched(one_cell, EVERYTHING)[:, 3].any()
    assert GRID.within(one_cell, EVERYTHING).nonzero() == (1, 1)
    assert not GRID.within(box(-0.5, 2.5, 0.0, 2.999), EVERYTHING).any()
    assert not GRID.touched(box(-0.499, 2.501, -0.001, 2.999), EVERYTHING)[[0, 2]].any()


def test_only_the_window_is_told():
    window = GRID.window(box(0.1, 2.6, 0.4, 2.9))
    assert GRID.touched(box(-1.0, 2.0, 1.0, 3.5), window).tolist() == [[True]]
    assert GRID.within(box(-1.0, 2.0, 0.4, 3.5), window).tolist() == [[False]]


@pytest.mark.parametrize("order", [1, -1])
def test_corners_may_go_either_way_round(order):
    normals, offsets = half_planes(box(1.0, 2.0, 4.0, 3.0)[::order])
    inside = normals @ np.array([[2.0, 2.5], [5.0, 2.5], [2.0, 3.5], [0.5, 2.5]]).T
    assert (inside <= offsets[:, None]).all(axis=0).tolist() == [True, False, False, False]
    assert sorted(np.hypot(*normals.T)) == [1.0, 1.0, 3.0, 3.0]


def test_a_segment_and_a_point_are_polygons():
    segment = np.array([(-0.9, 2.1), (0.9, 3.4)])
    assert GRID.touched(segment, EVERYTHING).astype(int).tolist() == [
        [1, 1, 0, 0],
        [0, 1, 1, 0],
        [0, 0, 1, 1],
    ]
    point = np.array([(0.1, 2.6)])
    window = GRID.window(point)
    assert cells(window) == ({1}, {2})
    assert GRID.touched(point, window).all()
