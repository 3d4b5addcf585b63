"""Radial, tangential, thin-prism and tilt distortion: `plumb_bob` and `rational_polynomial`."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.monotone_range import first_positive_root
from gpss_pose_ros.types import FloatArray

Entries = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""a, b, c, d, each (N,), of N matrices [[a, b], [c, d]]: much faster than (N, 2, 2)."""

_MAX_ITERATIONS = 20
_TOLERANCE = 1e-12  # of Newton's method, on the normalised image plane
_ACCEPTED = 1e-9  # residual of a solution; times the focal length this is far below a pixel


@dataclass(frozen=True, eq=False)
class RationalPolynomial:
    """Distortion on the normalised image plane x = X/Z, y = Y/Z.

    With s = x^2 + y^2 (OpenCV, "Camera Calibration and 3D Reconstruction"):

        c  = (1 + k1 s + k2 s^2 + k3 s^3) / (1 + k4 s + k5 s^2 + k6 s^3)
        x' = x (c + 2 d) + p2 s + s1 s + s2 s^2     where d = p2 x + p1 y
        y' = y (c + 2 d) + p1 s + s3 s + s4 s^2

    followed by the homography of a sensor tilted by tau_x, tau_y.

    Attributes:
        coefficients: (n <= 14,) k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4 tau_x tau_y; those missing
            are 0, so that plumb_bob is the case of 5.
    """

    coefficients: FloatArray

    def distort(self, points: FloatArray) -> FloatArray:
        """Return the distorted plane points (N, 2) of optical-frame points (N, 3).

        The points are in front of the camera (Z > 0) or NaN. NaN where the distortion is not
        one-to-one.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            value, _, one_to_one = self._on_plane(points[:, :2] / points[:, 2:])
        value[~one_to_one] = np.nan
        return value

    def distort_with_jacobian(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return distorted plane points (N, 2) as `distort`, and d/dpoint (N, 2, 3), or NaN."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = points[:, 2]
            plane = points[:, :2] / z[:, None]
            distorted, entries, one_to_one = self._on_plane(plane)
            jacobian = np.empty((len(points), 2, 3))
            jacobian[:, :, :2] = _matrices(entries) / z[:, None, None]
            jacobian[:, :, 2:] = -jacobian[:, :, :2] @ plane[:, :, None]
        distorted[~one_to_one] = np.nan
        jacobian[~one_to_one] = np.nan
        return distorted, jacobian

    def undistort(self, distorted: FloatArray) -> FloatArray:
        """Return unit rays (N, 3) of distorted plane points (N, 2); NaN where there is none.

        Newton's method on the plane, started from the inverse of the radial part alone.
        """
        radius = np.hypot(distorted[:, 0], distorted[:, 1])
        radii, distorted_radii = self._radial_table
        start = np.interp(radius, distorted_radii, radii) / np.maximum(radius, 1e-300)
        plane = distorted * start[:, None]
        with np.errstate(all="ignore"):
            value, slope, one_to_one = self._on_plane(plane)
            for _ in range(_MAX_ITERATIONS):
                if not (np.abs(distorted - value) > _TOLERANCE).any():
                    break
                plane = self._inside(plane + _solve(slope, distorted - value))
                value, slope, one_to_one = self._on_plane(plane)
            found = one_to_one & (np.abs(distorted - value) < _ACCEPTED).all(axis=1)
        rays = np.column_stack([plane, np.ones(len(plane))])
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        rays[~found] = np.nan
        return rays

    @cached_property
    def max_radius(self) -> float:
        """First r at which the radial part stops growing (or has its pole); may be infinite.

        With N and D the two polynomials of c in s = r^2, d(r N/D)/dr = 0 is
        (N + 2 s N') D - 2 s N D' = 0.
        """
        N, D = (np.polynomial.Polynomial(row) for row in self._radial_polynomials[:2])
        s = np.polynomial.Polynomial([0.0, 1.0])
        slope = (N + 2 * s * N.deriv()) * D - 2 * s * N * D.deriv()
        return float(np.sqrt(min(first_positive_root(slope.coef), first_positive_root(D.coef))))

    @cached_property
    def _padded(self) -> FloatArray:
        """All 14 coefficients."""
        return np.pad(self.coefficients, (0, 14 - len(self.coefficients)))

    @cached_property
    def _radial_polynomials(self) -> FloatArray:
        """Rows N, D, dN/ds, dD/ds (4, 4), by power of s."""
        k1, k2, _, _, k3, k4, k5, k6 = self._padded[:8]
        return np.array(
            [[1, k1, k2, k3], [1, k4, k5, k6], [k1, 2 * k2, 3 * k3, 0], [k4, 2 * k5, 3 * k6, 0]]
        )

    @cached_property
    def _sideways(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What is not radial: (p2, p1), (p2 + s1, p1 + s3) and (s2, s4)."""
        p1, p2, s1, s2, s3, s4 = self._padded[[2, 3, 8, 9, 10, 11]]
        return np.array([p2, p1]), np.array([p2 + s1, p1 + s3]), np.array([s2, s4])

    @cached_property
    def _tilted(self) -> FloatArray | None:
        """Homography (3, 3) of the tilted sensor, None when it is not."""
        tau_x, tau_y = self._padded[12:]
        return _tilt(tau_x, tau_y) if tau_x or tau_y else None

    @cached_property
    def _radial_table(self) -> tuple[FloatArray, FloatArray]:
        """Radii and their distorted radii, increasing; the start of `undistort`."""
        radii = np.tan(np.linspace(0.0, min(np.arctan(self.max_radius) * (1 - 1e-9), 1.55), 256))
        return radii, radii * self._radial(radii**2)[0]

    def _radial(self, s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return c and dc/ds at s = r^2."""
        powers = np.empty((4, len(s)))
        powers[0], powers[1], powers[2], powers[3] = 1.0, s, s * s, s * s * s
        N, D, dN, dD = self._radial_polynomials @ powers
        c = N / D
        return c, (dN - c * dD) / D

    def _on_plane(self, plane: FloatArray) -> tuple[FloatArray, Entries, npt.NDArray[np.bool_]]:
        """Distort plane points (N, 2); also the Jacobian's entries and where it is one-to-one.

        With q = (p2, p1), b = q + (s1, s3) + 2 s (s2, s4) and X = (x, y) the Jacobian is
        (c + 2 d) I + 2 X (c' X + q)^T + 2 b X^T.
        """
        q, linear, square = self._sideways
        x, y = np.ascontiguousarray(plane.T)
        s = x * x + y * y
        c, dc = self._radial(s)
        g = c + 2 * (q[0] * x + q[1] * y)
        value = np.empty_like(plane)
        value[:, 0] = x * g + s * (linear[0] + s * square[0])
        value[:, 1] = y * g + s * (linear[1] + s * square[1])
        forward_x, forward_y = dc * x + q[0], dc * y + q[1]
        b_x, b_y = linear[0] + 2 * s * square[0], linear[1] + 2 * s * square[1]
        entries = (
            2 * x * (forward_x + b_x) + g,
            2 * (x * forward_y + b_x * y),
            2 * (y * forward_x + b_y * x),
            2 * y * (forward_y + b_y) + g,
        )
        if self._tilted is not None:
            value, entries = _apply_homography(self._tilted, value, entries)
        one_to_one = (s < self.max_radius**2) & (_determinant(entries) > 0.0)
        return value, entries, one_to_one

    def _inside(self, plane: FloatArray) -> FloatArray:
        """Pull plane points that left the one-to-one range back to just inside it."""
        radius = np.hypot(plane[:, :1], plane[:, 1:])
        inside: FloatArray = plane * np.minimum(1.0, 0.999 * self.max_radius / radius)
        return inside


def _matrices(entries: Entries) -> FloatArray:
    """Return matrices (N, 2, 2) of their entries."""
    return np.stack(entries, axis=-1).reshape(-1, 2, 2)


def _determinant(entries: Entries) -> FloatArray:
    """Return the determinants (N,) of 2x2 matrices."""
    a, b, c, d = entries
    det: FloatArray = a * d - b * c
    return det


def _solve(entries: Entries, values: FloatArray) -> FloatArray:
    """Solve 2x2 matrices times x = values (N, 2); infinite, not an error, where singular."""
    a, b, c, d = entries
    u, v = values.T
    numerators = np.column_stack([d * u - b * v, a * v - c * u])
    solution: FloatArray = numerators / _determinant(entries)[:, None]
    return solution


def _tilt(tau_x: float, tau_y: float) -> FloatArray:
    """Return the homography (3, 3) of a sensor rotated about x, then y, in [rad]."""
    (cx, sx), (cy, sy) = (np.cos(tau_x), np.sin(tau_x)), (np.cos(tau_y), np.sin(tau_y))
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, sx], [0.0, -sx, cx]])
    about_y = np.array([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]])
    R = about_y @ about_x
    along_axis = np.array([[R[2, 2], 0.0, -R[0, 2]], [0.0, R[2, 2], -R[1, 2]], [0.0, 0.0, 1.0]])
    homography: FloatArray = along_axis @ R
    return homography


def _apply_homography(
    H: FloatArray, value: FloatArray, entries: Entries
) -> tuple[FloatArray, Entries]:
    """Map plane points (N, 2) with their Jacobians through H (3, 3), chain rule included."""
    mapped = value @ H[:, :2].T + H[:, 2]
    w = mapped[:, 2:]
    value = mapped[:, :2] / w
    outer = (H[None, :2, :2] - value[:, :, None] * H[None, 2:, :2]) / w[:, :, None]
    (a, b), (c, d) = (outer @ _matrices(entries)).transpose(1, 2, 0)
    return value, (a, b, c, d)
