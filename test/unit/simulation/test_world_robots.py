import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.robots import Drive
from gpss_pose_ros.simulation.walkable import work_places
from gpss_pose_ros.simulation.world import Obstacle, RobotPlan

PLAN = RobotPlan("atr", "amr", ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)), 0.8, stop_s=2.0)


def path(drive: Drive, step_s: float) -> np.ndarray:
    """Return x, y, yaw and speed (N, 4) over a round and a half."""
    states = [drive.state(t) for t in np.arange(0.0, 1.5 * drive.period_s, step_s)]
    return np.array([(s.x_m, s.y_m, s.yaw_rad, s.v_mps) for s in states])


def test_a_robot_drives_forward_as_fast_as_it_says_and_never_jumps():
    x, y, yaw, speed = path(Drive(PLAN), 0.05).T
    step = np.stack([np.diff(x), np.diff(y)], axis=1)
    measured = np.linalg.norm(step, axis=1) / 0.05

    assert measured.max() < PLAN.speed_mps + 1e-6
    np.testing.assert_allclose(measured, (speed[1:] + speed[:-1]) / 2, atol=0.1)
    moving = measured > 0.05
    forward = np.stack([np.cos(yaw), np.sin(yaw)], axis=1)[:-1]
    along = (step * forward).sum(axis=1) / np.linalg.norm(step, axis=1).clip(1e-9)
    assert along[moving].min() > 0.99
    turn = (np.diff(yaw) + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(turn).max() < 0.05 * 1.5


def test_a_robot_waits_at_its_stop_and_comes_back_to_it():
    drive = Drive(PLAN)
    start, waiting = drive.state(0.0), drive.state(1.9)
    again = drive.state(drive.period_s)

    assert waiting.v_mps == 0.0
    assert (waiting.x_m, waiting.y_m) == (start.x_m, start.y_m)
    np.testing.assert_allclose((again.x_m, again.y_m), (start.x_m, start.y_m), atol=1e-9)
    assert drive.state(3.5).v_mps > 0.0


def test_a_robot_stays_within_its_corners():
    x, y = path(Drive(PLAN), 0.2).T[:2]
    assert x.min() >= 0.0
    assert x.max() <= 4.0
    assert y.min() >= 0.0
    assert y.max() <= 3.0


def test_an_unknown_robot_is_refused_with_the_valid_kinds():
    with pytest.raises(InputError, match="'tank'; valid: amr, tugger"):
        RobotPlan("atr", "tank", PLAN.route_m, 1.0)


@pytest.mark.parametrize("yaw", [0.0, 1.2, np.pi])
def test_people_work_in_front_of_a_bench_and_face_it(yaw):
    bench = Obstacle("workbench", 1.0, -2.0, yaw, (2.4, 0.8, 0.9))
    places = work_places(bench)

    assert len(places) == 2
    for place in places:
        ahead = np.array([np.cos(place.yaw_rad), np.sin(place.yaw_rad)])
        stand = np.array([place.x_m, place.y_m])
        centre = np.array([bench.x_m, bench.y_m])
        # The bench's edge is as far ahead as the place says.
        assert (centre - stand) @ ahead == pytest.approx(0.4 + place.distance_m)
        assert place.surface_m == pytest.approx(0.9)
