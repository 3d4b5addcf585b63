"""Laws of the separation distance: what is worse never makes it shorter, nor a robot faster."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.safety.separation import (
    PersonMotion,
    RobotMotion,
    allowed_speeds_mps,
    separation_terms_m,
)

lawful = settings(derandomize=True, deadline=None, max_examples=40)
lengths = st.floats(0.0, 5.0)
PERSON = ("speed_mps", "age_s", "intrusion_m", "uncertainty_m")
ROBOT = ("speed_mps", "age_s", "reaction_s", "deceleration_mps2", "uncertainty_m", "approached")


@st.composite
def pairs(draw):
    person = [np.array([draw(lengths)]) for _ in PERSON]
    robot = {name: np.array([[draw(lengths)]]) for name in ROBOT}
    robot["deceleration_mps2"] = np.array([[draw(st.floats(0.1, 5.0))]])
    robot["approached"] = np.array([[draw(st.sampled_from([0.0, 1.0]))]])
    return PersonMotion(*person), RobotMotion(**robot)


def total_m(person, robot):
    return separation_terms_m(person, robot).sum(axis=0).item()


def allowed(distance_m, person, robot):
    return allowed_speeds_mps(np.array([[distance_m]]), person, robot).item()


@lawful
@given(pairs(), st.floats(0.0, 20.0), lengths, st.sampled_from(PERSON))
def test_worse_of_a_person_never_shortens_it(pair, distance_m, more, name):
    person, robot = pair
    worse = replace(person, **{name: getattr(person, name) + more})
    assert total_m(worse, robot) >= total_m(person, robot)
    assert allowed(distance_m, worse, robot) <= allowed(distance_m, person, robot) + 1e-12


@lawful
@given(pairs(), st.floats(0.0, 20.0), lengths, st.sampled_from(ROBOT))
def test_worse_of_a_robot_never_shortens_it(pair, distance_m, more, name):
    person, robot = pair
    value = getattr(robot, name)
    worse = {"deceleration_mps2": value / (1.0 + more), "approached": np.ones((1, 1))}
    changed = replace(robot, **{name: worse.get(name, value + more)})
    assert total_m(person, changed) >= total_m(person, robot) - 1e-12
    assert allowed(distance_m, person, changed) <= allowed(distance_m, person, robot) + 1e-12


@lawful
@given(pairs(), st.floats(0.0, 30.0), lengths)
def test_nearer_never_allows_more(pair, distance_m, nearer_m):
    assert allowed(distance_m - nearer_m, *pair) <= allowed(distance_m, *pair)


@lawful
@given(pairs())
def test_allowed_speed_is_the_inverse_of_the_distance(pair):
    person, robot = pair
    speed = allowed(total_m(person, robot), person, robot)
    np.testing.assert_allclose(speed, robot.speed_mps.item(), rtol=1e-6, atol=1e-6)


@lawful
@given(pairs(), st.floats(0.0, 30.0))
def test_at_the_allowed_speed_the_distance_is_kept_and_just_so(pair, distance_m):
    person, robot = pair
    speed = allowed(distance_m, person, robot)
    needed_m = total_m(person, replace(robot, speed_mps=np.array([[speed]])))
    if speed > 0.0:
        np.testing.assert_allclose(needed_m, distance_m, rtol=1e-9)
    else:
        assert needed_m >= distance_m


@lawful
@given(pairs(), st.sampled_from(PERSON))
def test_not_a_number_allows_nothing(pair, name):
    person, robot = pair
    unknown = replace(person, **{name: np.array([np.nan])})
    assert not total_m(unknown, robot) <= 1e9
    assert allowed(1e9, unknown, robot) == 0.0
    assert allowed(np.nan, person, robot) == 0.0


@lawful
@given(pairs())
def test_every_term_is_a_length(pair):
    assert (separation_terms_m(*pair) >= 0.0).all()
