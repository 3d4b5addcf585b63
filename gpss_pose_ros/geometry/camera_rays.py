"""Rays and projections of several cameras at once: far faster than one by one."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import LEAST_DEPTH_M
from gpss_pose_ros.geometry.equidistant import Equidistant
from gpss_pose_ros.geometry.plane_distortion import PlaneDistortion
from gpss_pose_ros.geometry.rational_polynomial import RationalPolynomial, undistorted
from gpss_pose_ros.types import FloatArray, float_array

Lens = RationalPolynomial | Equidistant


def ray_directions(cameras: Sequence[Camera], pixels_px: npt.ArrayLike) -> FloatArray:
    """Return unit directions (3, L, N) of N pixels (2, L, N) of each of L cameras, factory frame.

    As `Camera.rays` of each: NaN where there is none.
    """
    pixels = float_array(pixels_px, "pixels_px", (2, len(cameras), None))
    models = [camera.model for camera in cameras]
    centres = np.array([model.K[:2, 2] for model in models]).T
    plane = _each([model.plane_from_pixels for model in models], pixels - centres[:, :, None])
    rotations = [camera.factory_from_camera.rotation for camera in cameras]
    return _each(rotations, _undistorted([model.lens for model in models], plane))


def projections(cameras: Sequence[Camera], points_m: npt.ArrayLike) -> FloatArray:
    """Return the pixels (2, L, N) of factory points (3, N) in each of L cameras.

    As `Camera.project` of each: NaN where that is.
    """
    points = float_array(points_m, "points_m", (3, None))
    transforms = [camera.camera_from_factory for camera in cameras]
    shifts = np.array([transform.translation for transform in transforms]).T
    turned = np.einsum("lij,jn->iln", np.array([t.rotation for t in transforms]), points)
    models = [camera.model for camera in cameras]
    plane = _distorted([model.lens for model in models], turned + shifts[:, :, None])
    centres = np.array([model.K[:2, 2] for model in models]).T
    pixels = _each([model.K[:2, :2] for model in models], plane)
    pixels += centres[:, :, None]
    return pixels


def _distorted(lenses: Sequence[Lens], points: FloatArray) -> FloatArray:
    """Return the distorted plane points (2, L, N) of optical-frame points (3, L, N)."""
    points = np.where(points[2] > LEAST_DEPTH_M, points, np.nan)
    rational = [lens for lens in lenses if isinstance(lens, RationalPolynomial)]
    if len(rational) == len(lenses):
        return PlaneDistortion.stacked([lens.distortion for lens in rational]).of(points)
    each = [lens.distort(points[:, i].T).T for i, lens in enumerate(lenses)]
    return np.stack(each, axis=1)


def _undistorted(lenses: Sequence[Lens], plane: FloatArray) -> FloatArray:
    """Return unit rays (3, L, N) of distorted plane points (2, L, N)."""
    rational = [lens for lens in lenses if isinstance(lens, RationalPolynomial)]
    if len(rational) == len(lenses):
        return undistorted(rational, plane)
    each = [lens.undistort(plane[:, i].T).T for i, lens in enumerate(lenses)]
    return np.stack(each, axis=1)


def _each(matrices: Sequence[FloatArray], vectors: FloatArray) -> FloatArray:
    """Return the products (D, L, N) of L matrices (D, D) and vectors (D, L, N)."""
    products: FloatArray = np.einsum("lij,jln->iln", np.array(matrices), vectors)
    return products
