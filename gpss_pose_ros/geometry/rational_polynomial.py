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
_LAST_STEP = 1e-7  # Newton's method squares the error: after a step this small it is below that
_TABLE_SIZE = 4096  # without tangential distortion one step is then the last
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
            plane = points[:, :2].T / points[:, 2]
            value, entries = self._on_plane(plane)
            value[:, ~self._one_to_one(plane, entries)] = np.nan
        return np.ascontiguousarray(value.T)

    def distort_with_jacobian(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return distorted plane points (N, 2) as `distort`, and d/dpoint (N, 2, 3), or NaN."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = points[:, 2]
            plane = points[:, :2].T / z
            distorted, entries = self._on_plane(plane)
            jacobian = np.empty((len(points), 2, 3))
            jacobian[:, :, :2] = _matrices(entries) / z[:, None, None]
            jacobian[:, :, 2:] = -jacobian[:, :, :2] @ plane.T[:, :, None]
            outside = ~self._one_to_one(plane, entries)
        distorted[:, outside] = np.nan
        jacobian[outside] = np.nan
        return np.ascontiguousarray(distorted.T), jacobian

    def undistort(self, distorted: FloatArray) -> FloatArray:
        """Return unit rays (N, 3) of distorted plane points (N, 2); NaN where there is none.

        Newton's method on the plane, started from the inverse of the radial part alone.
        """
        wanted = np.ascontiguousarray(distorted.T)
        with np.errstate(all="ignore"):
            plane = self._started(wanted)
            for _ in range(_MAX_ITERATIONS):
                value, slope = self._on_plane(plane)
                left = wanted - value
                if not (np.abs(left) > _TOLERANCE).any():
                    break
                step = _solve(slope, left)
                stepped = plane + step
                plane = self._inside(stepped)
                if not (np.abs(step) > _LAST_STEP).any():
                    left = stepped - plane  # where it was pulled back there is no solution
                    break
            else:
                value, slope = self._on_plane(plane)
                left = wanted - value
            found = self._one_to_one(plane, slope) & (np.abs(left) < _ACCEPTED).all(axis=0)
        rays = np.ones((len(distorted), 3))
        rays[:, :2] = plane.T
        rays /= np.sqrt(1.0 + (plane * plane).sum(axis=0))[:, None]
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
        """What is not radial, as columns: (p2, p1), (p2 + s1, p1 + s3) and (s2, s4)."""
        p1, p2, s1, s2, s3, s4 = self._padded[[2, 3, 8, 9, 10, 11]]
        return np.array([[p2], [p1]]), np.array([[p2 + s1], [p1 + s3]]), np.array([[s2], [s4]])

    @cached_property
    def _tilted(self) -> FloatArray | None:
        """Homography (3, 3) of the tilted sensor, None when it is not."""
        tau_x, tau_y = self._padded[12:]
        return _tilt(tau_x, tau_y) if tau_x or tau_y else None

    @cached_property
    def _radial_table(self) -> tuple[FloatArray, FloatArray]:
        """Radii and their distorted radii, increasing; the start of `undistort`."""
        radii = np.tan(
            np.linspace(0.0, min(np.arctan(self.max_radius) * (1 - 1e-9), 1.55), _TABLE_SIZE)
        )
        return radii, radii * self._radial(radii**2)[0]

    def _radial(self, s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return c and dc/ds at s = r^2."""
        powers = np.empty((4, len(s)))
        powers[0], powers[1], powers[2], powers[3] = 1.0, s, s * s, s * s * s
        N, D, dN, dD = self._radial_polynomials @ powers
        c = N / D
        return c, (dN - c * dD) / D

    def _on_plane(self, plane: FloatArray) -> tuple[FloatArray, Entries]:
        """Distort plane points, (2, N) here and below; also the entries of the Jacobian.

        With q = (p2, p1), b = q + (s1, s3) + 2 s (s2, s4) and X = (x, y) the Jacobian is
        (c + 2 d) I + 2 X (c' X + q)^T + 2 b X^T.
        """
        q, linear, square = self._sideways
        x, y = plane
        s = x * x + y * y
        c, dc = self._radial(s)
        g = c + 2 * (q[0] * x + q[1] * y)
        bent = square * s
        value = plane * g + (linear + bent) * s
        forward, b = dc * plane + q, linear + 2 * bent
        (a_x, a_y), (b_x, b_y), (f_x, f_y) = 2 * plane * (forward + b) + g, b, forward
        entries = (a_x, 2 * (x * f_y + b_x * y), 2 * (y * f_x + b_y * x), a_y)
        if self._tilted is not None:
            value, entries = _apply_homography(self._tilted, value, entries)
        return value, entries

    def _one_to_one(self, plane: FloatArray, entries: Entries) -> npt.NDArray[np.bool_]:
        """Tell (N,) where the distortion is one-to-one, by the Jacobian's entries."""
        s = (plane * plane).sum(axis=0)
        within: npt.NDArray[np.bool_] = (s < self.max_radius**2) & (_determinant(entries) > 0.0)
        return within

    def _started(self, distorted: FloatArray) -> FloatArray:
        """Return plane points whose radial part alone is distorted to `distorted`."""
        radius = np.hypot(*distorted)
        radii, distorted_radii = self._radial_table
        started: FloatArray = distorted * (
            np.interp(radius, distorted_radii, radii) / np.maximum(radius, 1e-300)
        )
        return started

    def _inside(self, plane: FloatArray) -> FloatArray:
        """Pull plane points that left the one-to-one range back to just inside it."""
        inside: FloatArray = plane * np.minimum(1.0, 0.999 * self.max_radius / np.hypot(*plane))
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
    """Solve 2x2 matrices times x = values (2, N); infinite, not an error, where singular."""
    a, b, c, d = entries
    u, v = values
    solution = np.empty_like(values)
    solution[0], solution[1] = d * u - b * v, a * v - c * u
    solution /= _determinant(entries)
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
    """Map plane points (2, N) with their Jacobians through H (3, 3), chain rule included."""
    mapped = H[:, :2] @ value + H[:, 2:]
    w = mapped[2]
    value = mapped[:2] / w
    outer = (H[None, :2, :2] - value.T[:, :, None] * H[None, 2:, :2]) / w[:, None, None]
    (a, b), (c, d) = (outer @ _matrices(entries)).transpose(1, 2, 0)
    return value, (a, b, c, d)
