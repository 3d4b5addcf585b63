"""Faults of /gpss/persons, and of the people in it, by name."""

import math
import time
from collections.abc import Callable
from contextlib import ExitStack

from rclpy.qos import QoSProfile, ReliabilityPolicy

from gpss_pose_ros.evaluation.fault_site import ODOMETRY_ROBOT, ROBOTS_M
from gpss_pose_ros.msg import PersonPose, PersonPoseArray
from gpss_pose_ros.nodes.conversions import stamp_ns, time_message
from gpss_pose_ros.nodes.fault_actions import (
    Action,
    Onset,
    altered,
    closed,
    done,
    reopened,
    second,
    silent,
    tampered,
    told,
)
from gpss_pose_ros.nodes.fault_bench import FaultBench
from gpss_pose_ros.nodes.fault_inputs import PERSONS, Somebody
from gpss_pose_ros.nodes.fault_tampers import Delayed, Repeated, Swapped, Thinned
from gpss_pose_ros.safety.settings import MonitorSettings

JUMP_NS = 10_000_000_000
_BEST_EFFORT = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
_NEAR_M = 1.2  # from a robot's middle: within arm's length of it
_FAR_M = 5.0
_SETTLED_M = 0.04
_STEP_S = 0.3
_APPROACH_S = 5.0


def _shifted(ns: int) -> Action:
    """Return the fault of a clock that is wrong: every stamp of every message is."""

    def shift(message: PersonPoseArray) -> None:
        message.header.stamp = _later(message.header.stamp, ns)
        message.publish_stamp = _later(message.publish_stamp, ns)
        for camera in message.cameras:
            camera.last_stamp = _later(camera.last_stamp, ns)
        for person in message.persons:
            person.capture_stamp = _later(person.capture_stamp, ns)

    return altered(PERSONS, shift)


def _later(stamp, ns: int):
    return time_message(stamp_ns(stamp) + ns)


def _delayed(delay_s: float) -> Action:
    return tampered(PERSONS, lambda stream: Delayed(delay_s, stream.last_ns))


def _renewed(again: PersonPoseArray, true: PersonPoseArray) -> None:
    """Have a frozen report pass for a new one: only its captures are old."""
    again.sequence, again.publish_stamp = true.sequence, true.publish_stamp


def _first(change: Callable[[PersonPose], object]) -> Action:
    return altered(PERSONS, lambda message: change(message.persons[0]))


def _coordinate(name: str, value: float) -> Action:
    return _first(lambda person: setattr(getattr(person, name), "x", value))


def _spread(value: float) -> Action:
    def change(person: PersonPose) -> None:
        person.predicted_covariance[:] = [value, 0.0, 0.0, value]

    return _first(change)


def _unplaced(message: PersonPoseArray) -> None:
    message.cameras[0].unplaced = 1


def _somebody_near(bench: FaultBench) -> None:
    x, y = ROBOTS_M[ODOMETRY_ROBOT]
    bench.inputs.persons[2] = Somebody((x + _NEAR_M, y))


def _nobody_near(bench: FaultBench) -> None:
    bench.inputs.persons = {1: Somebody()}


def _lose(bench: FaultBench) -> None:
    bench.inputs.persons[1].lost_ns = bench.inputs.now_ns()


def _sway(bench: FaultBench) -> None:
    who = bench.inputs.persons[1]
    who.sway_m, who.sway_s = 0.35, 0.4


def _beside(distance_m: float, action: Action) -> Action:
    """Return a fault that strikes when somebody is so far from a robot's separation zone."""

    def act(bench: FaultBench, undo: ExitStack) -> Onset:
        undo.callback(_nobody_near, bench)
        _approach(bench, distance_m)
        return action(bench, undo)

    return act


def _approach(bench: FaultBench, distance_m: float) -> None:
    """Have the person stand where safety says that they are so far from a robot's zone."""
    who = bench.inputs.persons[1]
    robot_x, robot_y = ROBOTS_M[ODOMETRY_ROBOT]
    who.place_m = (robot_x + _FAR_M, robot_y)

    def there() -> bool:
        time.sleep(_STEP_S)  # until what safety says is of where they stand now
        off_m = bench.receiver.distance_m(ODOMETRY_ROBOT) - distance_m
        if math.isfinite(off_m):
            who.place_m = (max(robot_x + _NEAR_M, who.place_m[0] - off_m), robot_y)
        return abs(off_m) < _SETTLED_M

    bench.until(there, _APPROACH_S, f"nobody comes within {distance_m} m of a zone")
    time.sleep(_STEP_S)


def _spoofed(bench: FaultBench) -> PersonPoseArray:
    """Return a report of an empty floor, with the number that is next."""
    message = bench.inputs.persons_message()
    message.persons = []
    return message


ACTIONS: dict[str, Action] = {
    "persons_killed": closed(PERSONS),
    "persons_stopped": silent(PERSONS),
    "persons_repeated": tampered(PERSONS, lambda _: Repeated()),
    "persons_frozen": tampered(PERSONS, lambda _: Repeated(_renewed, ages=True)),
    "stamps_ahead": _shifted(JUMP_NS),
    "stamps_behind": _shifted(-JUMP_NS),
    "persons_late": _delayed(MonitorSettings().data_age_s + 0.5),
    "persons_delayed": _beside(0.25, _delayed(0.3)),
    "persons_reordered": tampered(PERSONS, lambda _: Swapped()),
    "persons_lost": tampered(PERSONS, lambda _: Thinned()),
    "position_nan": _coordinate("position", math.nan),
    "position_infinite": _coordinate("predicted_position", math.inf),
    "velocity_nan": _coordinate("velocity", math.nan),
    "covariance_negative": _spread(-0.01),
    "covariance_nan": _spread(math.nan),
    "covariance_huge": _spread(1e6),
    "person_unplaced": altered(PERSONS, _unplaced),
    "person_lost_from_view": _beside(0.8, done(_lose, _nobody_near)),
    "person_near": told(PERSONS, _somebody_near, _nobody_near),
    "person_on_the_boundary": _beside(0.0, done(_sway, _nobody_near)),
    "second_persons_publisher": second(PersonPoseArray, "/gpss/persons", _spoofed),
    "persons_qos": reopened(PERSONS, _BEST_EFFORT),
}
