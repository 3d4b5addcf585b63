"""A twist is slowed down along its own path, and whatever is in doubt stops the robot."""

import math

import numpy as np
import pytest

from gpss_pose_ros.safety.gate import STANDSTILL, PlanarTwist, fastest_mps, limited

OUTLINE = np.array([[-0.5, -0.3], [0.7, -0.3], [0.7, 0.2], [-0.5, 0.2]])


def test_straight_ahead_every_point_is_as_fast_as_the_robot():
    assert fastest_mps(PlanarTwist(0.8, 0.0, 0.0), OUTLINE) == 0.8
    assert fastest_mps(PlanarTwist(-0.3, 0.4, 0.0), OUTLINE) == 0.5


def test_on_the_spot_the_farthest_corner_is_fastest():
    turning = math.hypot(0.7, 0.3) * 2.0
    assert fastest_mps(PlanarTwist(0.0, 0.0, -2.0), OUTLINE) == pytest.approx(turning)


def test_in_a_curve_the_outer_corner_is_fastest():
    # 1 m/s ahead, turning left with 0.5 rad/s: the front right corner does 1.15 and 0.35 m/s
    assert fastest_mps(PlanarTwist(1.0, 0.0, 0.5), OUTLINE) == pytest.approx(math.hypot(1.15, 0.35))
    assert fastest_mps(PlanarTwist(0.0, 1.0, 0.5), OUTLINE) == pytest.approx(math.hypot(0.15, 1.35))


def test_what_is_slow_enough_passes_unchanged():
    twist = PlanarTwist(0.3, 0.0, 0.0)
    assert limited(twist, OUTLINE, 0.3) is twist
    assert limited(STANDSTILL, OUTLINE, 0.1) == STANDSTILL


def test_what_is_too_fast_is_slowed_down_along_the_same_path():
    assert limited(PlanarTwist(0.4, -0.3, 0.0), OUTLINE, 0.25) == PlanarTwist(0.2, -0.15, 0.0)
    slow = limited(PlanarTwist(1.0, 0.2, 0.5), OUTLINE, 0.5)
    assert fastest_mps(slow, OUTLINE) == pytest.approx(0.5)
    assert (slow.y_mps / slow.x_mps, slow.turn_radps / slow.x_mps) == pytest.approx((0.2, 0.5))


@pytest.mark.parametrize("allowed_mps", [0.0, -0.1, math.nan, math.inf, -math.inf])
def test_nothing_but_a_finite_speed_above_0_lets_a_robot_go(allowed_mps):
    assert limited(PlanarTwist(-0.1, 0.0, 0.0), OUTLINE, allowed_mps) is STANDSTILL


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["x_mps", "y_mps", "turn_radps"])
def test_a_twist_that_is_not_finite_stops_the_robot(field, value):
    twist = PlanarTwist(**{"x_mps": 0.1, "y_mps": 0.0, "turn_radps": 0.0, field: value})
    assert limited(twist, OUTLINE, 1.0) == STANDSTILL


@pytest.mark.parametrize("speed_mps", [1e-3, 1e150, 1e300])
def test_even_absurd_speeds_are_limited(speed_mps):
    slow = limited(PlanarTwist(speed_mps, speed_mps, 0.0), OUTLINE, 1e-3)
    assert fastest_mps(slow, OUTLINE) <= 1e-3 * (1 + 1e-12)
