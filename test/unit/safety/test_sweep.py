import math

import numpy as np
import pytest

from gpss_pose_ros.safety.distance import padded
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.separation import RobotMotion
from gpss_pose_ros.safety.sweep import swept_m

from .hall import EXACT, NOW_NS, robot


def swept(*robots):
    motion = RobotMotion.of(robots, EXACT, NOW_NS)
    return swept_m(robots, padded([r.footprint_m for r in robots]), motion)


def box(cart):
    """Corners of the box around the floor that one robot sweeps."""
    (corners,) = swept(cart)
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])


def test_who_stands_sweeps_the_own_outline():
    np.testing.assert_allclose(
        convex_hull(swept(robot((3.0, 2.0)))[0].round(9)),
        [[2.5, 1.5], [3.5, 1.5], [3.5, 2.5], [2.5, 2.5]],
    )


@pytest.mark.parametrize(
    ("velocity_mps", "expected"),
    [
        ((1.0, 0.0), (-0.5, -0.5, 1.5, 0.5)),  # 0.5 s of reaction, 0.5 m of brakes
        ((-1.0, 0.0), (-1.5, -0.5, 0.5, 0.5)),
        ((0.0, 2.0), (-0.5, -0.5, 0.5, 3.5)),
    ],
)
def test_who_drives_sweeps_the_way_until_it_stands(velocity_mps, expected):
    np.testing.assert_allclose(box(robot(velocity_mps=velocity_mps)), expected, atol=1e-12)


def test_an_old_position_adds_to_the_way():
    old = robot(velocity_mps=(1.0, 0.0), captured_ns=NOW_NS - 250_000_000)
    np.testing.assert_allclose(box(old), (-0.5, -0.5, 1.75, 0.5), atol=1e-12)


def test_an_uncertain_position_adds_all_around():
    np.testing.assert_allclose(box(robot(sigma_m=0.1)), (-0.8, -0.8, 0.8, 0.8), atol=1e-12)


def test_turning_adds_all_around():
    radius = math.sqrt(0.5)
    old_ns = NOW_NS - 250_000_000
    turning = robot(turn_rate_radps=-0.1, deceleration_mps2=0.5, captured_ns=old_ns)
    angle = 0.1 * (0.75 + 0.1 * radius / 0.5)  # the brakes stop what moves at 0.1 * radius
    added = radius * angle
    np.testing.assert_allclose(box(turning), np.array([-1, -1, 1, 1]) * (0.5 + added), atol=1e-12)
    driving = robot(velocity_mps=(1.0, 0.0), turn_rate_radps=0.1)
    angle = 0.1 * (0.5 + 1.0 + 0.1 * radius)
    added = radius * angle + 1.0 * angle
    expected = (-0.5 - added, -0.5 - added, 1.5 + added, 0.5 + added)
    np.testing.assert_allclose(box(driving), expected, atol=1e-12)


def test_turning_round_and_round_adds_no_more_than_the_whole_way_and_the_whole_outline():
    spinning = robot(velocity_mps=(1.0, 0.0), turn_rate_radps=20.0, deceleration_mps2=50.0)
    way = 0.5 + 0.01
    added = 2.0 * math.sqrt(0.5) + way
    expected = (-0.5 - added, -0.5 - added, 0.5 + way + added, 0.5 + added)
    np.testing.assert_allclose(box(spinning), expected, atol=1e-12)


def test_sides_look_from_the_robots_own_direction():
    aslant = robot(yaw_rad=0.3, velocity_mps=(math.cos(0.3), math.sin(0.3)))
    corners = convex_hull(swept(aslant)[0].round(9))
    assert len(corners) == 4
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    np.testing.assert_allclose(np.sort(lengths), [1.0, 1.0, 2.0, 2.0], atol=1e-8)


def test_every_robot_sweeps_its_own_floor():
    one, other = robot((1.0, 2.0), (1.0, 0.5), turn_rate_radps=0.2), robot((-4.0, 0.0), yaw_rad=1.0)
    np.testing.assert_array_equal(swept(one, other), [*swept(one), *swept(other)])
    assert swept_m([], padded([]), RobotMotion.of([], EXACT, NOW_NS)).shape == (0, 8, 2)
