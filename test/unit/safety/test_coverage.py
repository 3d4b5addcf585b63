import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.coverage import Coverage, CoverageMap
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.settings import Area, CoverageSettings, Occluder

FLOOR = CoverageSettings((-5.0, -3.0), (5.0, 3.0), 0.1, (0.0,), 0.0, 50.0, 0.0)
WIDE = CameraModel([[100, 0, 199.5], [0, 100, 99.5], [0, 0, 1]], [], "plumb_bob", (400, 200))
GRID = Grid((0.0, 0.0), 0.5, (6, 8))


def ceiling(name, x_m=0.0, model=WIDE, z_m=1.0):
    """A camera that sees 2 m to both sides of x, and 1 m of y."""
    return Camera(name, model, Transform(np.diag([1.0, -1.0, -1.0]), np.array([x_m, 0.0, z_m])))


def coverage(*unseen, human_free=()):
    """A grid of 4 x 3 m that is seen by one camera but for some cells (row, column)."""
    seen_by = np.ones(GRID.shape, np.uint8)
    free = np.zeros(GRID.shape, bool)
    for cell in unseen:
        seen_by[cell] = 0
    for cell in human_free:
        free[cell] = True
    return Coverage(GRID, seen_by, free)


def box(left, bottom, right, top):
    return [[left, bottom], [right, bottom], [right, top], [left, top]]


def seen_number(covered):
    return int((~covered.unseen).sum())


def test_who_is_live_and_placed_sees():
    floor = CoverageMap(FLOOR)
    floor.place(ceiling("left", -1.0))
    floor.place(ceiling("right", 1.0))
    assert floor.placed == {"left", "right"}
    one, both = floor.now(["left"]), floor.now(["left", "right", "nobody"])
    assert seen_number(one) == 40 * 20
    assert seen_number(both) == 60 * 20
    assert np.bincount(both.seen_by.ravel()).tolist() == [100 * 60 - 60 * 20, 40 * 20, 20 * 20]
    assert both.seen_by.dtype == np.uint8
    np.testing.assert_array_equal(both.seen_by[:, ::-1], both.seen_by)
    assert one.seen_by[30, 25] == 1  # row 30 is just above y = 0, column 25 at x = -2.5
    assert one.seen_by[30, 75] == 0


@pytest.mark.parametrize("live", [(), ("never placed",)])
def test_without_live_cameras_nothing_is_seen(live):
    floor = CoverageMap(FLOOR)
    floor.place(ceiling("left"))
    assert floor.now(live).unseen.all()
    assert CoverageMap(FLOOR).now(live).unseen.all()


def test_coverage_follows_who_is_live():
    floor = CoverageMap(FLOOR)
    floor.place(ceiling("left", -1.0))
    floor.place(ceiling("right", 1.0))
    numbers = [seen_number(floor.now(live)) for live in ({"left"}, {"left", "right"}, (), {"left"})]
    assert numbers == [800, 1200, 0, 800]


def test_the_same_cameras_give_the_same_coverage_again():
    floor = CoverageMap(FLOOR)
    floor.place(ceiling("left", -1.0))
    assert floor.now(["left"]) is floor.now(("left", "unplaced"))


def test_a_camera_whose_calibration_changed_sees_something_else():
    floor = CoverageMap(FLOOR)
    floor.place(ceiling("a", -1.0))
    before = floor.now(["a"])
    longer = CameraModel([[200, 0, 199.5], [0, 200, 99.5], [0, 0, 1]], [], "plumb_bob", (400, 200))
    smaller = CameraModel(WIDE.K, [], "plumb_bob", (300, 200))
    bent = CameraModel(WIDE.K, [0.5, 0.0, 0.0, 0.0], "plumb_bob", (400, 200))
    fisheye = CameraModel(WIDE.K, [0.5, 0.0, 0.0, 0.0], "equidistant", (400, 200))
    tilted = Transform.from_rotation_vector([0.3, 0.0, 0.0], np.zeros(3))
    down = ceiling("a", -1.0).factory_from_camera
    seen = [before.seen_by]
    for camera in (
        ceiling("a", 1.0),
        ceiling("a", 1.0, longer),
        ceiling("a", 1.0, smaller),
        ceiling("a", 1.0, bent),
        ceiling("a", 1.0, fisheye),
        dataclasses.replace(ceiling("a"), factory_from_camera=down @ tilted),
    ):
        floor.place(camera)
        seen.append(floor.now(["a"]).seen_by)
        assert floor.placed == {"a"}
    assert all((a != b).any() for a, b in pairwise(seen))


