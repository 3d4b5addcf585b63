"""Starts in STOP; leaves only when every required input is fresh."""

import math
from dataclasses import replace

import pytest

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.settings import LATCHING, Site
from gpss_pose_ros.safety.start import Start
from gpss_pose_ros.safety.values import Verdict
from gpss_pose_ros.types import CameraState

STOP, CLEAR = Verdict.PROTECTIVE_STOP, Verdict.CLEAR
SECOND = 1_000_000_000
HINDRANCE = Fault(Cause.PERSONS_STALE, "persons", "no report yet")


def without(camera):
    def change(report):
        return replace(report, cameras={k: v for k, v in report.cameras.items() if k != camera})

    return change


def test_the_first_cycle_stops_every_robot_and_says_what_it_waits_for(plant):
    report = plant.monitor.tick(plant.now_ns)
    assert report.verdict is STOP
    assert [robot.verdict for robot in report.robots] == [STOP, STOP]
    assert report.causes == Cause.STARTING | Cause.PERSONS_STALE | Cause.ROBOT_STALE
    assert report.reasons[0] == "start: waits for persons: no report yet, and 2 more"
    assert "left: it has not said where it is yet" in report.reasons
    assert math.isinf(report.data_age_s)
    assert not report.latched
    assert [robot.age_s for robot in report.robots] == [math.inf, math.inf]


def test_a_site_without_robots_starts_in_stop_too(new):
    assert Monitor(Site(), "").tick(0).verdict is STOP


def test_it_goes_when_all_was_well_for_long_enough(plant):
    reports = plant.run(1.0)
    starting = [bool(report.causes & Cause.STARTING) for report in reports]
    assert starting == [True] * 2 + [False] * 8  # settle_s after the first cycle
    verdicts = [report.verdict for report in reports]
    assert verdicts == [STOP] * 4 + [CLEAR] * 6  # clear_after_s after the last STARTING
    assert reports[-1].causes == Cause.NONE
    assert reports[-1].reasons == ()
    assert not any(report.latched for report in reports)


def test_it_waits_for_a_camera_that_delivers_nothing(plant, change):
    plant.change = change("east", state=CameraState.MISSING)
    plant.run(1.5)
    assert plant.last.causes & Cause.STARTING
    assert plant.last.causes & Cause.CAMERA_MISSING
    assert plant.verdicts() == (STOP, STOP)


def test_it_waits_for_a_camera_of_the_site_that_no_report_names(new):
    plant = new(cameras=("west", "east"))
    plant.change = without("east")
    plant.run(1.5)
    assert plant.last.causes == Cause.STARTING | Cause.CAMERA_MISSING | Cause.UNSEEN_FLOOR
    assert plant.monitor.cameras == {"west", "east"}


def test_it_does_not_wait_for_a_camera_that_the_site_does_not_require(new, change):
    plant = new(cameras=("west",))
    plant.change = change("east", state=CameraState.MISSING)
    plant.run(0.6)
    assert plant.last.causes == Cause.CAMERA_MISSING | Cause.UNSEEN_FLOOR
    assert plant.verdicts() == (CLEAR, STOP)


def test_it_waits_for_a_camera_whose_place_nobody_knows(new):
    plant = new(place=["west"])
    plant.run(1.5)
    assert plant.last.causes & (Cause.STARTING | Cause.CAMERA_UNCALIBRATED)
    assert plant.last.reasons[0] == "start: waits for east: safety knows no place of it"
    plant.monitor.camera(plant.camera("east"), plant.now_ns)
    plant.run(0.6)
    assert plant.verdicts() == (CLEAR, CLEAR)


def test_it_waits_for_images_behind_the_reports(plant):
    plant.change = plant.heartbeat
    plant.run(1.5)
    assert plant.last.causes & Cause.STARTING
    assert plant.last.causes & Cause.PERSONS_STALE
    assert math.isinf(plant.last.data_age_s)


