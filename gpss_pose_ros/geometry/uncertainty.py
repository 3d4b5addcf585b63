"""What is not known exactly, and what that means in pixels."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True)
class Uncertainty:
    """Standard deviations, each independent and the same along every axis.

    Attributes:
        pixel_px: of a keypoint along u and along v, in [px].
        height_m: of a keypoint's height above the floor, in [m].
        camera_position_m: of a camera's position along each axis, in [m].
        camera_rotation_rad: of a camera's rotation about each axis, in [rad].
    """

    pixel_px: float = 3.0
    height_m: float = 0.02
    camera_position_m: float = 0.01
    camera_rotation_rad: float = 0.002

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (np.isfinite(value) and value >= 0):
                raise InputError(f"{field.name} must be a finite number >= 0, got {value!r}")

    def in_image(
        self,
        camera: Camera,
        points_m: FloatArray,
        jacobians: FloatArray,
        pixel_sigma_px: npt.ArrayLike,
    ) -> FloatArray:
        """Return how far pixels of factory points scatter, (N, 2, 2) in [px^2].

        Pixel noise plus the calibration's errors. With J = d pixel / d point and the lever r from
        camera to point, moving the camera by dc moves the pixel by -J dc, and turning it by dw
        (axis times angle, factory frame) by J [r]x dw. To first order

            S = pixel_sigma^2 I + camera_position^2 J J^T + camera_rotation^2 (J [r]x)(J [r]x)^T

        Args:
            camera: the camera.
            points_m: (N, 3) in the factory frame.
            jacobians: (N, 2, 3) of `camera.project_with_jacobian` at these points.
            pixel_sigma_px: (N,) or one number for all.
        """
        turned = jacobians @ _cross_matrices(points_m - camera.position_m)
        return (
            np.square(pixel_sigma_px)[..., None, None] * np.eye(2)
            + self.camera_position_m**2 * _gram(jacobians)
            + self.camera_rotation_rad**2 * _gram(turned)
        )


def _gram(matrices: FloatArray) -> FloatArray:
    """Return A A^T of each matrix (N, 2, 3)."""
    product: FloatArray = matrices @ matrices.transpose(0, 2, 1)
    return product


def _cross_matrices(vectors: FloatArray) -> FloatArray:
    """Return [v]x (N, 3, 3) of vectors (N, 3): [v]x a = v x a."""
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    rows = [[zero, -z, y], [z, zero, -x], [-y, x, zero]]
    matrices: FloatArray = np.array(rows).transpose(2, 0, 1)
    return matrices
