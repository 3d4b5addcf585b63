"""From pixels to the factory floor (z = 0), and how well."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.uncertainty import Uncertainty
from gpss_pose_ros.types import FloatArray, float_array

__all__ = ["FloorPoints", "Uncertainty", "floor_points", "project_to_plane", "visible_floor"]

_LEAST_DESCENT = 1e-6
"""Metres a ray must fall per metre: below that, rounding decides whether it meets the floor."""


@dataclass(frozen=True, eq=False)
class FloorPoints:
    """Points on the floor, in the factory frame; NaN where a pixel has none.

    Attributes:
        positions_m: (N, 2) x, y in [m].
        covariances_m2: (N, 2, 2) of the positions, in [m^2].
    """

    positions_m: FloatArray
    covariances_m2: FloatArray


def project_to_plane(
    camera: Camera, pixels_px: npt.ArrayLike, height_m: npt.ArrayLike = 0.0
) -> FloatArray:
    """Return the factory points (N, 3) in [m] at which the pixels' rays meet the plane z = height.

    Args:
        camera: the camera.
        pixels_px: (N, 2).
        height_m: of the plane above the floor; one number, or (N,).

    NaN where no ray exists, at and above the horizon, and where the plane is not below the camera.
    """
    origin, directions = camera.rays(pixels_px)
    height = np.broadcast_to(np.asarray(height_m, dtype=np.float64), len(directions))
    down = -directions[:, 2]
    drop = origin[2] - height
    meets = (down > _LEAST_DESCENT) & (drop > 0.0)
    distance = np.where(meets, drop, np.nan) / np.where(meets, down, np.nan)
    points: FloatArray = origin + distance[:, None] * directions
    points[:, 2] = np.where(meets, height, np.nan)
    return points


def floor_points(
    camera: Camera,
    pixels_px: npt.ArrayLike,
    pixel_sigma_px: npt.ArrayLike | None = None,
    height_m: npt.ArrayLike = 0.0,
    height_sigma_m: npt.ArrayLike | None = None,
    uncertainty: Uncertainty | None = None,
) -> FloorPoints:
    """Project pixels to a height above the floor and drop them onto it, with covariances.

    The pixel is a function of the point, u = f(x, y, h). With J = df/d(x, y, z), (2, 3), of which
    J_xy are the first two columns and J_z is the third, the implicit function theorem gives the
    point as a function of pixel and height:

        d(x, y) = J_xy^-1 (du - J_z dh)

    Errors of the camera's position and rotation act as errors of the pixel, so that with S their
    sum with the pixel noise (`Uncertainty.in_image`), to first order,

        covariance = J_xy^-1 (S + height_sigma^2 J_z J_z^T) J_xy^-T

    First order means: good while the standard deviation is small beside the distance to the
    horizon. Close to the horizon the covariance grows without bound.

    Args:
        camera: the camera.
        pixels_px: (N, 2).
        pixel_sigma_px: standard deviation of the pixels, one number or (N,); uncertainty's if None.
        height_m: height of what the pixels show above the floor, one number or (N,).
        height_sigma_m: its standard deviation, one number or (N,); uncertainty's if None.
        uncertainty: of the calibration, and of what is not given above.

    Returns:
        The points; NaN where `project_to_plane` is.
    """
    uncertainty = uncertainty or Uncertainty()
    pixel_sigma = uncertainty.pixel_px if pixel_sigma_px is None else pixel_sigma_px
    height_sigma = uncertainty.height_m if height_sigma_m is None else height_sigma_m
    points = project_to_plane(camera, pixels_px, height_m)
    _, J = camera.project_with_jacobian(points)
    S = uncertainty.in_image(camera, points, J, pixel_sigma)
    S += np.square(height_sigma)[..., None, None] * J[:, :, 2:] * J[:, None, :, 2]
    J_xy_inverse = _inverse(J[:, :, :2])
    covariances = J_xy_inverse @ S @ J_xy_inverse.transpose(0, 2, 1)
    return FloorPoints(points[:, :2], (covariances + covariances.transpose(0, 2, 1)) / 2)


def visible_floor(
    camera: Camera, points_m: npt.ArrayLike, height_m: float = 0.0
) -> npt.NDArray[np.bool_]:
    """Tell (N,) whether points (N, 2) of the floor, raised by height_m, are inside the image."""
    floor = float_array(points_m, "points_m", (None, 2))
    return camera.model.contains(
        camera.project(np.column_stack([floor, np.full(len(floor), height_m)]))
    )


def _inverse(matrices: FloatArray) -> FloatArray:
    """Invert (N, 2, 2); NaN, not an error, for NaN or singular ones."""
    (a, b), (c, d) = matrices.transpose(1, 2, 0)
    det = a * d - b * c
    adjugate = np.array([[d, -b], [-c, a]]).transpose(2, 0, 1)
    inverse: FloatArray = adjugate / np.where(det == 0.0, np.nan, det)[:, None, None]
    return inverse