def test_it_waits_for_every_robot(plant):
    plant.silent = {"right"}
    plant.run(1.5)
    assert plant.last.causes == Cause.STARTING | Cause.ROBOT_STALE
    assert plant.verdicts() == (STOP, STOP)


def test_a_robot_that_is_not_required_may_be_switched_off(new):
    left, right = new().site.robots
    plant = new(robots=(left, replace(right, required=False)))
    plant.silent = {"right"}
    plant.run(1.5)
    assert plant.last.causes == Cause.ROBOT_STALE
    assert plant.verdicts() == (CLEAR, STOP)
    assert plant.last.robots[1].reason.startswith("right: it has not said where it is yet; ")
    plant.silent = set()
    plant.run(0.6)
    assert plant.verdicts() == (CLEAR, CLEAR)


def test_never_started_publisher_is_caught_by_the_steady_clock_alone(plant):
    for cycle in range(20):
        report = plant.monitor.tick(plant.now_ns + cycle * SECOND // 20)
        assert report.verdict is STOP
        assert report.causes & Cause.PERSONS_STALE


def test_nothing_is_latched_while_it_starts_because_all_has_to_be_well_anyway(plant):
    plant.monitor.fault(Cause.SECOND_PUBLISHER, "/gpss/persons", "2 publishers")
    plant.run(0.6)
    assert plant.last.causes & Cause.STARTING
    plant.monitor.no_fault(Cause.SECOND_PUBLISHER, "/gpss/persons")
    plant.run(0.6)
    assert plant.last.verdict is CLEAR


def test_a_site_may_ask_for_a_reset_after_the_start(new):
    plant = new(monitor={"latch": LATCHING | Cause.STARTING})
    plant.run(0.6)
    assert plant.last.verdict is STOP
    assert plant.last.latched
    assert plant.last.causes == Cause.STARTING
    assert plant.monitor.reset(plant.now_ns) == ""
    plant.run(0.3)
    assert plant.last.verdict is CLEAR


def test_a_calibration_may_change_until_the_start_is_over(plant):
    plant.run(0.1)
    plant.monitor.camera(plant.camera("east", off_m=0.1), plant.now_ns)
    plant.run(0.6)
    assert plant.last.verdict is CLEAR


@pytest.mark.parametrize(("settle_s", "late_ns", "over"), [(1.0, 0, True), (1.0, -1, False)])
def test_the_start_is_over_after_exactly_the_time_to_settle(settle_s, late_ns, over):
    start = Start(settle_s)
    assert start.judge((), 5 * SECOND)
    faults = start.judge((), 6 * SECOND + late_ns)
    assert start.over is over
    assert bool(faults) is not over


def test_without_time_to_settle_the_start_is_over_at_once():
    start = Start(0.0)
    assert start.judge((), 5 * SECOND) == ()
    assert start.over


def test_time_to_settle_begins_anew_after_a_hindrance():
    start = Start(1.0)
    start.judge((), 0)
    start.judge([HINDRANCE], SECOND // 2)
    assert start.judge((), SECOND)
    assert start.judge((), SECOND * 3 // 2)
    assert not start.judge((), SECOND * 2)


def test_the_start_is_over_once_and_for_good():
    start = Start(0.0)
    start.judge((), 0)
    assert start.judge([HINDRANCE], 1) == ()


def test_the_start_says_what_it_waits_for():
    start = Start(2.0)
    (one,) = start.judge([HINDRANCE], 0)
    assert one.sentence == "start: waits for persons: no report yet"
    (three,) = start.judge([HINDRANCE] * 3, 0)
    assert three.sentence == "start: waits for persons: no report yet, and 2 more"
    start.judge((), SECOND)
    (settling,) = start.judge((), SECOND * 3 // 2)
    assert settling.sentence == "start: well for 0.5 s of 2 s"
    assert settling.cause is Cause.STARTING
