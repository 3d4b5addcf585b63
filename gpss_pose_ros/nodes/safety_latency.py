"""What it costs safety_node from a report of persons that has arrived to what robots may do."""

import math
import time
from dataclasses import dataclass

import numpy as np
from rclpy.serialization import deserialize_message, serialize_message

from gpss_pose_ros.evaluation.safety_cost import hall_cameras, hall_place_m, hall_site
from gpss_pose_ros.msg import PersonPoseArray
from gpss_pose_ros.nodes.fault_inputs import FRAME, Inputs, Somebody
from gpss_pose_ros.nodes.safety_conversions import Clocks, persons_report
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.settings import RobotEntry
from gpss_pose_ros.safety.values import Robot, SafetyReport
from gpss_pose_ros.types import FloatArray

_HELD = 0.2  # of all persons
_LOST_S = 0.5
_SIGMA_M = 0.02


@dataclass(frozen=True, eq=False)
class VerdictCost:
    """Processor time of every cycle.

    Attributes:
        taking_ms: (cycles,) of rclpy, from bytes to a message.
        verdict_ms: (cycles,) from the message to the verdicts of all robots.
        reports: what was said.
    """

    taking_ms: FloatArray
    verdict_ms: FloatArray
    reports: tuple[SafetyReport, ...]


def verdict_cost(persons: int, robots: int, cameras: int, cycles: int) -> VerdictCost:
    """Measure `cycles` reports, in each of which persons and robots are anywhere in the hall."""
    random = np.random.default_rng(1)
    inputs = Inputs(cameras={camera.camera_id: camera for camera in hall_cameras(cameras)})
    site = hall_site(robots)
    monitor = Monitor(site, "")
    for camera in inputs.cameras.values():
        monitor.camera(camera, time.monotonic_ns())
    taken, reports = np.zeros((cycles, 3)), []
    for cycle in range(cycles):
        inputs.persons = {i: _somebody(inputs, random) for i in range(persons)}
        data = serialize_message(inputs.persons_message())
        for entry in site.robots:
            now_ns = time.monotonic_ns()
            monitor.robot(_robot(entry, now_ns, random), now_ns)
        taken[cycle, 0] = time.process_time()
        message = deserialize_message(data, PersonPoseArray)
        taken[cycle, 1] = time.process_time()
        clocks = Clocks(inputs.now_ns(), time.monotonic_ns())
        monitor.persons(persons_report(message, FRAME, clocks), clocks.steady_ns)
        reports.append(monitor.tick(time.monotonic_ns()))
        taken[cycle, 2] = time.process_time()
    taking_ms, verdict_ms = 1e3 * np.diff(taken, axis=1).T
    return VerdictCost(taking_ms, verdict_ms, tuple(reports))


def _somebody(inputs: Inputs, random: np.random.Generator) -> Somebody:
    """Return somebody anywhere in the hall."""
    x, y = hall_place_m(random).tolist()
    held = random.random() < _HELD
    return Somebody((x, y), lost_ns=inputs.now_ns() - int(_LOST_S * 1e9) if held else None)


def _robot(entry: RobotEntry, now_ns: int, random: np.random.Generator) -> Robot:
    """Return a robot anywhere in the hall, on its way."""
    yaw = random.uniform(-math.pi, math.pi)
    speed_mps = random.uniform(0.0, entry.profile.largest_speed_mps)
    velocity = speed_mps * np.array([math.cos(yaw), math.sin(yaw)])
    place_m, turning = hall_place_m(random), random.uniform(-0.3, 0.3)
    return Robot(
        entry.name, entry.profile, place_m, yaw, velocity, turning, _SIGMA_M, captured_ns=now_ns
    )
