"""Radial, tangential, thin-prism and tilt distortion on the image plane, and what undoes it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray

Entries = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""a, b, c, d, each (...), of matrices [[a, b], [c, d]]: much faster than (..., 2, 2)."""

_MAX_ITERATIONS = 20
_LAST_STEP = 1e-7  # Newton's method squares the error: after a step this small it is below 1e-13
_JUST_INSIDE = 0.999  # of the one-to-one range: points that leave it are pulled back to there
_UPRIGHT = np.eye(3)[:, :, None]


@dataclass(frozen=True, eq=False)
class PlaneDistortion:
    """Distortion of points x = X/Z, y = Y/Z of one lens, or of L lenses at once.

    With s = x^2 + y^2 (OpenCV, "Camera Calibration and 3D Reconstruction"):

        c  = (1 + k1 s + k2 s^2 + k3 s^3) / (1 + k4 s + k5 s^2 + k6 s^3)
        x' = x (c + 2 d) + p2 s + s1 s + s2 s^2     where d = p2 x + p1 y
        y' = y (c + 2 d) + p1 s + s3 s + s4 s^2

    followed by the homography of a sensor that is tilted. Points are (2, N), or (2, L, N) of L
    lenses, and so on below: coordinates come first.

    Attributes:
        polynomials: (4, 4) or (L, 4, 4) rows N, D, dN/ds, dD/ds of c = N / D, by power of s.
        sideways: what is not radial, (3, 2, 1) or (3, 2, L, 1): (p2, p1), (p2 + s1, p1 + s3) and
            (s2, s4).
        tilts: homographies (3, 3, 1) or (3, 3, L, 1); None where no sensor is tilted.
        max_radius: (1,) or (L, 1) up to which the radial part is one-to-one; may be infinite.
    """

    polynomials: FloatArray
    sideways: FloatArray
    tilts: FloatArray | None
    max_radius: FloatArray

    @classmethod
    def stacked(cls, lenses: "Sequence[PlaneDistortion]") -> "PlaneDistortion":
        """Return the distortion of several lenses at once."""
        tilts = None
        if any(lens.tilts is not None for lens in lenses):
            of = [_UPRIGHT if lens.tilts is None else lens.tilts for lens in lenses]
            tilts = np.stack(of, axis=2)
        return cls(
            np.stack([lens.polynomials for lens in lenses]),
            np.stack([lens.sideways for lens in lenses], axis=2),
            tilts,
            np.stack([lens.max_radius for lens in lenses]),
        )

    def of(self, points: FloatArray) -> FloatArray:
        """Return the distorted plane points (2, ...) of optical-frame points (3, ...).

        The points are in front of the camera (Z > 0) or NaN. NaN where the distortion is not
        one-to-one.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            plane = points[:2] / points[2]
            value, entries = self.at(plane)
            return np.where(self.one_to_one(plane, entries), value, np.nan)

    def at(self, plane: FloatArray) -> tuple[FloatArray, Entries]:
        """Distort plane points; also return the entries of the Jacobian.

        With q = (p2, p1), b = q + (s1, s3) + 2 s (s2, s4) and X = (x, y) the Jacobian is
        (c + 2 d) I + 2 X (c' X + q)^T + 2 b X^T.
        """
        q, linear, square = self.sideways
        x, y = plane
        s = x * x + y * y
        c, dc = self.radial(s)
        g = c + 2 * (q[0] * x + q[1] * y)
        bent = square * s
        value = plane * g + (linear + bent) * s
        forward, b = dc * plane + q, linear + 2 * bent
        (a_x, a_y), (b_x, b_y), (f_x, f_y) = 2 * plane * (forward + b) + g, b, forward
        entries = (a_x, 2 * (x * f_y + b_x * y), 2 * (y * f_x + b_y * x), a_y)
        if self.tilts is not None:
            value, entries = _apply_homography(self.tilts, value, entries)
        return value, entries

    def one_to_one(self, plane: FloatArray, entries: Entries) -> npt.NDArray[np.bool_]:
        """Tell where the distortion of plane points is one-to-one, by the Jacobian's entries."""
        s = (plane * plane).sum(axis=0)
        within: npt.NDArray[np.bool_] = (s < self.max_radius**2) & (_determinant(entries) > 0.0)
        return within

    def rays(self, wanted: FloatArray, start: FloatArray) -> FloatArray:
        """Return unit rays (3, ...) of distorted points (2, ...); NaN where there is none.

        Newton's method on the plane, from points `start` (2, ...).
        """
        with np.errstate(all="ignore"):
            plane = start
            for _ in range(_MAX_ITERATIONS):
                before = plane
                value, slope = self.at(before)
                stepped = before + _solve(slope, wanted - value)
                kept = np.minimum(1.0, _JUST_INSIDE * self.max_radius / radius(stepped))
                plane = stepped * kept
                moved = np.abs(plane - before).max(axis=0)
                if not (moved > _LAST_STEP).any():
                    break
            # where it was pulled back, there is no solution
            found = (moved <= _LAST_STEP) & (kept == 1.0) & self.one_to_one(plane, slope)
        rays = np.ones((3, *found.shape))
        rays[:2] = plane
        rays /= np.where(found, np.sqrt(1.0 + (plane * plane).sum(axis=0)), np.nan)
        return rays

    def radial(self, s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return c and dc/ds at s = r^2."""
        powers = np.empty((4, *s.shape))
        powers[0], powers[1], powers[2], powers[3] = 1.0, s, s * s, s * s * s
        N, D, dN, dD = (self.polynomials @ powers.swapaxes(0, -2)).swapaxes(0, -2)
        c = N / D
        return c, (dN - c * dD) / D


def radius(plane: FloatArray) -> FloatArray:
    """Return how far (...) plane points are from the centre; much faster than numpy's hypot."""
    x, y = plane
    distance: FloatArray = np.sqrt(x * x + y * y)
    return distance


def matrices(entries: Entries) -> FloatArray:
    """Return matrices (..., 2, 2) of their entries."""
    return np.stack(entries, axis=-1).reshape(*entries[0].shape, 2, 2)


def _determinant(entries: Entries) -> FloatArray:
    """Return the determinants (...) of 2x2 matrices."""
    a, b, c, d = entries
    det: FloatArray = a * d - b * c
    return det


def _solve(entries: Entries, values: FloatArray) -> FloatArray:
    """Solve 2x2 matrices times x = values (2, ...); infinite, not an error, where singular."""
    a, b, c, d = entries
    u, v = values
    solution = np.empty_like(values)
    solution[0], solution[1] = d * u - b * v, a * v - c * u
    solution /= _determinant(entries)
    return solution


def _apply_homography(
    H: FloatArray, value: FloatArray, entries: Entries
) -> tuple[FloatArray, Entries]:
    """Map plane points (2, ...) with their Jacobians through H (3, 3, ...), chain rule included."""
    mapped = H[:, 0] * value[0] + H[:, 1] * value[1] + H[:, 2]
    w = mapped[2]
    value = mapped[:2] / w
    (p, q), (r, s) = (H[:2, :2] - value[:, None] * H[2, :2]) / w
    a, b, c, d = entries
    return value, (p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d)
