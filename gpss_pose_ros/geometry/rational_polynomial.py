"""The lenses of `plumb_bob` and `rational_polynomial`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gpss_pose_ros.geometry.monotone_range import first_positive_root
from gpss_pose_ros.geometry.plane_distortion import PlaneDistortion, matrices, radius
from gpss_pose_ros.types import FloatArray

_LEAST_RADIUS = 1e-300
_TABLE_SIZE = 4096  # without tangential distortion one step of Newton's method is then the last


@dataclass(frozen=True, eq=False)
class RationalPolynomial:
    """Distortion on the normalised image plane, as `PlaneDistortion` has it.

    Attributes:
        coefficients: (n <= 14,) k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4 tau_x tau_y; those missing
            are 0, so that plumb_bob is the case of 5. The sensor is tilted by tau_x, tau_y.
    """

    coefficients: FloatArray

    def distort(self, points: FloatArray) -> FloatArray:
        """Return the distorted plane points (N, 2) of optical-frame points (N, 3).

        The points are in front of the camera (Z > 0) or NaN. NaN where the distortion is not
        one-to-one.
        """
        return np.ascontiguousarray(self.distortion.of(points.T).T)

    def distort_with_jacobian(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return distorted plane points (N, 2) as `distort`, and d/dpoint (N, 2, 3), or NaN."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = points[:, 2]
            plane = points[:, :2].T / z
            distorted, entries = self.distortion.at(plane)
            jacobian = np.empty((len(points), 2, 3))
            jacobian[:, :, :2] = matrices(entries) / z[:, None, None]
            jacobian[:, :, 2:] = -jacobian[:, :, :2] @ plane.T[:, :, None]
            outside = ~self.distortion.one_to_one(plane, entries)
        distorted[:, outside] = np.nan
        jacobian[outside] = np.nan
        return np.ascontiguousarray(distorted.T), jacobian

    def undistort(self, distorted: FloatArray) -> FloatArray:
        """Return unit rays (N, 3) of distorted plane points (N, 2); NaN where there is none."""
        wanted = np.ascontiguousarray(distorted.T)
        distances = radius(wanted)
        start = wanted * (self.spread(distances) / np.maximum(distances, _LEAST_RADIUS))
        rays: FloatArray = self.distortion.rays(wanted, start).T
        return rays

    def spread(self, radii: FloatArray) -> FloatArray:
        """Return the radii (N,) that the radial part alone distorts to `radii` (N,)."""
        undistorted, distorted = self._radial_table
        wide: FloatArray = np.interp(radii, distorted, undistorted)
        return wide

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
    def distortion(self) -> PlaneDistortion:
        """Of points on the plane."""
        p1, p2, s1, s2, s3, s4 = self._padded[[2, 3, 8, 9, 10, 11]]
        tau_x, tau_y = self._padded[12:]
        return PlaneDistortion(
            self._radial_polynomials,
            np.array([[p2, p1], [p2 + s1, p1 + s3], [s2, s4]])[:, :, None],
            _tilt(tau_x, tau_y)[:, :, None] if tau_x or tau_y else None,
            np.array([self.max_radius]),
        )

    @cached_property
    def _radial_table(self) -> tuple[FloatArray, FloatArray]:
        """Radii and their distorted radii, increasing; the start of `undistort`."""
        radii = np.tan(
            np.linspace(0.0, min(np.arctan(self.max_radius) * (1 - 1e-9), 1.55), _TABLE_SIZE)
        )
        return radii, radii * self.distortion.radial(radii**2)[0]


def undistorted(lenses: Sequence[RationalPolynomial], distorted: FloatArray) -> FloatArray:
    """Return unit rays (3, L, N) of distorted plane points (2, L, N) of L lenses; NaN for none."""
    radii = radius(distorted)
    spread = np.array([lens.spread(each) for lens, each in zip(lenses, radii, strict=True)])
    start = distorted * (spread / np.maximum(radii, _LEAST_RADIUS))
    return PlaneDistortion.stacked([lens.distortion for lens in lenses]).rays(distorted, start)


def _tilt(tau_x: float, tau_y: float) -> FloatArray:
    """Return the homography (3, 3) of a sensor rotated about x, then y, in [rad]."""
    (cx, sx), (cy, sy) = (np.cos(tau_x), np.sin(tau_x)), (np.cos(tau_y), np.sin(tau_y))
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, sx], [0.0, -sx, cx]])
    about_y = np.array([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]])
    R = about_y @ about_x
    along_axis = np.array([[R[2, 2], 0.0, -R[0, 2]], [0.0, R[2, 2], -R[1, 2]], [0.0, 0.0, 1.0]])
    homography: FloatArray = along_axis @ R
    return homography
