"""Fisheye distortion: `equidistant`, after Kannala and Brandt."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.monotone_range import first_positive_root
from gpss_pose_ros.types import FloatArray

_MAX_ITERATIONS = 20
_TOLERANCE = 1e-12  # of Newton's method, in [rad]
_ACCEPTED = 1e-9  # residual of a solution, in [rad]


class _Bend(NamedTuple):
    """N points' rho = |(X, Y)|, whether that is above 0, d theta_d / d theta and theta_d / rho."""

    rho: FloatArray
    off_axis: npt.NDArray[np.bool_]
    slope: FloatArray
    scale: FloatArray


@dataclass(frozen=True, eq=False)
class Equidistant:
    """Distortion of the angle theta between a ray and the optical axis.

        theta_d = theta (1 + k1 theta^2 + k2 theta^4 + k3 theta^6 + k4 theta^8)

    The plane point lies at distance theta_d from the centre, in the direction of the ray
    (OpenCV, "Fisheye camera model"). Rays at 90 degrees or more count as behind the camera.

    Attributes:
        coefficients: (4,) k1 k2 k3 k4.
    """

    coefficients: FloatArray

    def distort(self, points: FloatArray) -> FloatArray:
        """Return the distorted plane points (N, 2) of optical-frame points (N, 3).

        The points are in front of the camera (Z > 0) or NaN. NaN where the distortion is not
        one-to-one.
        """
        return points[:, :2] * self._bend(points).scale[:, None]

    def distort_with_jacobian(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return distorted plane points (N, 2) as `distort`, and d/dpoint (N, 2, 3), or NaN.

        With rho = |(X, Y)| and e = (X, Y) / rho it is

            d(x', y')/d(X, Y) = e e^T theta_d' Z / |P|^2 + (I - e e^T) theta_d / rho
            d(x', y')/dZ      = -e theta_d' rho / |P|^2
        """
        rho, off_axis, slope, scale = self._bend(points)
        z = points[:, 2]
        e = np.where(off_axis[:, None], points[:, :2] / np.where(off_axis, rho, 1.0)[:, None], 0.0)
        along = slope / (rho**2 + z**2)
        jacobian = np.empty((len(points), 2, 3))
        radial = e[:, :, None] * e[:, None, :]
        jacobian[:, :, :2] = radial * (along * z - scale)[:, None, None]
        jacobian[:, 0, 0] += scale
        jacobian[:, 1, 1] += scale
        jacobian[:, :, 2] = -e * (along * rho)[:, None]
        return points[:, :2] * scale[:, None], jacobian

    def undistort(self, distorted: FloatArray) -> FloatArray:
        """Return unit rays (N, 3) of distorted plane points (N, 2); NaN where there is none."""
        theta_d = np.linalg.norm(distorted, axis=1)
        angles, distorted_angles = self._table
        theta = np.interp(theta_d, distorted_angles, angles)
        with np.errstate(all="ignore"):
            for _ in range(_MAX_ITERATIONS):
                value, slope = self._polynomial(theta)
                if not (np.abs(theta_d - value) > _TOLERANCE).any():
                    break
                theta = np.clip(theta + (theta_d - value) / slope, 0.0, self.max_angle)
        residual = np.abs(theta_d - self._polynomial(theta)[0])
        theta = np.where((residual < _ACCEPTED) & (theta < self.max_angle), theta, np.nan)
        e = distorted / np.maximum(theta_d, 1e-300)[:, None]
        return np.column_stack([e * np.sin(theta)[:, None], np.cos(theta)])

    @cached_property
    def max_angle(self) -> float:
        """First theta in [rad] at which theta_d stops growing, at most pi / 2."""
        slope = np.array([1.0, 3.0, 5.0, 7.0, 9.0]) * [1.0, *self.coefficients]
        return float(min(np.sqrt(first_positive_root(slope)), np.pi / 2))

    @cached_property
    def _table(self) -> tuple[FloatArray, FloatArray]:
        """Angles and their distorted angles, increasing; the start of `undistort`."""
        angles = np.linspace(0.0, self.max_angle, 256)
        return angles, self._polynomial(angles)[0]

    def _bend(self, points: FloatArray) -> _Bend:
        """Return how points (N, 3) are bent towards the axis; NaN where not one-to-one."""
        rho, z = np.hypot(points[:, 0], points[:, 1]), points[:, 2]
        theta = np.arctan2(rho, z)
        theta = np.where(theta < self.max_angle, theta, np.nan)
        theta_d, slope = self._polynomial(theta)
        off_axis = rho > 1e-12 * z
        scale = np.where(off_axis, theta_d, theta + 1.0) / np.where(off_axis, rho, z)
        return _Bend(rho, off_axis, slope, scale)

    def _polynomial(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return theta_d and d theta_d / d theta."""
        k1, k2, k3, k4 = self.coefficients
        t = theta * theta
        value = theta * (1 + t * (k1 + t * (k2 + t * (k3 + t * k4))))
        return value, 1 + t * (3 * k1 + t * (5 * k2 + t * (7 * k3 + t * 9 * k4)))
