"""What /diagnostics says of a camera that moved: a warning, how far, and what to do."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.fusion.drift import CameraDrift, DriftState
from gpss_pose_ros.nodes.diagnose import CAMERA_STATUS, pose_diagnostics
from gpss_pose_ros.types import CameraState


def drift(state, rivals=()):
    return CameraDrift(
        camera_id="cam_01",
        state=state,
        rivals=rivals,
        translation_m=np.array([0.03, 0.0, -0.04]),
        rotation_rad=np.radians([0.0, 2.0, 0.0]),
        sigma=np.repeat([0.01, 0.001], 3),
        floor_residual_m=np.array([0.21, -0.1]),
        people_s=50.0,
    )


def camera_status(*drifts, state=CameraState.OK, reason=""):
    """The diagnostic of cam_01."""
    health = CameraStatus("cam_01", state, reason, 0, 10.0)
    message = pose_diagnostics(Time(), [health], {"cam_01": 7}, {"cam_01": 0}, {}, drifts)
    (status,) = (s for s in message.status if s.name == CAMERA_STATUS + "cam_01")
    return status, {pair.key: pair.value for pair in status.values}


@pytest.mark.parametrize("state", [DriftState.UNKNOWN, DriftState.STEADY])
def test_a_camera_in_its_place_is_fine(state):
    status, values = camera_status(drift(state))
    assert status.level == DiagnosticStatus.OK
    assert (status.message, values["drift"]) == ("OK", state.value)


def test_a_camera_that_moved_is_warned_of_with_the_fix():
    status, values = camera_status(drift(DriftState.MOVED))
    assert status.level == DiagnosticStatus.WARN
    for word in ("moved", "0.05 m", "2.0 degrees", "recalibrate"):
        assert word in status.message
    assert values["drift_translation_m"] == "0.030 0.000 -0.040"
    assert values["drift_rotation_deg"] == "0.000 2.000 0.000"
    assert values["floor_residual_m"] == "0.210 -0.100"


def test_of_cameras_that_disagree_both_are_named():
    status, _ = camera_status(drift(DriftState.DISAGREES, ("cam_02",)))
    assert status.level == DiagnosticStatus.WARN
    for word in ("disagrees", "cam_02", "recalibrate"):
        assert word in status.message


def test_a_camera_that_is_not_believed_stays_an_error():
    status, values = camera_status(
        drift(DriftState.MOVED), state=CameraState.STALE, reason="no image for 2 s"
    )
    assert (status.level, status.message) == (DiagnosticStatus.ERROR, "no image for 2 s")
    assert values["drift"] == "moved"


def test_without_comparison_nothing_is_said_of_its_place():
    status, values = camera_status()
    assert status.level == DiagnosticStatus.OK
    assert "drift" not in values
