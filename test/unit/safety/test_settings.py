"""What a site may say, and what it may not."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import (
    LATCHING,
    Area,
    CoverageSettings,
    MonitorSettings,
    Occluder,
    PersonSettings,
    RobotEntry,
    RobotProfile,
    Site,
    Unseen,
    require_convex,
)

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
PROFILE = RobotProfile("cart", SQUARE, 1.0, 0.4, 0.02, 1.5)
STAR = tuple(
    (math.cos(k * 0.8 * math.pi), math.sin(k * 0.8 * math.pi)) for k in range(5)
)  # always turns left, twice around
LOPSIDED = ((-1.0, 2.0), (-1.0, -2.0), (2.0, 3.0), (-3.0, -3.0), (1.0, -1.0))  # so does this


def numbers(settings):
    return [f.name for f in fields(settings) if type(getattr(settings, f.name)) is float]


@pytest.mark.parametrize(
    ("settings", "where"),
    [(PersonSettings(), "person"), (PROFILE, "profile cart"), (CoverageSettings(), "coverage")],
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -1e-9])
def test_numbers_are_finite_and_not_negative(settings, where, value):
    for name in numbers(settings):
        with pytest.raises(ConfigurationError, match=f"^{where}: {name} must be finite and >= 0"):
            replace(settings, **{name: value})


@pytest.mark.parametrize("name", ["deceleration_mps2", "largest_speed_mps"])
def test_a_robot_moves_and_brakes(name):
    with pytest.raises(ConfigurationError, match=f"profile cart: {name} must be > 0"):
        replace(PROFILE, **{name: 0.0})


def test_a_robot_is_careful_unless_told_otherwise():
    assert PROFILE.unseen is Unseen.STOP
    assert PROFILE.creep_speed_mps == 0.3


def test_an_outline_is_counter_clockwise_however_it_is_given():
    clockwise = replace(PROFILE, footprint_m=SQUARE[::-1])
    assert PROFILE.outline_m.tolist() == [list(corner) for corner in SQUARE]
    assert clockwise.outline_m.tolist() == [list(corner) for corner in SQUARE]


def test_the_radius_is_that_of_the_farthest_corner():
    footprint = ((-0.1, -0.2), (0.3, -0.2), (0.3, 0.4), (-0.1, 0.4))
    assert replace(PROFILE, footprint_m=footprint).radius_m == pytest.approx(0.5)


def test_a_robot_has_a_source():
    assert RobotEntry("r", PROFILE, odometry="/odom").frame == ""
    assert RobotEntry("r", PROFILE, frame="base").odometry == ""
    with pytest.raises(ConfigurationError, match="robot r: name its odometry topic or its frame"):
        RobotEntry("r", PROFILE)


@pytest.mark.parametrize("height_m", [0.0, -1.0, math.nan, math.inf])
def test_what_hides_floor_has_a_height(height_m):
    assert Occluder("box", SQUARE, 1e-3).height_m == 1e-3
    with pytest.raises(ConfigurationError, match="occluder box: height_m must be > 0"):
        Occluder("box", SQUARE, height_m)


def test_what_is_not_convex_is_named():
    line = ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0))
    with pytest.raises(ConfigurationError, match="occluder box: corners_m must be convex"):
        Occluder("box", line, 1.0)
    with pytest.raises(ConfigurationError, match="human-free area pit: corners_m must be convex"):
        Area("pit", line)
    with pytest.raises(ConfigurationError, match="profile cart: footprint_m must be convex"):
        replace(PROFILE, footprint_m=line)


@pytest.mark.parametrize("corners", [SQUARE, SQUARE[::-1], SQUARE[:3], SQUARE[2::-1]])
def test_convex_polygons_of_either_sense_are_taken(corners):
    require_convex(corners, "x")


@pytest.mark.parametrize("count", [3, 4, 7, 40])
def test_regular_polygons_are_convex(count):
    angles = np.arange(count) * math.tau / count + 0.1
    require_convex(tuple(zip(np.cos(angles), np.sin(angles), strict=True)), "x")


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        ((), "must be three points"),
        (SQUARE[:2], "must be three points"),
        (((0.0, 0.0, 0.0),) * 3, "must be three points"),
        (((0.0, 0.0), (1.0, math.nan), (0.0, 1.0)), "must be finite"),
        (((0.0, 0.0), (math.inf, 0.0), (0.0, 1.0)), "must be finite"),
        ((*SQUARE[:3], (0.9, 0.5)), "must be convex"),
        ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), "must be convex"),
        ((SQUARE[0], *SQUARE), "must be convex"),
        ((SQUARE[0], (0.5, 0.0), *SQUARE[1:]), "must be convex"),
        (STAR, "must be convex"),
        (STAR[::-1], "must be convex"),
        (LOPSIDED, "must be convex"),
    ],
)
def test_what_is_no_convex_polygon_is_refused(corners, said):
    with pytest.raises(ConfigurationError, match=f"^x {said}"):
        require_convex(corners, "x")


@pytest.mark.parametrize("name", ["resolution_m", "range_m"])
def test_cells_and_range_are_above_0(name):
    with pytest.raises(ConfigurationError, match=r"^coverage: resolution_m and range_m"):
        CoverageSettings(**{name: 0.0})


@pytest.mark.parametrize(
    ("low_m", "high_m", "valid"),
    [
        ((0.0, 0.0), (0.5, 0.5), True),
        ((0.0, 0.0), (0.5, 0.4375), False),
        ((0.0, 0.0), (0.4375, 0.5), False),
        ((1.0, 1.0), (0.0, 0.0), False),
        ((0.0, math.nan), (9.0, 9.0), False),
        ((0.0, 0.0), (9.0, math.inf), False),
    ],
)
def test_the_floor_is_one_cell_at_least(low_m, high_m, valid):
    if valid:
        CoverageSettings(low_m, high_m, resolution_m=0.5)
        return
    with pytest.raises(ConfigurationError, match=r"coverage: high_m .* must be above low_m"):
        CoverageSettings(low_m, high_m, resolution_m=0.5)


@pytest.mark.parametrize("heights_m", [(), (-1e-9,), (0.0, math.nan), (math.inf,)])
def test_heights_are_not_below_the_floor(heights_m):
    with pytest.raises(ConfigurationError, match="coverage: heights_m must be numbers >= 0"):
        CoverageSettings(heights_m=heights_m)


@pytest.mark.parametrize("name", numbers(MonitorSettings()))
@pytest.mark.parametrize("value", [math.nan, math.inf, -1e-9])
def test_times_are_finite_and_not_negative(name, value):
    with pytest.raises(ConfigurationError, match=f"monitor: {name} must be finite and >= 0"):
        MonitorSettings(**{name: value})


@pytest.mark.parametrize(
    "name",
    ["period_s", "persons_timeout_s", "data_age_s", "camera_age_s", "robot_timeout_s"],
)
def test_times_to_wait_are_above_0(name):
    with pytest.raises(ConfigurationError, match=f"^monitor: {name} must be > 0"):
        MonitorSettings(**{name: 0.0})


def test_a_cycle_is_late_only_after_the_next_one_is_due():
    MonitorSettings(period_s=0.1, late_s=0.11)
    with pytest.raises(ConfigurationError, match=r"^monitor: late_s must be above period_s"):
        MonitorSettings(period_s=0.1, late_s=0.1)


def test_what_was_wrong_with_the_picture_latches_and_what_clears_by_itself_does_not():
    assert MonitorSettings().latch == LATCHING
    by_themselves = (
        Cause.CAMERA_STALE | Cause.ROBOT_STALE | Cause.PERSON_NEAR | Cause.UNSEEN_FLOOR
        | Cause.OVERRUN | Cause.UNPLACED_PERSON | Cause.STARTING
    )  # fmt: skip
    assert LATCHING & by_themselves == Cause.NONE
    assert Cause.PERSONS_STALE in LATCHING


def test_robots_have_names_of_their_own():
    robots = tuple(RobotEntry(name, PROFILE, "/odom") for name in "baabc")
    with pytest.raises(ConfigurationError, match="robots: a, b named twice"):
        Site(robots=robots)
