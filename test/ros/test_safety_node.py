"""safety_node in a real graph: what it says while its inputs are good, bad, and gone."""

import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tf2_ros
from nav_msgs.msg import OccupancyGrid, Odometry

from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import (
    CameraStatus,
    PersonPoseArray,
    RobotVerdict,
    SafetyState,
    SafetyZoneArray,
)
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.safety_messages import HUMAN_FREE, SEEN, UNSEEN

from .safety_plant import (
    BEST_EFFORT,
    CAMERA,
    FACTORY_FROM_BASE,
    FAR,
    LATCHED,
    NEAR,
    Plant,
    site_file,
)

FAILING = """
from gpss_pose_ros.nodes.safety_node import main
from gpss_pose_ros.safety.monitor import Monitor

tick = Monitor.tick
def failing(self, now_ns):
    report = tick(self, now_ns)
    1 / (160 - report.sequence)  # after 4 s: time enough to be discovered
    return report
Monitor.tick = failing
main()
"""


@pytest.fixture(scope="module")
def zones(tmp_path_factory) -> Path:
    return site_file(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def started(shared_graph, zones) -> tuple[Plant, Any, SafetyState]:
    """A plant, its safety_node, and the first thing that was heard of it, without any input."""
    plant = Plant(shared_graph)
    process = shared_graph.start("safety_node", {"zones": str(zones)})
    shared_graph.until(lambda: len(plant.states) > 3)
    first = plant.states[0]
    plant.until_clear()
    return plant, process, first


@pytest.fixture
def plant(started) -> Iterator[Plant]:
    """A plant in which all is well."""
    plant, _, _ = started
    plant.recover()
    return plant


def test_it_starts_in_stop_and_says_what_it_waits_for(started):
    _, _, first = started
    assert first.verdict == SafetyState.PROTECTIVE_STOP
    assert first.causes & SafetyState.STARTING
    assert first.causes & SafetyState.PERSONS_STALE
    assert first.robots[0].robot_id == "atr"
    assert first.robots[0].verdict == RobotVerdict.PROTECTIVE_STOP
    assert math.isinf(first.robots[0].age)
    assert math.isinf(first.data_age)
    assert not first.latched
    assert any("no report" in reason for reason in first.reasons)


def test_it_says_its_verdict_all_the_time_and_counts(plant):
    plant.until(lambda: len(plant.states) > 10)
    numbers = [state.sequence for state in plant.states]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    state = plant.state
    assert state.header.frame_id == "factory"
    assert state.causes == 0
    assert list(state.reasons) == []
    assert 0.0 <= state.data_age < 1.0
    assert len(state.configuration_hash) == len(state.calibration_hash) == 16


def test_who_comes_near_stops_the_robot_and_who_leaves_lets_it_go_by_itself(plant):
    zones = plant.graph.listen(SafetyZoneArray, "/gpss/safety/zones")
    plant.people = {7: FAR, 9: NEAR}
    plant.until(lambda: plant.robot.verdict == RobotVerdict.PROTECTIVE_STOP)
    assert next(iter(plant.robot.track_ids)) == 9
    assert plant.state.causes == SafetyState.PERSON_NEAR
    assert plant.robot.distance < 0.0
    assert plant.robot.terms.total == pytest.approx(
        plant.robot.terms.person_travel
        + plant.robot.terms.intrusion
        + plant.robot.terms.person_uncertainty
        + plant.robot.terms.robot_uncertainty
    )  # the robot stands
    plant.until(lambda: zones and len(zones[-1].zones) == 2)
    near = next(zone for zone in zones[-1].zones if zone.track_id == 9)
    assert (near.core[0].x, near.core[0].y) == pytest.approx(NEAR)
    assert 0.85 < near.reach_radius < near.separation_radius
    plant.people = {7: FAR}
    plant.until_clear()
    assert not plant.state.latched


def test_uncertainty_brings_people_nearer(plant):
    before = plant.robot.distance
    plant.sigma_m2 = 0.25  # 0.5 m
    plant.until(lambda: plant.robot.distance < before - 1.0)


def test_nobody_there_is_clear_as_long_as_cameras_look(plant):
    plant.people = {}
    plant.until(lambda: math.isinf(plant.robot.distance))
    assert plant.robot.verdict == RobotVerdict.CLEAR
    assert plant.robot.allowed_speed == 1.5
    plant.camera_state = CameraStatus.FROZEN
    plant.until_cause(SafetyState.CAMERA_FROZEN)
    assert plant.state.causes & SafetyState.UNSEEN_FLOOR
    assert not plant.state.latched


def test_silence_is_a_fault_and_stays_one_until_somebody_resets_it(plant):
    plant.reporting = False
    plant.until_cause(SafetyState.PERSONS_STALE)
    answer = plant.reset()
    assert not answer.success
    assert "no report" in answer.message
    plant.reporting = True
    plant.until(lambda: any("over" in reason for reason in plant.state.reasons))
    assert plant.state.latched
    assert plant.robot.verdict == RobotVerdict.PROTECTIVE_STOP
    assert plant.reset().success
    plant.until_clear()


def test_a_lost_report_is_a_fault(plant):
    plant.skip = True
    plant.until_cause(SafetyState.SEQUENCE)


@pytest.mark.parametrize("place", [(math.nan, 0.0), (math.inf, 0.0), (1e9, 0.0)])
def test_a_report_that_cannot_be_is_a_fault(plant, place):
    plant.people = {7: FAR, 8: place}
    plant.until_cause(SafetyState.PERSONS_INVALID)
    assert any("person 8" in reason for reason in plant.state.reasons)


def test_a_robot_that_says_nothing_or_nonsense_is_unknown(plant):
    plant.driving = False
    plant.until_cause(SafetyState.ROBOT_STALE, RobotVerdict.UNKNOWN)
    plant.recover()
    plant.odometry_frame = "nowhere"
    plant.until_cause(SafetyState.ROBOT_INVALID, RobotVerdict.UNKNOWN)
    assert "no transform from factory to nowhere" in plant.robot.reason


def test_odometry_in_a_frame_of_its_own_is_brought_to_the_factory(plant):
    """The same place, told in a frame that is turned and elsewhere, while TF says where."""
    before, frame = plant.robot.distance, "atr/odom"
    broadcaster = tf2_ros.TransformBroadcaster(plant.node)
    factory_from_odometry = Transform.from_rotation_vector([0.0, 0.0, 2.0], [1.0, 2.0, 0.0])
    plant.odometry_frame = frame
    plant.odometry_from_base = factory_from_odometry.inverse() @ FACTORY_FROM_BASE

    def publish() -> None:
        message = conversions.transform_message(factory_from_odometry, "factory", frame)
        message.header.stamp = plant.node.get_clock().now().to_msg()
        broadcaster.sendTransform([message])
        plant.publish()

    plant.states.clear()
    plant.graph.until(
        lambda: len(plant.states) > 5 and plant.state.verdict == SafetyState.CLEAR, publish
    )
    assert plant.robot.distance == pytest.approx(before, abs=0.5)  # data ages
    plant.until_cause(SafetyState.ROBOT_INVALID, RobotVerdict.UNKNOWN)  # TF has fallen silent
    assert f"the transform from factory to {frame} is" in plant.robot.reason


def test_odometry_of_another_time_is_not_believed(plant):
    ahead = plant.node.get_clock().now().nanoseconds + 10_000_000_000
    plant.odometry_stamp = conversions.time_message(ahead)
    plant.until_cause(SafetyState.ROBOT_INVALID, RobotVerdict.UNKNOWN)
    assert "synchronise the clocks" in plant.robot.reason
    plant.odometry_stamp = conversions.time_message(ahead - 20_000_000_000)
    plant.until_cause(SafetyState.ROBOT_STALE, RobotVerdict.UNKNOWN)


def test_a_camera_that_moved_is_a_fault_however_it_shows(plant):
    plant.moved = True
    plant.until_cause(SafetyState.CAMERA_MOVED)
    plant.recover()
    plant.place(Transform(CAMERA.factory_from_camera.rotation, np.array([0.1, 0.0, 5.0])))
    plant.until_cause(SafetyState.CALIBRATION_CHANGED)
    plant.recover()
    plant.info.k[0] = 160.0
    plant.until_cause(SafetyState.CALIBRATION_CHANGED)
    plant.recover()
    plant.info.k = [0.0] * 9
    plant.until_cause(SafetyState.CAMERA_UNCALIBRATED)
    assert any("K is all zero" in reason for reason in plant.state.reasons)


def test_a_second_publisher_of_an_input_is_a_fault(plant):
    for kind, topic in ((PersonPoseArray, "/gpss/persons"), (Odometry, "/atr/odom")):
        second = plant.node.create_publisher(kind, topic, 10)
        plant.until_cause(SafetyState.SECOND_PUBLISHER)
        named = [reason for reason in plant.state.reasons if topic in reason]
        assert len(named) == 1
        assert plant.node.get_name() in named[0]
        plant.node.destroy_publisher(second)
        plant.recover()


def test_a_publisher_that_does_not_reach_us_is_named(plant):
    deaf = plant.node.create_publisher(PersonPoseArray, "/gpss/persons", BEST_EFFORT)
    plant.until_cause(SafetyState.QOS_MISMATCH)
    assert any("Best effort publisher" in reason for reason in plant.state.reasons)
    plant.node.destroy_publisher(deaf)
    plant.recover()


def test_an_edited_site_is_a_fault_until_it_is_undone(plant, zones):
    before, text = plant.state.configuration_hash, zones.read_text()
    zones.write_text(text.replace("reaction_s: 0.4", "reaction_s: 0.1"))
    plant.until_cause(SafetyState.CONFIGURATION_CHANGED)
    assert plant.state.configuration_hash == before
    zones.unlink()
    plant.until(lambda: any("cannot be read" in reason for reason in plant.state.reasons))
    zones.write_text(text)
    plant.recover()


def test_the_floor_is_said_as_it_is_seen(plant):
    heard = plant.graph.listen(OccupancyGrid, "/gpss/safety/coverage", LATCHED)
    plant.graph.until(lambda: heard and set(heard[-1].data) == {SEEN}, plant.publish)
    info = heard[-1].info
    assert (info.width, info.height) == (120, 100)
    assert (info.origin.position.x, info.origin.position.y) == (-6.0, -5.0)
    plant.camera_state = CameraStatus.STALE
    plant.graph.until(lambda: min(heard[-1].data) == UNSEEN, plant.publish)
    cells = np.array(heard[-1].data).reshape(info.height, info.width)
    assert (cells[-10:, -10:] == HUMAN_FREE).all()
    assert (cells == UNSEEN).sum() == cells.size - 100


def test_a_robot_known_by_tf_alone(graph, tmp_path):
    """It drives along x at 0.5 m/s; nobody else says how fast."""
    plant = Plant(graph, odometry=False)
    broadcaster = tf2_ros.TransformBroadcaster(graph.node)
    start_s = time.monotonic()
    driving = True

    def publish() -> None:
        plant.publish()
        if driving:
            x = -3.0 + 0.5 * (time.monotonic() - start_s) % 0.8
            pose = Transform(np.eye(3), np.array([x, 0.0, 0.0]))
            message = conversions.transform_message(pose, "factory", "atr/base_link")
            message.header.stamp = graph.node.get_clock().now().to_msg()
            broadcaster.sendTransform([message])

    zones = site_file(tmp_path, "frame: atr/base_link")
    graph.start("safety_node", {"zones": str(zones)})
    graph.until(lambda: plant.states and plant.state.verdict == SafetyState.CLEAR, publish)
    graph.until(lambda: plant.robot.speed == pytest.approx(0.5, abs=0.1), publish)
    driving = False
    plant.until_cause(SafetyState.ROBOT_STALE, RobotVerdict.UNKNOWN)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"zones": "nowhere.yaml"}, "nowhere.yaml"),
        ({"camera_info_topic": "/info"}, "camera_info_topic"),
        ({"check_s": 0.0}, "check_s"),
        ({"zone": "zones.yaml"}, "unknown parameter 'zone'; valid: zones"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_said(graph, parameters, words):
    process = graph.start("safety_node", parameters)
    assert process.exit_code() == 1
    graph.forget(process)
    assert words in process.output
    assert "Traceback" not in process.output


def test_whatever_fails_inside_ends_the_process(graph, tmp_path):
    """No old verdict is left standing: receivers hear nothing more, and stop."""
    program = tmp_path / "failing.py"
    program.write_text(FAILING)
    states = graph.listen(SafetyState, "/gpss/safety/state")
    arguments = ("--ros-args", "-p", f"zones:={site_file(tmp_path)}")
    process = graph.run(sys.executable, str(program), *arguments)
    graph.forget(process)
    graph.until(lambda: process.popen.poll() is not None)
    assert process.exit_code() == 1
    assert "ZeroDivisionError" in process.output
    assert 0 < [state.sequence for state in states][-1] <= 160
