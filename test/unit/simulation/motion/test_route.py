"""Finding a way around obstacles."""

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.motion.floor import Obstacle, WalkableFloor
from gpss_pose_ros.simulation.motion.route import RouteFinder

WALL = Obstacle(5.0, 3.0, np.pi / 2, 6.0, 0.5)  # from y = 0 to 6
FLOOR = WalkableFloor((0.0, 10.0), (0.0, 8.0), (WALL,))


def test_clearance_is_the_distance_to_a_turned_rectangle():
    turned = WalkableFloor((-9, 9), (-9, 9), (Obstacle(1.0, 1.0, np.pi / 4, 2.0, 1.0),))
    d = np.sqrt(0.5)
    points = np.array([[1 + 2 * d, 1 + 2 * d], [1.0, 1.0], [1 - d, 1 + d], [8.5, 0.0], [10, 0]])
    assert np.allclose(turned.clearance_m(points), [1.0, -0.5, 0.5, 0.5, -1.0])


def test_the_way_leads_around_a_wall_with_clearance():
    path = RouteFinder(FLOOR, 0.45).find(np.array([2.0, 1.0]), np.array([8.0, 1.0]))
    assert np.allclose(path.at(0.0)[:2], (2.0, 1.0))
    assert np.allclose(path.at(path.length_m)[:2], (8.0, 1.0))
    places = path.places(np.arange(0.0, path.length_m, 0.02))[:, :2]
    assert FLOOR.clearance_m(places).min() > 0.3
    around = 2 * np.hypot(2.6, 5.3) + 0.8
    assert path.length_m < 1.1 * around


def test_a_free_way_is_straight():
    path = RouteFinder(FLOOR, 0.45).find(np.array([1.0, 1.0]), np.array([3.0, 6.0]))
    assert path.length_m == pytest.approx(np.hypot(2.0, 5.0), rel=0.02)


def test_there_is_no_way_through_a_closed_wall():
    closed = WalkableFloor((0.0, 10.0), (0.0, 6.0), (WALL,))
    finder = RouteFinder(closed, 0.45)
    assert finder.find(np.array([2.0, 1.0]), np.array([8.0, 1.0])) is None


def test_a_way_may_begin_and_end_close_to_an_obstacle():
    path = RouteFinder(FLOOR, 0.45).find(np.array([4.5, 3.0]), np.array([5.5, 3.0]))
    assert path is not None
    assert np.allclose(path.at(path.length_m)[:2], (5.5, 3.0))


def test_a_floor_without_area_is_refused():
    with pytest.raises(InputError, match="ranges that rise"):
        WalkableFloor((3.0, 3.0), (0.0, 1.0))
