"""Faults of safety_node itself, of its site's file, of its start, and of the clock, by name."""

import signal
from collections.abc import Callable
from contextlib import ExitStack

from gpss_pose_ros.msg import CameraStatus, PersonPoseArray
from gpss_pose_ros.nodes.fault_actions import Action, Onset, altered, done, silent
from gpss_pose_ros.nodes.fault_bench import SAFETY, FaultBench
from gpss_pose_ros.nodes.fault_camera_actions import CAMERA
from gpss_pose_ros.nodes.fault_inputs import ODOMETRY, PERSONS
from gpss_pose_ros.nodes.fault_person_actions import JUMP_NS


def _of_file(change: Callable[[FaultBench], object]) -> Action:
    """Return the fault of a site's file that is no longer what is in use."""

    def act(bench: FaultBench, undo: ExitStack) -> Onset:
        before = bench.site_file.read_text()
        return done(change, lambda bench: bench.site_file.write_text(before))(bench, undo)

    return act


def _edit(bench: FaultBench) -> None:
    with bench.site_file.open("a") as file:
        file.write("\n# edited\n")


def _hang(bench: FaultBench) -> None:
    bench.send(SAFETY, signal.SIGSTOP)


def _wake(bench: FaultBench) -> None:
    bench.send(SAFETY, signal.SIGCONT)


def _jump(ns: int) -> Action:
    """Return the fault of a ROS clock that somebody sets; afterwards it is simply the time."""

    def act(bench: FaultBench) -> None:
        bench.inputs.clock_offset_ns += ns

    return done(act, lambda _: None)


def _never_came(message: PersonPoseArray) -> None:
    for status in message.cameras:
        if status.camera_id == CAMERA:
            status.state = CameraStatus.MISSING


ACTIONS: dict[str, Action] = {
    "site_file_edited": _of_file(_edit),
    "site_file_deleted": _of_file(lambda bench: bench.site_file.unlink()),
    "safety_hangs": done(_hang, _wake),
    "safety_killed": done(FaultBench.kill_safety, FaultBench.start_safety),
    "gate_when_safety_hangs": done(_hang, _wake),
    "gate_when_safety_is_killed": done(FaultBench.kill_safety, FaultBench.start_safety),
    "start_without_persons": silent(PERSONS),
    "start_without_robot": silent(ODOMETRY),
    "start_without_camera": altered(PERSONS, _never_came),
    "start_without_calibration": silent(CAMERA),
    "clock_jumps_ahead": _jump(JUMP_NS),
    "clock_jumps_back": _jump(-JUMP_NS),
}
