"""Values are validated when built: what cannot be never gets as far as a verdict."""

import math

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import RobotProfile
from gpss_pose_ros.safety.values import Person, Robot, SeparationTerms, Verdict

# x forward 0.6 and back 0.4, to the sides 0.3: given clockwise
FOOTPRINT = ((-0.4, -0.3), (-0.4, 0.3), (0.6, 0.3), (0.6, -0.3))
PROFILE = RobotProfile("cart", FOOTPRINT, 1.0, 0.2, 0.01, 1.5)


def person(**changes):
    values = {"points_m": [[1.0, 2.0]], "sigma_m": 0.1, "speed_mps": 0.5, **changes}
    return Person(track_id=3, held=False, shoulders_known=True, captured_ns=5, **values)


def robot(**changes):
    values = {
        "position_m": (1.0, 2.0),
        "yaw_rad": math.pi / 2,
        "velocity_mps": (0.3, 0.4),
        "turn_rate_radps": -2.0,
        "sigma_m": 0.0,
        **changes,
    }
    return Robot("r1", PROFILE, captured_ns=5, **values)


def test_the_worse_the_larger():
    assert Verdict.CLEAR < Verdict.WARNING < Verdict.UNKNOWN < Verdict.PROTECTIVE_STOP


def test_every_cause_is_a_bit_of_its_own_in_order():
    assert [cause.value for cause in Cause] == [1 << k for k in range(22)]


@pytest.mark.parametrize("points", [np.empty((0, 2)), [[math.nan, 0.0]], [[0.0, math.inf]]])
def test_a_person_is_somewhere(points):
    with pytest.raises(InputError, match="person 3: points_m must be finite, and one at least"):
        person(points_m=points)


def test_points_are_on_the_floor():
    with pytest.raises(InputError, match=r"points_m must have shape \(any, 2\)"):
        person(points_m=[[0.0, 0.0, 0.0]])


@pytest.mark.parametrize("value", [math.nan, math.inf, -1e-9])
@pytest.mark.parametrize("field", ["sigma_m", "speed_mps"])
def test_uncertainty_and_speed_of_a_person_are_finite_and_not_negative(field, value):
    with pytest.raises(InputError, match=f"person 3: {field} must be finite and >= 0, got"):
        person(**{field: value})
    assert getattr(person(**{field: 0.0}), field) == 0.0


@pytest.mark.parametrize("field", ["position_m", "velocity_mps"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_robot_is_somewhere(field, value):
    with pytest.raises(InputError, match=f"robot r1: {field} must be finite"):
        robot(**{field: (0.0, value)})
    with pytest.raises(InputError, match=rf"robot r1: {field} must have shape \(2\)"):
        robot(**{field: (0.0, 0.0, 0.0)})


@pytest.mark.parametrize("field", ["yaw_rad", "turn_rate_radps"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_robot_is_turned_somehow(field, value):
    with pytest.raises(InputError, match="robot r1: yaw_rad and turn_rate_radps must be finite"):
        robot(**{field: value})


@pytest.mark.parametrize("value", [math.nan, math.inf, -1e-9])
def test_uncertainty_of_a_robot_is_finite_and_not_negative(value):
    with pytest.raises(InputError, match="robot r1: sigma_m must be finite and >= 0, got"):
        robot(sigma_m=value)


def test_an_outline_is_turned_and_moved():
    corners = robot().footprint_m
    assert corners == pytest.approx(
        np.array([[1.3, 1.6], [1.3, 2.6], [0.7, 2.6], [0.7, 1.6]])[[1, 2, 3, 0]]
    )


def test_speed_is_that_of_the_farthest_corner_at_most():
    assert robot().speed_mps == pytest.approx(0.5 + 2.0 * math.hypot(0.6, 0.3))
    assert robot(turn_rate_radps=0.0).speed_mps == pytest.approx(0.5)


def test_separation_is_the_sum_of_its_terms():
    assert SeparationTerms(1.0, 2.0, 4.0, 8.0, 16.0, 32.0).total_m == 63.0
