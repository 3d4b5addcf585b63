"""Diagnostics: what arrived, what was made of it, and which camera is not believed."""

from collections.abc import Iterable, Mapping

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.types import CameraState

PIPELINE_STATUS = "gpss: pipeline"
CAMERA_STATUS = "gpss: camera "
SOURCE_STATUS = "gpss: image source"


def pose_diagnostics(
    stamp: Time,
    statuses: Iterable[CameraStatus],
    received: Mapping[str, int],
    faults: Mapping[str, int],
    counts: Mapping[str, int],
) -> DiagnosticArray:
    """Return one status for the pipeline and one for each camera."""
    pipeline = _status(PIPELINE_STATUS, DiagnosticStatus.OK, "running", counts)
    cameras = [
        _camera_status(status, received[status.camera_id], faults[status.camera_id])
        for status in statuses
    ]
    message = DiagnosticArray(status=[pipeline, *cameras])
    message.header.stamp = stamp
    return message


def source_diagnostics(
    stamp: Time, cameras: Iterable[str], published: int, finished: bool, **more: object
) -> DiagnosticArray:
    """Return how many sets a replay or simulation has published, and whether it is at its end."""
    text = "finished" if finished else "playing"
    values = {"cameras": " ".join(cameras), "sets": published, "finished": int(finished), **more}
    message = DiagnosticArray(status=[_status(SOURCE_STATUS, DiagnosticStatus.OK, text, values)])
    message.header.stamp = stamp
    return message


def _camera_status(status: CameraStatus, received: int, faults: int) -> DiagnosticStatus:
    level = DiagnosticStatus.OK if status.state is CameraState.OK else DiagnosticStatus.ERROR
    text = status.reason or status.state.name
    values = {
        "state": status.state.name,
        "received": received,
        "faults": faults,
        "rate": f"{status.rate_hz:.2f}",
    }
    return _status(CAMERA_STATUS + status.camera_id, level, text, values)


def _status(name: str, level: bytes, text: str, values: Mapping[str, object]) -> DiagnosticStatus:
    pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
    return DiagnosticStatus(
        name=name, hardware_id="gpss_pose_ros", level=level, message=text, values=pairs
    )
