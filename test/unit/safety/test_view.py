import dataclasses
import math

import numpy as np
import pytest

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.settings import CoverageSettings, Occluder
from gpss_pose_ros.safety.view import seen_cells

WIDE = CameraModel([[100, 0, 199.5], [0, 100, 99.5], [0, 0, 1]], [], "plumb_bob", (400, 200))
FLOOR = CoverageSettings((-6.0, -4.0), (6.0, 4.0), 0.1, (0.0,), 0.0, 50.0, 0.0)


def ceiling(x_m=0.0, y_m=0.0, z_m=2.0, model=WIDE):
    """A camera that looks straight down; the image's x is the factory's."""
    return Camera("c", model, Transform(np.diag([1.0, -1.0, -1.0]), np.array([x_m, y_m, z_m])))


def extent(camera, *occluders, **changes):
    """Left, right, bottom and top of the cells that are seen, and their number."""
    settings = dataclasses.replace(FLOOR, **changes)
    grid = Grid.of(settings)
    rows, columns = np.nonzero(seen_cells(camera, grid, settings, occluders))
    x, y = grid.x_lines_m, grid.y_lines_m
    edges = x[columns.min()], x[columns.max() + 1], y[rows.min()], y[rows.max() + 1]
    return (*(round(float(edge), 6) for edge in edges), len(rows))


def test_a_camera_sees_what_its_image_shows():
    assert extent(ceiling()) == (-4.0, 4.0, -2.0, 2.0, 80 * 40)


def test_a_cell_that_is_not_whole_in_the_image_is_not_seen():
    assert extent(ceiling(0.05, -0.01)) == (-3.9, 4.0, -2.0, 1.9, 79 * 39)


def test_higher_up_the_image_shows_less():
    assert extent(ceiling(), heights_m=(0.0, 1.0)) == (-2.0, 2.0, -1.0, 1.0, 40 * 20)
    assert extent(ceiling(), heights_m=(1.0, 0.0)) == (-2.0, 2.0, -1.0, 1.0, 40 * 20)


def test_nothing_is_seen_above_a_camera():
    grid = Grid.of(FLOOR)
    settings = dataclasses.replace(FLOOR, heights_m=(0.0, 2.5))
    assert not seen_cells(ceiling(), grid, settings, ()).any()


@pytest.mark.parametrize(("margin_px", "half"), [(0.0, 2.0), (4.9, 1.9), (5.1, 1.8), (10.1, 1.7)])
def test_the_edge_of_the_image_does_not_count(margin_px, half):
    assert extent(ceiling(), margin_px=margin_px)[:4] == (-2.0 - half, 2.0 + half, -half, half)


def test_all_four_sides_keep_the_margin():
    assert extent(ceiling(), margin_px=5.0 - 1e-6) == (-3.9, 3.9, -1.9, 1.9, 78 * 38)


@pytest.mark.parametrize(("range_m", "seen"), [(2.4999, False), (2.5, True)])
@pytest.mark.parametrize("height_m", [0.0, 0.5])
def test_the_farthest_corner_of_a_cell_must_be_in_range(range_m, height_m, seen):
    settings = dataclasses.replace(FLOOR, range_m=range_m, heights_m=(height_m,))
    grid = Grid((-1.5, 0.0), 1.5, (1, 1))
    camera = ceiling(-0.75, 0.75, height_m + math.sqrt(2.5**2 - 2 * 0.75**2) - 1e-12)
    assert seen_cells(camera, grid, settings, ()).item() == seen


def test_the_range_itself_is_in_range():
    model = CameraModel([[96, 0, 399.5], [0, 96, 399.5], [0, 0, 1]], [], "plumb_bob", (800, 800))
    settings = dataclasses.replace(FLOOR, range_m=3.0)
    grid = Grid((1.0, 1.0), 1.0, (1, 1))  # 2, 2 and 1 m make 3 m
    assert seen_cells(ceiling(z_m=1.0, model=model), grid, settings, ()).all()
    assert not seen_cells(ceiling(z_m=1.0 + 1e-9, model=model), grid, settings, ()).any()


def test_the_range_is_a_ball():
    settings = dataclasses.replace(FLOOR, range_m=2.2)
    grid = Grid.of(settings)
    seen = seen_cells(ceiling(0.03, -0.04), grid, settings, ())
    lines = np.stack(np.meshgrid(grid.x_lines_m, grid.y_lines_m), axis=-1)
    near = np.hypot(*np.moveaxis(lines - (0.03, -0.04), -1, 0)) <= np.sqrt(2.2**2 - 2.0**2)
    whole = near[1:, 1:] & near[1:, :-1] & near[:-1, 1:] & near[:-1, :-1]
    np.testing.assert_array_equal(seen, whole)


def test_a_person_must_be_wide_enough_in_the_image():
    # half a metre at a focal length of 100 px is 22 px wide 2.2727 m away
    narrow = extent(ceiling(), min_person_px=22.0)
    assert narrow == extent(ceiling(), range_m=50.0 / 22.0)
    assert narrow != extent(ceiling(), range_m=50.0 / 22.5)


def test_the_shorter_focal_length_counts():
    for K in ([[100, 0, 199.5], [0, 90, 99.5]], [[90, 0, 199.5], [0, 100, 99.5]]):
        model = CameraModel([*K, [0, 0, 1]], [], "plumb_bob", (400, 200))
        assert extent(ceiling(model=model), min_person_px=20.0) == extent(
            ceiling(model=model), range_m=45.0 / 20.0
        )


def test_what_is_behind_something_solid_is_not_seen():
    wall = Occluder("wall", ((1.03, -9.0), (1.07, -9.0), (1.07, 9.0), (1.03, 9.0)), 1.0)
    left, right, *_ = extent(ceiling(), wall)
    assert (left, right) == (-4.0, 4.0)
    grid = Grid.of(FLOOR)
    row = seen_cells(ceiling(), grid, FLOOR, [wall])[40]
    hidden = grid.x_m[~row & (abs(grid.x_m) < 4.0)]
    np.testing.assert_allclose([hidden.min(), hidden.max()], [1.05, 2.15])  # 1.03 to 2.14


def test_behind_what_is_taller_than_the_camera_nothing_is_seen():
    wall = Occluder("wall", ((1.0, -9.0), (1.1, -9.0), (1.1, 9.0), (1.0, 9.0)), 3.0)
    assert extent(ceiling(), wall)[:2] == (-4.0, 0.9)  # the next cell touches the wall


def test_all_occluders_hide_at_all_heights():
    pole = Occluder("pole", ((1.0, 1.0), (1.1, 1.0), (1.1, 1.1), (1.0, 1.1)), 1.5)
    block = Occluder("block", ((-1.0, 0.0), (-0.9, 0.0), (-0.9, 0.1), (-1.0, 0.1)), 0.5)
    grid = Grid.of(FLOOR)

    def seen(*occluders, heights_m):
        settings = dataclasses.replace(FLOOR, heights_m=heights_m)
        return seen_cells(ceiling(), grid, settings, occluders)

    both = seen(pole, block, heights_m=(0.0, 0.9))
    each = [seen(o, heights_m=(h,)) for o in (pole, block) for h in (0.0, 0.9)]
    np.testing.assert_array_equal(both, np.all(each, axis=0))
    assert (both <= seen(heights_m=(0.0, 0.9))).all()
    assert (each[2] != each[3]).any()  # the block hides the floor, and nothing above it
    np.testing.assert_array_equal(each[3], seen(heights_m=(0.9,)))
