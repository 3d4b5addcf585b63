from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.safety.separation import (
    PersonMotion,
    RobotMotion,
    age_s,
    allowed_speeds_mps,
    separation_terms_m,
)
from gpss_pose_ros.safety.settings import Assumption, PersonSettings
from gpss_pose_ros.safety.values import SeparationTerms

from .hall import NOW_NS, person, robot

PERSON = PersonSettings(sigmas=3.0)


def terms(someone, cart, settings=PERSON):
    persons = PersonMotion.of([someone], settings, NOW_NS)
    (numbers,) = separation_terms_m(persons, RobotMotion.of([cart], settings, NOW_NS))[:, 0].T
    return SeparationTerms(*numbers.tolist())


def allowed(distance_m, someone, cart, settings=PERSON):
    persons = PersonMotion.of([someone], settings, NOW_NS)
    robots = RobotMotion.of([cart], settings, NOW_NS)
    return allowed_speeds_mps(np.array([[distance_m]]), persons, robots).item()


def cart(speed_mps, assumption=Assumption.SEPARATION, **changes):
    given = {"reaction_s": 0.4, "sigma_m": 0.02, "assumption": assumption, **changes}
    return robot(velocity_mps=(0.0, speed_mps), **given)


CHECKS = [  # SAFETY.md: T_r 0.4 s, a 1 m/s^2, C 0.85 m, Z_d + Z_r 0.15 m
    (0.0, Assumption.SEPARATION, 1.64),
    (0.3, Assumption.SEPARATION, 2.28),
    (0.5, Assumption.SEPARATION, 2.77),
    (1.0, Assumption.SEPARATION, 4.14),
    (0.0, Assumption.REACH, 1.00),
    (0.3, Assumption.REACH, 1.16),
    (0.5, Assumption.REACH, 1.32),
    (1.0, Assumption.REACH, 1.90),
]


@pytest.mark.parametrize(("speed_mps", "assumption", "separation_m"), CHECKS)
def test_check_values_of_the_design(speed_mps, assumption, separation_m):
    someone = person(0.0, sigma_m=0.03)
    said = terms(someone, cart(speed_mps, assumption))
    assert said.total_m == pytest.approx(separation_m, abs=0.01)
    assert allowed(said.total_m, someone, cart(9.0, assumption)) == pytest.approx(speed_mps)


def test_every_term_for_itself():
    someone = person(0.0, sigma_m=0.1, speed_mps=2.0, captured_ns=NOW_NS - 250_000_000)
    tired = cart(
        1.5,
        deceleration_mps2=0.75,
        localisation_sigma_m=0.03,
        sigma_m=0.04,
        captured_ns=NOW_NS - 100_000_000,
    )
    said = terms(someone, tired)
    assert said.person_travel_m == pytest.approx(2.0 * (0.25 + 0.4 + 2.0))
    assert said.robot_reaction_m == pytest.approx(1.5 * (0.4 + 0.1))
    assert said.robot_stopping_m == pytest.approx(1.5**2 / 1.5)
    assert said.intrusion_m == 0.85
    assert said.person_uncertainty_m == pytest.approx(0.3)
    assert said.robot_uncertainty_m == pytest.approx(3.0 * 0.05)
    assert allowed(said.total_m, someone, tired) == pytest.approx(1.5)


def test_who_is_taken_to_stand_still_walked_since_they_were_seen():
    someone = person(0.0, captured_ns=NOW_NS - 500_000_000)
    assert terms(someone, cart(1.0, Assumption.REACH)).person_travel_m == pytest.approx(0.8)


def test_slow_persons_count_as_walking():
    assert terms(person(0.0, speed_mps=1.5), cart(0.0)).person_travel_m == pytest.approx(0.64)
    assert terms(person(0.0, speed_mps=1.7), cart(0.0)).person_travel_m == pytest.approx(0.68)


def test_who_may_lean_reaches_farther():
    leaning = person(0.0, shoulders_known=False)
    assert terms(leaning, cart(0.0)).intrusion_m == pytest.approx(0.85 + 0.25)


def test_turning_counts_as_speed():
    turning = cart(0.0, turn_rate_radps=-1.0)
    assert terms(person(0.0), turning).robot_stopping_m == pytest.approx(0.25)


def test_the_future_makes_nothing_young():
    assert age_s(NOW_NS + 1, NOW_NS) == 0.0
    assert age_s(NOW_NS, NOW_NS) == 0.0
    assert age_s(NOW_NS - 1_500_000_000, NOW_NS) == 1.5


@pytest.mark.parametrize("distance_m", [1.49, 0.0, -1.0, -np.inf, np.nan])
def test_too_near_allows_no_speed(distance_m):
    exact = replace(PERSON, walking_speed_mps=1.0, intrusion_m=1.0)
    assert allowed(distance_m, person(0.0), robot(), exact) == 0.0
    assert allowed(1.5, person(0.0), robot(), exact) == 0.0
    assert allowed(1.51, person(0.0), robot(), exact) > 0.0


def test_without_any_latency_the_brakes_alone_limit_the_speed():
    settings = replace(PERSON, intrusion_m=0.5)
    still = robot(reaction_s=0.0, assumption=Assumption.REACH, deceleration_mps2=2.0)
    assert allowed(0.5, person(0.0), still, settings) == 0.0
    assert allowed(1.5, person(0.0), still, settings) == pytest.approx(2.0)


def several():
    people = [person(0.0), person(0.0, sigma_m=0.1), person(0.0, sigma_m=0.2)]
    persons = PersonMotion.of(people, PERSON, NOW_NS)
    return people, persons, RobotMotion.of([cart(0.0), cart(1.0)], PERSON, NOW_NS)


def test_no_robot_may_move_where_everybody_is_too_near():
    _, persons, robots = several()
    assert not allowed_speeds_mps(np.full((2, 3), 0.25), persons, robots).any()


def test_robots_go_down_and_persons_across():
    people, persons, robots = several()
    numbers = separation_terms_m(persons, robots)
    assert numbers.shape == (6, 2, 3)
    for r, speed in enumerate((0.0, 1.0)):
        for p, someone in enumerate(people):
            alone = list(vars(terms(someone, cart(speed))).values())
            np.testing.assert_allclose(numbers[:, r, p], alone)
