"""Which calibration is in use, camera by camera."""

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.safety.fingerprint import calibration_hash


class Calibrations:
    """Every camera as it is in use."""

    def __init__(self) -> None:
        self._cameras: dict[str, Camera] = {}
        self.hash = calibration_hash(())

    def take(self, camera: Camera) -> None:
        """Use this calibration from now on."""
        self._cameras[camera.camera_id] = camera
        self.hash = calibration_hash(self._cameras.values())

    def differ(self, camera: Camera) -> bool:
        """Tell whether another calibration of this camera is in use."""
        used = self._cameras.get(camera.camera_id)
        return used is not None and calibration_hash([used]) != calibration_hash([camera])
