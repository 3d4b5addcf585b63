import math

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.raster import zone_mask, zone_points
from gpss_pose_ros.safety.values import Zone

GRID = Grid((-3.0, -2.0), 0.1, (40, 60))
MIDDLES = np.stack(np.meshgrid(GRID.x_m, GRID.y_m), axis=-1)


def zone(*core, reach_m=0.5, separation_m=1.0):
    return Zone(1, False, np.array(core, dtype=float), reach_m, separation_m, 0.1)


def away(points, x, y):
    return np.hypot(points[..., 0] - x, points[..., 1] - y)


@pytest.mark.parametrize(("radius", "radius_m"), [("reach", 0.5), ("separation", 1.0)])
def test_a_point_s_zone_is_a_disc(radius, radius_m):
    mask = zone_mask([zone((0.55, -0.35))], GRID, radius)
    assert mask.dtype == np.int8
    taken = away(MIDDLES, 0.55, -0.35) <= radius_m + 0.1 * math.sqrt(0.5)
    np.testing.assert_array_equal(mask, np.where(taken, 100, 0))


def test_the_separation_zone_is_drawn_unless_told_otherwise():
    zones = [zone((0.5, -0.3))]
    np.testing.assert_array_equal(zone_mask(zones, GRID), zone_mask(zones, GRID, "separation"))
    separation = zone_points(zones, GRID, radius="separation")
    np.testing.assert_array_equal(zone_points(zones, GRID), separation)


def test_all_that_is_near_a_core_is_taken_and_the_core_itself():
    corners = [(-2.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-2.0, 1.0)]
    mask = zone_mask([zone(*corners, reach_m=0.2)], GRID, "reach")
    x, y = MIDDLES[..., 0], MIDDLES[..., 1]
    outside = np.hypot(np.maximum(abs(x + 0.5) - 1.5, 0), np.maximum(abs(y) - 1.0, 0))
    np.testing.assert_array_equal(mask == 100, outside <= 0.2 + 0.1 * math.sqrt(0.5))


def test_a_segment_s_zone_is_a_capsule():
    mask = zone_mask([zone((-1.0, 0.0), (1.0, 0.0), reach_m=0.33)], GRID, "reach")
    beyond = np.maximum(abs(MIDDLES[..., 0]) - 1.0, 0.0)
    outside = np.hypot(beyond, MIDDLES[..., 1])
    np.testing.assert_array_equal(mask == 100, outside <= 0.33 + 0.1 * math.sqrt(0.5))


def test_several_zones_are_all_taken_and_none_leaves_zeros():
    one, around = zone((1.5, 0.5)), zone((-2.9, -1.9), (2.9, -1.9), (-2.9, 1.9), separation_m=0.1)
    both = zone_mask([one, around], GRID)
    np.testing.assert_array_equal(
        both, np.maximum(zone_mask([one], GRID), zone_mask([around], GRID))
    )
    assert not zone_mask([], GRID).any()


def test_a_zone_that_leaves_the_grid_is_cut_off():
    mask = zone_mask([zone((-3.0, 0.0)), zone((9.0, 9.0))], GRID)
    np.testing.assert_array_equal(mask, zone_mask([zone((-3.0, 0.0))], GRID))
    assert mask[:, 0].any()


def test_unseen_floor_is_taken_when_asked_for():
    unseen = np.zeros(GRID.shape, dtype=bool)
    unseen[3, 5] = True
    zones = [zone((1.0, 0.0))]
    mask = zone_mask(zones, GRID, unseen=unseen)
    assert mask[3, 5] == 100
    assert (mask == 100).sum() == (zone_mask(zones, GRID) == 100).sum() + 1
    assert unseen.sum() == 1


@pytest.mark.parametrize("radius_m", [math.nan, math.inf])
def test_a_zone_without_bounds_takes_everything(radius_m):
    endless = zone((0.0, 0.0), separation_m=radius_m)
    assert (zone_mask([endless], GRID) == 100).all()
    points = zone_points([endless], GRID, heights_m=[0.1], spacing_m=0.5)
    assert len(np.unique(points, axis=0)) == 12 * 8


def test_a_core_that_is_nowhere_takes_everything():
    assert (zone_mask([zone((math.nan, math.nan))], GRID) == 100).all()


def test_points_fill_a_zone_at_all_heights():
    points = zone_points([zone((0.55, -0.35))], GRID, (0.05, 0.25), "reach")
    assert points.dtype == np.float32
    layers = [points[points[:, 2] == np.float32(height)][:, :2] for height in (0.05, 0.25)]
    assert len(layers[0]) + len(layers[1]) == len(points)
    np.testing.assert_array_equal(*layers)
    taken = away(MIDDLES, 0.55, -0.35) <= 0.5 + 0.1 * math.sqrt(0.5)
    np.testing.assert_allclose(layers[0], MIDDLES[taken], atol=1e-6)  # both row by row


def test_points_are_where_nav2_looks_and_a_decimetre_apart_unless_told_otherwise():
    points = zone_points([zone((0.0, 0.0))], GRID)
    assert sorted(set(points[:, 2].tolist())) == pytest.approx([0.1, 0.2, 0.3])
    assert np.diff(np.unique(points[:, 0])) == pytest.approx(0.1, abs=1e-6)
    coarse = zone_points([zone((0.0, 0.0))], GRID, spacing_m=0.5)
    assert np.diff(np.unique(coarse[:, 0])) == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("place", [(0.03, 0.08), (-3.0, -2.0), (2.99, 1.99), (7.0, -7.0)])
def test_the_least_zone_has_four_points(place):
    least = zone(place, reach_m=0.0)
    assert len(zone_points([least], GRID, [0.1], "reach")) >= 4
    assert len(zone_points([least], GRID, [0.1], "reach", 0.5)) >= 4


def test_nobody_gives_no_points():
    assert zone_points([], GRID).shape == (0, 3)


def test_beyond_the_grid_a_zone_is_drawn_two_metres_around_its_middle():
    outside = zone((5.9, 0.0), (6.1, 0.0), separation_m=50.0)
    points = zone_points([outside], GRID, [0.1])[:, :2]
    on_grid = GRID.contains(points.astype(float))
    assert on_grid.sum() == GRID.shape[0] * GRID.shape[1]
    beyond = points[~on_grid]
    np.testing.assert_allclose(beyond.min(axis=0), [4.05, -1.95], atol=1e-5)
    np.testing.assert_allclose(beyond.max(axis=0), [7.95, 1.95], atol=1e-5)


@pytest.mark.parametrize(
    ("x", "more"), [(1.79, False), (1.81, True), (-1.79, False), (-1.81, True)]
)
def test_a_zone_on_the_grid_is_drawn_once(x, more):
    grid = Grid((-3.0, -3.0), 0.1, (60, 60))
    zones = [zone((0.0, 0.0), (x, 0.0))]
    points = zone_points(zones, grid, [0.1])
    assert (len(points) > (zone_mask(zones, grid) == 100).sum()) == more


def test_another_radius_is_refused_with_the_choices():
    zones = [zone((0.0, 0.0))]
    with pytest.raises(InputError, match=r"radius of a zone 'arm'; valid: reach, separation"):
        zone_mask(zones, GRID, "arm")
    with pytest.raises(InputError, match="radius of a zone"):
        zone_points(zones, GRID, radius="arm")
