"""Diagnostics: what arrived, what was made of it, and which camera is not believed."""

import math
from collections.abc import Iterable, Mapping

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.fusion.drift import CameraDrift, DriftState
from gpss_pose_ros.types import CameraState, FloatArray

PIPELINE_STATUS = "gpss: pipeline"
CAMERA_STATUS = "gpss: camera "
SOURCE_STATUS = "gpss: image source"


def pose_diagnostics(
    stamp: Time,
    statuses: Iterable[CameraStatus],
    received: Mapping[str, int],
    faults: Mapping[str, int],
    counts: Mapping[str, int],
    drifts: Iterable[CameraDrift] = (),
) -> DiagnosticArray:
    """Return one status for the pipeline and one for each camera, with where it seems to be."""
    pipeline = _status(PIPELINE_STATUS, DiagnosticStatus.OK, "running", counts)
    places = {drift.camera_id: drift for drift in drifts}
    cameras = [
        _camera_status(
            status,
            received[status.camera_id],
            faults[status.camera_id],
            places.get(status.camera_id),
        )
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


def _camera_status(
    status: CameraStatus, received: int, faults: int, drift: CameraDrift | None
) -> DiagnosticStatus:
    """Return an error for a camera that is not believed, a warning for one that has moved."""
    level = DiagnosticStatus.OK if status.state is CameraState.OK else DiagnosticStatus.ERROR
    text = status.reason or status.state.name
    if level == DiagnosticStatus.OK and drift and drift.accused:
        level, text = DiagnosticStatus.WARN, drift_text(drift)
    values = {
        "state": status.state.name,
        "received": received,
        "faults": faults,
        "rate": f"{status.rate_hz:.2f}",
        **(_drift_values(drift) if drift else {}),
    }
    return _status(CAMERA_STATUS + status.camera_id, level, text, values)


def drift_text(drift: CameraDrift) -> str:
    """Return what is wrong with a camera's place, and what to do."""
    distance_m = float(np.linalg.norm(drift.translation_m))
    angle_deg = math.degrees(float(np.linalg.norm(drift.rotation_rad)))
    off = f"{distance_m:.2f} m and {angle_deg:.1f} degrees from where its calibration says"
    if drift.state is DriftState.MOVED:
        return f"moved: {off}; fix its mount and recalibrate it"
    others = " or ".join(drift.rivals)
    return f"disagrees: {off}, unless {others} moved; check their mounts and recalibrate"


def _drift_values(drift: CameraDrift) -> dict[str, object]:
    """Return translation in [m], rotation in [deg], each with sigmas, and floor residual in [m]."""
    return {
        "drift": drift.state.value,
        "drift_translation_m": _numbers(drift.translation_m),
        "drift_translation_sigma_m": _numbers(drift.sigma[:3]),
        "drift_rotation_deg": _numbers(np.degrees(drift.rotation_rad)),
        "drift_rotation_sigma_deg": _numbers(np.degrees(drift.sigma[3:])),
        "floor_residual_m": _numbers(drift.floor_residual_m),
        "people_compared_s": f"{drift.people_s:.1f}",
    }


def _numbers(values: FloatArray) -> str:
    return " ".join(f"{value:.3f}" for value in values)


def _status(name: str, level: bytes, text: str, values: Mapping[str, object]) -> DiagnosticStatus:
    pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
    return DiagnosticStatus(
        name=name, hardware_id="gpss_pose_ros", level=level, message=text, values=pairs
    )