def test_placing_a_camera_as_it_was_changes_nothing():
    floor = CoverageMap(FLOOR)
    floor.place(ceiling("a", -1.0))
    before = floor.now(["a"])
    floor.place(ceiling("a", -1.0))
    assert floor.now(["a"]) is before


def test_a_forgotten_camera_sees_nothing_until_placed_again():
    floor = CoverageMap(FLOOR)
    floor.forget("a")
    floor.place(ceiling("a"))
    floor.now(["a"])
    floor.forget("a")
    assert floor.placed == frozenset()
    assert floor.now(["a"]).unseen.all()
    floor.place(ceiling("a"))
    assert seen_number(floor.now(["a"])) == 800


def test_occluders_and_the_settings_count():
    box_m = ((0.5, -0.5), (1.0, -0.5), (1.0, 0.5), (0.5, 0.5))
    solid = CoverageMap(FLOOR, iter([Occluder("box", box_m, 0.5)]))
    near = CoverageMap(dataclasses.replace(FLOOR, range_m=1.5))
    for floor in (solid, near):
        floor.place(ceiling("a"))
        floor.place(ceiling("b", 0.1))  # occluders hide from everybody
    assert solid.now(["a"]).unseen[30, 57]
    assert solid.now(["b"]).unseen[30, 57]
    assert not solid.now(["a"]).unseen[30, 42]
    assert near.now(["a"]).unseen[30, 68]
    assert not near.now(["a"]).unseen[30, 57]


def test_human_free_floor_needs_no_camera():
    areas = [
        Area("cage", ((-4.0, -2.0), (-3.0, -2.0), (-3.0, -1.0), (-4.0, -1.0))),
        Area("dock", ((3.05, 1.0), (4.0, 1.0), (4.0, 2.0))),
    ]
    floor = CoverageMap(FLOOR, (), areas).now(())
    assert not floor.unseen_in(box(-4.0 + 1e-6, -2.0 + 1e-6, -3.0 - 1e-6, -1.0 - 1e-6))
    assert floor.unseen_in(box(-4.0, -2.0, -2.9, -1.0))
    assert floor.human_free.sum() == 100 + 36  # whole cells only
    assert (floor.seen_by == 0).all()


def test_no_human_free_area_undoes_another():
    corner = Area("corner", ((-4.0, -2.0), (-3.0, -2.0), (-3.0, -1.0), (-4.0, -1.0)))
    ramp = Area("ramp", ((4.0, -2.2), (4.0, 2.8), (-4.2, 2.8)))  # the box around it has the corner
    both, *each = (
        CoverageMap(FLOOR, (), areas).now(()).human_free
        for areas in ([corner, ramp], [corner], [ramp])
    )
    np.testing.assert_array_equal(both, np.any(each, axis=0))


def test_more_cameras_than_can_be_counted_are_not_none():
    floor = CoverageMap(CoverageSettings((-0.1, -0.1), (0.1, 0.1), 0.1, (0.0,), 0.0, 50.0, 0.0))
    names = [f"c{i}" for i in range(257)]
    for name in names:
        floor.place(ceiling(name))
    assert (floor.now(names[:255]).seen_by == 255).all()
    assert (floor.now(names[:256]).seen_by == 255).all()
    assert (floor.now(names).seen_by == 255).all()
    assert (floor.now(names[:254]).seen_by == 254).all()


