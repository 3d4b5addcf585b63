"""Faults of what is said of cameras: their state, intrinsics and place, by name."""

import math
from collections.abc import Callable
from contextlib import ExitStack

from sensor_msgs.msg import CameraInfo

from gpss_pose_ros.evaluation.fault_site import turned
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.msg import CameraStatus, PersonPoseArray
from gpss_pose_ros.nodes.fault_actions import Action, Onset, altered, done, second, tampered
from gpss_pose_ros.nodes.fault_bench import FaultBench
from gpss_pose_ros.nodes.fault_inputs import PERSONS
from gpss_pose_ros.nodes.fault_tampers import Repeated

CAMERA = "cam_02"
"""The camera that faults befall: only it sees the robot of TF."""
_INDEX = 1  # of it, in a report
_TURN_RAD = math.radians(2.0)


def _state(state: int) -> Action:
    def change(message: PersonPoseArray) -> None:
        status = message.cameras[_INDEX]
        status.state, status.reason = state, "injected"

    return altered(PERSONS, change)


def _unlist(message: PersonPoseArray) -> None:
    message.cameras = [c for c in message.cameras if c.camera_id != CAMERA]


def _moved(message: PersonPoseArray) -> None:
    message.cameras[_INDEX].moved = True


def _all_but_its_stamp(again: PersonPoseArray, true: PersonPoseArray) -> None:
    """Have only the camera's newest image grow old."""
    true.cameras[_INDEX].last_stamp = again.cameras[_INDEX].last_stamp
    for name in true.get_fields_and_field_types():
        setattr(again, name, getattr(true, name))


def _longer_lens(info: CameraInfo) -> None:
    info.k[0] *= 1.05
    info.k[4] *= 1.05


def _no_intrinsics(info: CameraInfo) -> None:
    info.k[:] = [0.0] * 9


def _turn(bench: FaultBench, undo: ExitStack) -> Onset:
    """Say that the camera is turned; its images do not know."""
    true = bench.inputs.cameras[CAMERA]

    def say(camera: Camera) -> Callable[[FaultBench], None]:
        def act(bench: FaultBench) -> None:
            bench.inputs.cameras[CAMERA] = camera
            bench.announce_cameras()

        return act

    return done(say(turned(true, _TURN_RAD)), say(true))(bench, undo)


ACTIONS: dict[str, Action] = {
    "camera_stale": _state(CameraStatus.STALE),
    "camera_old": tampered(PERSONS, lambda _: Repeated(_all_but_its_stamp, ages=True)),
    "camera_unlisted": altered(PERSONS, _unlist),
    "camera_frozen": _state(CameraStatus.FROZEN),
    "camera_bad_image": _state(CameraStatus.BAD_IMAGE),
    "intrinsics_changed": altered(CAMERA, _longer_lens),
    "intrinsics_empty": altered(CAMERA, _no_intrinsics),
    "camera_transform_changed": _turn,
    "camera_reported_moved": altered(PERSONS, _moved),
    "second_camera_info_publisher": second(CameraInfo, f"/{CAMERA}/camera_info"),
}
