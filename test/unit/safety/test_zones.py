from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.safety.separation import PersonMotion, RobotMotion
from gpss_pose_ros.safety.zones import zones

from .hall import EXACT, NOW_NS, person, robot


def zones_of(persons, robots=()):
    walking = PersonMotion.of(persons, EXACT, NOW_NS)
    return zones(persons, walking, RobotMotion.of(robots, EXACT, NOW_NS), EXACT)


def test_zone_follows_the_person():
    points = [[1.0, 0.0], [1.0, 0.5], [1.5, 0.0], [1.125, 0.125]]
    (zone,) = zones_of([person(0.0, track_id=7, points_m=points, held=True)])
    assert (zone.track_id, zone.held, zone.age_s) == (7, True, 0.0)
    np.testing.assert_array_equal(zone.core_m, [[1.0, 0.0], [1.5, 0.0], [1.0, 0.5]])


@pytest.mark.parametrize(
    ("changes", "reach_m"),
    [
        ({}, 0.75),
        ({"shoulders_known": False}, 1.0),
        ({"sigma_m": 0.125}, 1.125),
        ({"captured_ns": NOW_NS - 500_000_000}, 1.25),
        ({"captured_ns": NOW_NS - 500_000_000, "speed_mps": 2.0}, 1.75),
        ({"captured_ns": NOW_NS + 500_000_000}, 0.75),
    ],
)
def test_reach_grows_by_what_is_unknown(changes, reach_m):
    (zone,) = zones_of([person(0.0, **changes)])
    assert zone.reach_m == reach_m
    assert zone.separation_m == reach_m  # without robots nothing more is demanded
    assert zone.age_s == max(NOW_NS - changes.get("captured_ns", NOW_NS), 0) / 1e9


def test_the_most_demanding_robot_decides_on_the_separation():
    slow, fast = robot(), robot(velocity_mps=(1.0, 0.0))
    assert zones_of([person(0.0)], [slow])[0].separation_m == 1.5
    demanded_m = 1.0 * (0.5 + 1.0) + 0.5 + 0.5 + 1.0
    for robots in ([slow, fast], [fast, slow]):
        assert zones_of([person(0.0)], robots)[0].separation_m == demanded_m


def test_separation_is_at_least_reach():
    long_armed = person(0.0)
    walking = PersonMotion.of([long_armed], EXACT, NOW_NS)
    motion = RobotMotion.of([robot(reaction_s=0.0)], EXACT, NOW_NS)
    (zone,) = zones([long_armed], walking, motion, EXACT)
    assert (zone.reach_m, zone.separation_m) == (0.75, 1.0)
    (zone,) = zones([long_armed], walking, motion, replace(EXACT, reach_m=1.25))
    assert (zone.reach_m, zone.separation_m) == (1.25, 1.25)


def test_everybody_has_a_zone_in_their_order():
    people = [person(0.0, track_id=3), person(1.0, track_id=1, sigma_m=0.125)]
    found = zones_of(people, [robot()])
    assert [zone.track_id for zone in found] == [3, 1]
    assert [zone.separation_m for zone in found] == [1.5, 1.875]
    assert zones_of([], [robot()]) == ()
