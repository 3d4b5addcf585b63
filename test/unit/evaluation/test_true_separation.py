"""The oracle for the separation distance: SAFETY.md's check values, and geometry by brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.evaluation.true_separation import (
    distance_to_polygon_m,
    gap_m,
    true_allowed_mps,
    true_separation_m,
)
from gpss_pose_ros.safety.settings import Assumption, PersonSettings

from .safety_scenes import PROFILE

PERSON = PersonSettings()
UNCERTAINTY_M = 0.15  # in the check values, not in the truth
DIRECTIONS_M = 0.01  # by which a finite number of directions may miss the widest strip
coordinates = st.floats(-3.0, 3.0)
points = st.tuples(coordinates, coordinates)
speeds = st.floats(0.0, 3.0)
rings = st.lists(st.floats(0.0, 6.28), min_size=3, max_size=6, unique_by=lambda a: round(a, 1))


@pytest.mark.parametrize(
    ("robot_mps", "walking_m", "standing_m"),
    [(0.0, 1.64, 1.00), (0.3, 2.28, 1.16), (0.5, 2.77, 1.32), (1.0, 4.14, 1.90)],
)
def test_the_check_values(robot_mps, walking_m, standing_m):
    reach = replace(PROFILE, assumption=Assumption.REACH)
    walking = true_separation_m(PROFILE, PERSON, robot_mps) + UNCERTAINTY_M
    assert walking == pytest.approx(walking_m, abs=0.01)
    if robot_mps != 0.5:  # 0.2 + 0.125 + 0.85 + 0.15 is 1.325: the table cuts it off
        assert true_separation_m(reach, PERSON, robot_mps) + UNCERTAINTY_M == pytest.approx(
            standing_m, abs=0.01
        )


def test_whoever_walks_faster_than_usual_is_nearer_sooner():
    usual = true_separation_m(PROFILE, PERSON, 0.5)
    assert true_separation_m(PROFILE, PERSON, 0.5, 1.0) == usual
    assert true_separation_m(PROFILE, PERSON, 0.5, 2.0) == pytest.approx(usual + 0.4 * 0.9)


@given(speeds, speeds, st.sampled_from(Assumption))
def test_the_allowed_speed_is_the_one_that_needs_the_distance(robot_mps, person_mps, assumption):
    profile = replace(PROFILE, assumption=assumption)
    needed = true_separation_m(profile, PERSON, robot_mps, person_mps)
    allowed = true_allowed_mps(profile, PERSON, needed, person_mps)
    assert allowed == pytest.approx(robot_mps, abs=1e-9)


@pytest.mark.parametrize("distance_m", [0.0, 1.48, float("nan")])
def test_where_even_standing_is_too_near_no_speed_is_allowed(distance_m):
    assert true_allowed_mps(PROFILE, PERSON, distance_m) == 0.0


def polygon(angles, centre):
    """Corners on a circle, so that they are convex."""
    turned = np.sort(angles)
    return np.column_stack([np.cos(turned), np.sin(turned)]) + centre


def apart(first, second):
    """Distance of two convex hulls: the widest strip between them, of all directions."""
    angles = np.linspace(0.0, 2.0 * np.pi, 4000)
    across = np.array([np.cos(angles), np.sin(angles)])
    return max(0.0, ((first @ across).min(axis=0) - (second @ across).max(axis=0)).max())


@given(points, rings, points)
def test_the_distance_to_a_polygon_is_that_to_its_nearest_point(point, angles, centre):
    corners, point = polygon(angles, centre), np.array(point)
    distance = distance_to_polygon_m(point, corners)
    assert -1e-5 <= distance - apart(point[None], corners) <= DIRECTIONS_M
    assert distance == pytest.approx(distance_to_polygon_m(point, corners[::-1]))


def test_a_point_and_a_segment_are_polygons_too():
    assert distance_to_polygon_m(np.array([3.0, 4.0]), np.zeros((1, 2))) == pytest.approx(5.0)
    segment = np.array([[0.0, 0.0], [2.0, 0.0]])
    assert distance_to_polygon_m(np.array([1.0, 0.5]), segment) == pytest.approx(0.5)
    assert distance_to_polygon_m(np.array([3.0, 0.0]), segment) == pytest.approx(1.0)
    assert distance_to_polygon_m(np.array([1.0, 0.0]), segment) == 0.0


@given(st.lists(points, min_size=1, max_size=5), rings, points)
def test_the_gap_is_the_widest_strip_between_both(person, angles, centre):
    outline, person = polygon(angles, centre), np.array(person)
    assert -1e-5 <= gap_m(person, outline) - apart(person, outline) <= DIRECTIONS_M


def test_gaps_of_boxes():
    box = np.array(PROFILE.footprint_m)
    assert gap_m(np.array([[2.0, 0.0]]), box) == pytest.approx(1.5)
    assert gap_m(np.array([[2.0, 5.0], [2.0, -5.0]]), box) == pytest.approx(1.5)
    assert gap_m(np.array([[-2.0, 0.0], [2.0, 0.0]]), box) == 0.0
    assert gap_m(box + np.array([3.5, 4.8]), box) == pytest.approx(np.hypot(2.5, 4.0), abs=1e-6)
