"""The table of faults is complete, and its site is one on which they can be told apart."""

from collections import Counter

import numpy as np
import pytest

from gpss_pose_ros.evaluation.fault import Bench
from gpss_pose_ros.evaluation.fault_site import (
    GATE,
    PERIOD_S,
    ROBOTS_M,
    SETTLE_S,
    SILENCE_S,
    site_cameras,
    site_text,
)
from gpss_pose_ros.evaluation.fault_table import FAULTS
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import MonitorSettings
from gpss_pose_ros.safety.site_file import read_site

# The behaviours of the fail-safe table, but for the two that are laws: monotonicity is tested as a
# property, and so is that the worst zone wins.
BEHAVIOURS = {
    "starts in STOP",
    "stale camera",
    "never-started publisher",
    "frozen image with new stamps",
    "stamps from the future or going backwards, clock jumps",
    "late or reordered data",
    "NaN, inf, huge covariance, empty calibration, wrong K",
    "track lost",
    "executor hang, inference stall",
    "node crash",
    "latch",
    "hysteresis",
    "QoS mismatch",
    "configuration or calibration edited",
    "camera moved",
    "TF missing or stale",
    "second publisher",
}
CANNOT_BE_INJECTED = {Cause.OVERRUN, Cause.CAMERA_NO_TRANSFORM, Cause.UNSEEN_FLOOR}
"""A machine too slow; a transform that comes with every image; what lost cameras bring."""


def test_every_behaviour_is_put_to_the_test():
    assert {fault.row for fault in FAULTS} >= BEHAVIOURS


def test_every_cause_is_put_to_the_test():
    named = Cause.NONE
    for fault in FAULTS:
        named |= fault.causes
    assert {cause for cause in Cause if cause and not cause & named} <= CANNOT_BE_INJECTED


def test_names_are_unique():
    assert max(Counter(fault.name for fault in FAULTS).values()) == 1


def test_every_robot_concerned_is_on_the_site():
    assert all(fault.robots and fault.robots <= {*ROBOTS_M, GATE} for fault in FAULTS)


def test_only_a_silent_safety_may_leave_a_fault_unnamed():
    assert all("safety" in fault.name for fault in FAULTS if not fault.causes)
    assert pytest.approx(2.0 * PERIOD_S) == SILENCE_S


def test_start_faults_do_not_latch():
    assert not any(fault.latched for fault in FAULTS if fault.bench is Bench.START)


def test_the_site_differs_from_the_defaults_only_in_how_soon_robots_go_on(tmp_path):
    file = tmp_path / "zones.yaml"
    file.write_text(site_text())
    site = read_site(file)
    assert site.monitor == MonitorSettings(settle_s=SETTLE_S, clear_after_s=SETTLE_S)
    assert {robot.name for robot in site.robots} == set(ROBOTS_M)
    assert site.cameras == tuple(camera.camera_id for camera in site_cameras())


def test_each_robot_stands_on_floor_that_one_camera_alone_sees():
    for place_m in ROBOTS_M.values():
        head_m = np.array([[*place_m, 0.9]])
        seen = [camera.model.contains(camera.project(head_m))[0] for camera in site_cameras()]
        assert sum(seen) == 1
