"""Rigid transforms between coordinate frames."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.calibration_array import calibration_array
from gpss_pose_ros.types import FloatArray, float_array

ORTHONORMAL_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Transform:
    """A rigid transform, named `a_from_b` where it is used: `p_a = rotation @ p_b + translation`.

    Attributes:
        rotation: (3, 3) rotation matrix. One that drifted from orthonormal by at most 1e-3
            (largest entry of R^T R - I) is replaced by the nearest rotation.
        translation: (3,) in [m].

    Raises:
        CalibrationError: the rotation is a reflection, or further from orthonormal.
    """

    rotation: FloatArray
    translation: FloatArray

    def __post_init__(self) -> None:
        rotation = calibration_array(self.rotation, "rotation", (3, 3))
        translation = calibration_array(self.translation, "translation", (3,))
        object.__setattr__(self, "rotation", _nearest_rotation(rotation))
        object.__setattr__(self, "translation", translation)

    @classmethod
    def identity(cls) -> "Transform":
        """Return the transform that changes nothing."""
        return cls(np.eye(3), np.zeros(3))

    @classmethod
    def from_matrix(cls, matrix: npt.ArrayLike) -> "Transform":
        """Build from a homogeneous matrix, (4, 4) or its upper (3, 4)."""
        rows = np.shape(matrix)[0] if np.ndim(matrix) else 0
        full = calibration_array(matrix, "transform matrix", (4 if rows == 4 else 3, 4))
        if rows == 4 and not np.array_equal(full[3], [0.0, 0.0, 0.0, 1.0]):
            raise CalibrationError(
                f"the last row of a transform matrix must be 0 0 0 1, got {full[3].tolist()}"
            )
        return cls(full[:3, :3], full[:3, 3])

    @classmethod
    def from_quaternion(cls, xyzw: npt.ArrayLike, translation: npt.ArrayLike) -> "Transform":
        """Build from a quaternion in the order x, y, z, w (as ROS has it) and (3,) in [m]."""
        quaternion = calibration_array(xyzw, "quaternion", (4,))
        norm = float(np.linalg.norm(quaternion))
        if abs(norm - 1.0) > ORTHONORMAL_TOLERANCE:
            raise CalibrationError(
                f"a quaternion (x, y, z, w) must have norm 1, got norm {norm:.6g} "
                f"of {quaternion.tolist()}"
            )
        x, y, z, w = quaternion / norm
        rotation = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
        return cls(np.array(rotation), np.asarray(translation))

    @classmethod
    def from_rotation_vector(cls, vector: npt.ArrayLike, translation: npt.ArrayLike) -> "Transform":
        """Build from an axis times angle in [rad], (3,), and a translation (3,) in [m]."""
        rotation, _ = cv2.Rodrigues(calibration_array(vector, "rotation vector", (3,)).copy())
        return cls(rotation, np.asarray(translation))

    def apply(self, points: npt.ArrayLike) -> FloatArray:
        """Transform points (N, 3) in [m]; NaN stays NaN."""
        moved: FloatArray = float_array(points, "points", (None, 3)) @ self.rotation.T
        return moved + self.translation

    def inverse(self) -> "Transform":
        """Return `b_from_a` of `a_from_b`."""
        return Transform(self.rotation.T, -self.rotation.T @ self.translation)

    def __matmul__(self, other: "Transform") -> "Transform":
        """Compose: `a_from_c = a_from_b @ b_from_c`."""
        return Transform(
            self.rotation @ other.rotation,
            self.rotation @ other.translation + self.translation,
        )

    def as_matrix(self) -> FloatArray:
        """Return the homogeneous matrix (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation
        matrix[:3, 3] = self.translation
        return matrix

    def as_quaternion(self) -> FloatArray:
        """Return the unit quaternion (4,) as x, y, z, w, with w >= 0.

        The columns of `outer` are the quaternion times 4x, 4y, 4z and 4w; the longest one divides
        by the largest component and is therefore exact for every rotation (Shepperd 1978).
        """
        R = self.rotation
        xx, yy, zz = np.diag(R)
        xy, xz, yz = R[1, 0] + R[0, 1], R[0, 2] + R[2, 0], R[2, 1] + R[1, 2]
        xw, yw, zw = R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]
        outer = np.array(
            [
                [1 + xx - yy - zz, xy, xz, xw],
                [xy, 1 - xx + yy - zz, yz, yw],
                [xz, yz, 1 - xx - yy + zz, zw],
                [xw, yw, zw, 1 + xx + yy + zz],
            ]
        )
        column = outer[:, int(np.argmax(np.diag(outer)))]
        quaternion: FloatArray = column / np.linalg.norm(column)
        return -quaternion if quaternion[3] < 0 else quaternion


def _nearest_rotation(matrix: FloatArray) -> FloatArray:
    """Return the rotation nearest to `matrix` (3, 3), or refuse it with the reason."""
    drift = float(np.abs(matrix.T @ matrix - np.eye(3)).max())
    if drift > ORTHONORMAL_TOLERANCE:
        raise CalibrationError(
            f"rotation is not orthonormal: R^T R differs from the identity by {drift:.3g} "
            f"(at most {ORTHONORMAL_TOLERANCE:g}); is it a scaled or a mistyped matrix? "
            f"{matrix.tolist()}"
        )
    if np.linalg.det(matrix) < 0:
        raise CalibrationError(
            "rotation is a reflection (determinant -1): one axis is flipped or two are swapped in "
            f"{matrix.tolist()}"
        )
    if drift < 1e-14:
        return matrix
    U, _, Vt = np.linalg.svd(matrix)
    rotation: FloatArray = U @ Vt
    rotation.flags.writeable = False
    return rotation
