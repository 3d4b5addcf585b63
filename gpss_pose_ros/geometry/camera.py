"""A calibrated camera in the factory."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.calibration_array import calibration_array
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class Camera:
    """Intrinsics and extrinsics of one camera.

    Attributes:
        camera_id: name of the camera.
        model: its intrinsics.
        factory_from_camera: takes the optical frame to the factory frame.

    Raises:
        CalibrationError: the camera is at or under the floor (z <= 0).
    """

    camera_id: str
    model: CameraModel
    factory_from_camera: Transform

    def __post_init__(self) -> None:
        z, inverse_z = self.position_m[2], self.camera_from_factory.translation[2]
        if not z > 0.0:
            fix = (
                f"factory_from_camera is probably inverted (inverse: z = {inverse_z:.3f} m)"
                if inverse_z > 0.0
                else "does the factory frame's z axis point up, in metres?"
            )
            raise CalibrationError(
                f"camera {self.camera_id} is at z = {z:.3f} m, at or under the floor (z = 0): {fix}"
            )

    @classmethod
    def from_projection_matrix(
        cls, camera_id: str, P: npt.ArrayLike, size: tuple[int, int]
    ) -> "Camera":
        """Build a camera without distortion from P (3, 4), pixel ~ P (x, y, z, 1), any scale.

        P's left block is K R up to scale: RQ decomposition, with the signs that make K's diagonal
        positive (Hartley and Zisserman, Multiple View Geometry, 6.2.4).
        """
        P = calibration_array(P, f"projection matrix of {camera_id}", (3, 4))
        det = float(np.linalg.det(P[:, :3]))
        if abs(det) <= 1e-12 * np.linalg.norm(P[:, :3]) ** 3:
            raise CalibrationError(
                f"projection matrix of {camera_id} is of a camera at infinity: {P.tolist()}"
            )
        M = P[:, :3] * np.sign(det)
        Q, L = np.linalg.qr(M[::-1].T)
        K, R = L.T[::-1, ::-1], Q.T[::-1]
        signs = np.sign(np.diag(K))
        K, R = K * signs, R * signs[:, None]
        position: FloatArray = -np.linalg.inv(P[:, :3]) @ P[:, 3]
        model = CameraModel(np.triu(K / K[2, 2]), np.zeros(0), "plumb_bob", size)
        return cls(camera_id, model, Transform(R.T, position))

    @property
    def position_m(self) -> FloatArray:
        """Centre of projection (3,) in the factory frame, in [m]."""
        return self.factory_from_camera.translation

    @cached_property
    def camera_from_factory(self) -> Transform:
        """Takes the factory frame to the optical frame."""
        return self.factory_from_camera.inverse()

    @cached_property
    def projection_matrix(self) -> FloatArray:
        """K [R | t], (3, 4): undistorted pixel ~ P (x, y, z, 1) of a factory point."""
        matrix: FloatArray = self.model.K @ self.camera_from_factory.as_matrix()[:3]
        return matrix

    def project(self, points_m: npt.ArrayLike) -> FloatArray:
        """Return the pixels (N, 2) of factory points (N, 3); NaN where `CameraModel.project` is."""
        return self.model.project(self.camera_from_factory.apply(points_m))

    def project_with_jacobian(self, points_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return pixels (N, 2) of factory points (N, 3), and d pixel / d point (N, 2, 3)."""
        pixels, jacobian = self.model.project_with_jacobian(
            self.camera_from_factory.apply(points_m)
        )
        return pixels, jacobian @ self.camera_from_factory.rotation

    def rays(self, pixels_px: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return origin (3,) in [m] and unit directions (N, 3) of pixels, factory frame."""
        directions = self.model.back_project(pixels_px) @ self.factory_from_camera.rotation.T
        return self.position_m, directions