def test_what_is_handed_out_cannot_be_changed():
    floor = CoverageMap(FLOOR)
    covered = floor.now(())
    with pytest.raises(ValueError, match="read-only"):
        covered.seen_by[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        covered.human_free[0, 0] = True


@pytest.mark.parametrize(
    ("polygon", "unseen"),
    [
        (box(0.1, 0.1, 0.9, 0.9), False),
        (box(0.1, 0.1, 1.6, 1.6), True),
        (box(0.1, 0.1, 1.5, 1.4), True),  # touches
        (box(0.1, 0.1, 1.499, 1.4), False),
        ([[1.2, 0.4], [1.7, 0.4], [1.2, 1.2]], False),  # its box touches, it does not
        ([[1.2, 0.6], [1.9, 0.6], [1.9, 1.4]], True),
        ([[1.6, 1.2]], True),
        ([[1.4, 1.2]], False),
        ([[1.1, 1.2], [2.6, 1.2]], True),
        (box(0.0, 0.0, 1.0, 1.0), False),
        (box(3.0, 2.0, 4.0, 3.0), False),
        (box(3.0, 2.0, 4.001, 3.0), True),  # off the grid
        (box(-0.001, 0.0, 1.0, 1.0), True),
        (box(3.0, 2.0, 4.0, 3.001), True),
        (box(9.0, 9.0, 10.0, 10.0), True),
        ([[0.1, 0.1], [0.9, math.nan], [0.5, 0.9]], True),
        ([[math.nan, math.nan]], True),
        ([[0.1, 0.1], [math.inf, 0.1], [0.5, 0.9]], True),
        (np.empty((0, 2)), True),
    ],
)
def test_polygons_touch_unseen_floor_or_not(polygon, unseen):
    assert coverage((2, 3)).unseen_in(polygon) is unseen  # x from 1.5 to 2.0, y from 1.0 to 1.5


@pytest.mark.parametrize(
    ("point", "unseen"),
    [
        ((1.75, 1.25), True),
        ((1.25, 1.75), False),
        ((1.5, 1.0), True),  # on its lower borders
        ((1.499, 1.25), False),
        ((1.75, 0.999), False),
        ((2.0, 1.25), False),  # on its upper ones: in the next cell
        ((0.0, 0.0), False),
        ((4.0, 3.0), False),  # the corner of the grid is on it
        ((4.001, 1.0), True),
        ((1.0, -0.001), True),
        ((math.nan, 1.25), True),
        ((1.25, math.inf), True),
    ],
)
def test_points_lie_on_unseen_floor_or_not(point, unseen):
    points = np.array([(0.1, 0.1), point, (1.6, 1.1)])
    assert coverage((2, 3)).unseen_at(points).tolist() == [False, unseen, True]


def test_points_of_the_last_cell_are_in_it():
    points = np.array([(3.9, 2.9), (4.0, 3.0), (3.4, 2.9), (3.9, 2.4)])
    assert coverage((5, 7)).unseen_at(points).tolist() == [True, True, False, False]


def test_a_cell_is_unseen_if_neither_seen_nor_human_free():
    covered = coverage((2, 3), (2, 4), human_free=[(2, 4), (0, 0)])
    assert covered.unseen.sum() == 1
    assert covered.unseen[2, 3]


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        ((1.0, 1.0), 0.5),  # from the cell, not from the border
        ((1.0, 2.0), math.hypot(0.5, 0.5)),
        ((2.5, 2.0), math.hypot(0.5, 0.5)),
        ((1.75, 1.25), 0.0),
        ((1.5, 1.25), 0.0),
        ((3.5, 1.5), 0.5),  # from the border of the grid
        ((3.5, 2.5), 0.5),
        ((3.0, 2.0), 1.0),
        ((0.0, 0.0), 0.0),
        ((4.0, 3.0), 0.0),
        ((4.1, 1.0), 0.0),
        ((-0.1, 1.0), 0.0),
        ((1.0, 3.1), 0.0),
        ((math.nan, 1.0), 0.0),
        ((1.0, math.nan), 0.0),
        ((math.inf, 1.0), 0.0),
    ],
)
def test_distances_are_exact_at_corners_of_cells(point, distance):
    found = coverage((2, 3)).distance_to_unseen_m([point])
    np.testing.assert_allclose(found, [distance], atol=1e-5)
    assert found <= distance


def test_points_of_another_shape_are_named():
    with pytest.raises(InputError, match=r"^points_m"):
        coverage().distance_to_unseen_m([1.0, 2.0])
    with pytest.raises(InputError, match=r"^polygon_m"):
        coverage().unseen_in([1.0, 2.0])


def test_between_corners_the_best_corner_counts():
    covered = coverage((2, 3))
    # the corner (1.0, 1.0) is 0.5 from the cell, and 0.1 away
    np.testing.assert_allclose(covered.distance_to_unseen_m([(1.1, 1.0)]), [0.4], atol=1e-5)
    # the corner (1.0, 2.0) is sqrt(0.5) away, this point sqrt(0.02) from it
    np.testing.assert_allclose(
        covered.distance_to_unseen_m([(1.1, 1.9)]), [math.sqrt(0.5) - math.sqrt(0.02)], atol=1e-5
    )
    # and so on the other side of the cell
    np.testing.assert_allclose(covered.distance_to_unseen_m([(2.9, 1.0)]), [0.9], atol=1e-5)
    np.testing.assert_allclose(
        covered.distance_to_unseen_m([(2.4, 1.9)]), [math.sqrt(0.5) - math.sqrt(0.02)], atol=1e-5
    )


def test_distances_come_in_the_order_of_points():
    points = [(1.0, 1.0), (9.0, 9.0), (3.0, 2.0)]
    found = coverage((2, 3)).distance_to_unseen_m(points)
    np.testing.assert_allclose(found, [0.5, 0.0, 1.0], atol=1e-5)
    assert coverage().distance_to_unseen_m(np.empty((0, 2))).shape == (0,)
