"""Laws of drawn zones: no hole, and more people and larger zones take more."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.raster import zone_mask, zone_points
from gpss_pose_ros.safety.values import Zone

lawful = settings(derandomize=True, deadline=None, max_examples=50)
GRID = Grid((-2.0, -1.5), 0.2, (15, 20))
coordinates = st.floats(-2.5, 2.5)


@st.composite
def zones_of(draw):
    """A zone around a few points that are near each other, on the grid or not far from it."""
    middle = np.array(draw(st.tuples(coordinates, coordinates)))
    near = st.tuples(st.floats(-0.6, 0.6), st.floats(-0.6, 0.6))
    offsets = np.array(draw(st.lists(near, min_size=1, max_size=5)))
    reach, more = draw(st.floats(0.0, 1.2)), draw(st.floats(0.0, 1.0))
    return Zone(1, draw(st.booleans()), convex_hull(middle + offsets), reach, reach + more, 0.1)


several = st.lists(zones_of(), max_size=3)


def inside(zone, radius_m, seed):
    """Places (N, 2) in a zone: in its core, and off it by up to a radius."""
    random = np.random.default_rng(seed)
    core = random.dirichlet(np.ones(len(zone.core_m)), 60) @ zone.core_m
    angles, lengths = random.uniform(0, 2 * np.pi, 60), radius_m * random.choice([0.5, 1.0], 60)
    return core + np.column_stack([np.cos(angles), np.sin(angles)]) * lengths[:, None]


@lawful
@given(zones_of(), several, st.floats(0.05, 0.4), st.integers(0, 2**32 - 1))
def test_no_place_in_a_zone_is_farther_from_all_points_than_the_spacing(zone, more, spacing, seed):
    places = inside(zone, zone.reach_m, seed)
    middle = zone.core_m.mean(axis=0)
    drawn = GRID.contains(places) | (abs(places - middle).max(axis=1) <= 2.0)
    points = zone_points([*more, zone], GRID, [0.2], "reach", spacing)[:, :2]
    nearest = np.hypot(*np.moveaxis(places[drawn, None] - points, -1, 0)).min(axis=1)
    assert (nearest <= spacing * np.sqrt(0.5) + 1e-5).all()


@lawful
@given(zones_of(), st.sampled_from(["reach", "separation"]), st.integers(0, 2**32 - 1))
def test_every_cell_with_a_place_in_a_zone_is_taken(zone, radius, seed):
    places = inside(zone, getattr(zone, f"{radius}_m"), seed)
    places = places[GRID.contains(places)]
    cells = np.floor((places - GRID.low_m) / GRID.resolution_m).astype(int)
    columns, rows = np.clip(cells, 0, (19, 14)).T
    assert (zone_mask([zone], GRID, radius)[rows, columns] == 100).all()


@lawful
@given(zones_of(), several, st.floats(0.0, 1.0))
def test_more_people_and_larger_zones_free_no_cell(zone, others, more_m):
    alone = zone_mask([zone], GRID)
    assert (zone_mask([*others, zone], GRID) >= alone).all()
    larger = dataclasses.replace(zone, separation_m=zone.separation_m + more_m)
    assert (zone_mask([larger], GRID) >= alone).all()
    assert (alone >= zone_mask([zone], GRID, "reach")).all()


@lawful
@given(several)
def test_the_order_of_people_does_not_matter(zones):
    np.testing.assert_array_equal(zone_mask(zones, GRID), zone_mask(zones[::-1], GRID))


@lawful
@given(zones_of(), st.sampled_from(["reach", "separation"]))
def test_no_place_far_from_a_zone_is_taken(zone, radius):
    points = zone_points([zone], GRID, [0.1], radius)[:, :2].astype(np.float64)
    assert len(points) >= 4
    ahead = np.roll(zone.core_m, -1, axis=0) - zone.core_m
    away = points[:, None] - zone.core_m
    along = (away * ahead).sum(axis=-1) / np.maximum((ahead**2).sum(axis=-1), 1e-300)
    off = away - np.clip(along, 0.0, 1.0)[..., None] * ahead
    outline = np.hypot(off[..., 0], off[..., 1]).min(axis=1)
    in_core = (ahead[:, 0] * away[..., 1] - ahead[:, 1] * away[..., 0] >= 0.0).all(axis=1)
    limit = max(getattr(zone, f"{radius}_m"), 0.1 * np.sqrt(0.5)) + 0.1 * np.sqrt(0.5)
    assert (in_core | (outline <= limit + 1e-5)).all()
