"""How a camera maps rays to pixels: what `sensor_msgs/CameraInfo` calls K, D and the model."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import CalibrationError, unknown_choice
from gpss_pose_ros.geometry.calibration_array import calibration_array
from gpss_pose_ros.geometry.equidistant import Equidistant
from gpss_pose_ros.geometry.rational_polynomial import RationalPolynomial
from gpss_pose_ros.types import FloatArray, float_array

COEFFICIENTS = {
    "plumb_bob": (0, 4, 5),
    "rational_polynomial": (5, 8, 12, 14),
    "equidistant": (4,),
}
"""How many distortion coefficients each model may have."""

ALIASES = {"fisheye": "equidistant"}
"""Names some drivers use, and what REP-104 calls them."""

LEAST_DEPTH_M = 1e-9
"""What is not this far in front of the centre of projection counts as behind the camera."""


@dataclass(frozen=True, eq=False)
class CameraModel:
    """Intrinsics of one camera; pixel (0, 0) is the centre of the top-left pixel.

    Attributes:
        K: (3, 3) intrinsic matrix in [px].
        distortion: (n,) coefficients in CameraInfo's order; see `COEFFICIENTS`.
        model: "plumb_bob", "rational_polynomial" or "equidistant" ("fisheye" is taken for it).
        size: (width, height) of the image in [px].

    Raises:
        CalibrationError: a value is missing, not finite, or physically impossible.
    """

    K: FloatArray
    distortion: FloatArray
    model: str
    size: tuple[int, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "K", _intrinsic_matrix(self.K))
        object.__setattr__(self, "model", ALIASES.get(self.model, self.model))
        if self.model not in COEFFICIENTS:
            raise CalibrationError(unknown_choice("distortion model", self.model, COEFFICIENTS))
        distortion = calibration_array(self.distortion, "distortion", (None,))
        if len(distortion) not in COEFFICIENTS[self.model]:
            wanted = " or ".join(str(n) for n in COEFFICIENTS[self.model])
            raise CalibrationError(
                f"distortion model {self.model} takes {wanted} coefficients, got {len(distortion)}"
            )
        object.__setattr__(self, "distortion", distortion)
        object.__setattr__(self, "size", _image_size(self.size))

    def project(self, points_m: npt.ArrayLike) -> FloatArray:
        """Return the pixels (N, 2) of points (N, 3) in the optical frame.

        NaN behind the camera and beyond the range in which the distortion is one-to-one. Pixels
        outside the image are returned as they are; `contains` tells.
        """
        return self._pixels(self.lens.distort(_in_front(points_m)))

    def project_with_jacobian(self, points_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return pixels (N, 2) as `project`, and d pixel / d point (N, 2, 3) in [px/m].

        The Jacobian J of a point P satisfies J(P) P = 0 and J(a P) = J(P) / a: moving along the
        ray changes no pixel.
        """
        distorted, jacobian = self.lens.distort_with_jacobian(_in_front(points_m))
        return self._pixels(distorted), self.K[:2, :2] @ jacobian

    def back_project(self, pixels_px: npt.ArrayLike) -> FloatArray:
        """Return unit rays (N, 3) in the optical frame of pixels (N, 2); NaN where none exists."""
        pixels = float_array(pixels_px, "pixels_px", (None, 2))
        return self.lens.undistort((pixels - self.K[:2, 2]) @ self.plane_from_pixels.T)

    def contains(self, pixels_px: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Tell (N,) whether pixels (N, 2) lie inside the image; NaN does not."""
        pixels = float_array(pixels_px, "pixels_px", (None, 2))
        return inside_image(pixels.T, np.array(self.size)[:, None])

    def cropped_and_binned(
        self,
        x_offset: int = 0,
        y_offset: int = 0,
        width: int = 0,
        height: int = 0,
        binning_x: int = 0,
        binning_y: int = 0,
    ) -> "CameraModel":
        """Return the model of the image as delivered under CameraInfo's roi and binning.

        The region is given in full-resolution pixels and cut first; width or height 0 means the
        whole image, binning 0 means 1. A binned pixel is the mean of its block, so that its
        centre is the block's centre: u' + 1/2 = (u - x_offset + 1/2) / binning.

        Raises:
            CalibrationError: the region leaves the image, or nothing is left of it.
        """
        roi = (width or self.size[0], height or self.size[1])
        binning = (binning_x or 1, binning_y or 1)
        offset = (x_offset, y_offset)
        if min(*offset, *roi) < 0 or any(
            o + n > full for o, n, full in zip(offset, roi, self.size, strict=True)
        ):
            raise CalibrationError(
                f"region of interest {roi[0]}x{roi[1]} at {offset} leaves the image of "
                f"{self.size[0]}x{self.size[1]} px: roi is in full-resolution pixels"
            )
        size = (roi[0] // binning[0], roi[1] // binning[1])
        scale = 1.0 / np.array(binning)
        return self._resampled(scale, -scale * offset, size)

    def letterboxed(self, size: tuple[int, int]) -> "CameraModel":
        """Return the model of the same image scaled uniformly into `size`, centred by bars."""
        full, wanted = np.array(self.size), np.array(_image_size(size))
        scale = (wanted / full).min()
        return self._resampled(np.full(2, scale), (wanted - scale * full) / 2, size)

    def _resampled(
        self, scale: FloatArray, shift_px: FloatArray, size: tuple[int, int]
    ) -> "CameraModel":
        """Return the model with u' + 1/2 = scale (u + 1/2) + shift, measured from image corners."""
        A = np.eye(3)
        A[:2, :2] = np.diag(scale)
        A[:2, 2] = 0.5 * scale + shift_px - 0.5
        return replace(self, K=A @ self.K, size=size)

    def _pixels(self, distorted: FloatArray) -> FloatArray:
        """Return the pixels (N, 2) of distorted plane points (N, 2)."""
        pixels: FloatArray = distorted @ self.K[:2, :2].T + self.K[:2, 2]
        return pixels

    @cached_property
    def plane_from_pixels(self) -> FloatArray:
        """Inverse (2, 2) of K's upper left part."""
        return np.asarray(np.linalg.inv(self.K[:2, :2]))

    @cached_property
    def lens(self) -> RationalPolynomial | Equidistant:
        """The distortion on the normalised image plane."""
        if self.model == "equidistant":
            return Equidistant(self.distortion)
        return RationalPolynomial(self.distortion)


def inside_image(pixels_px: FloatArray, sizes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell (...) whether pixels (2, ...) lie inside images of width and height (2, ...)."""
    inside = (pixels_px >= -0.5) & (pixels_px <= sizes - 0.5)
    return np.asarray(inside.all(axis=0))


def _in_front(points_m: npt.ArrayLike) -> FloatArray:
    """Return points (N, 3), NaN for those behind the camera."""
    points = float_array(points_m, "points_m", (None, 3))
    return np.where(points[:, 2:] > LEAST_DEPTH_M, points, np.nan)


def _intrinsic_matrix(value: npt.ArrayLike) -> FloatArray:
    """Return K (3, 3), or refuse what cannot be one."""
    K = calibration_array(value, "K", (3, 3))
    if K[0, 0] <= 0 or K[1, 1] <= 0:
        raise CalibrationError(
            f"K must have focal lengths above 0, got fx = {K[0, 0]:g}, fy = {K[1, 1]:g}: "
            "all zeros mean that the camera is not calibrated"
        )
    if K[1, 0] != 0 or not np.array_equal(K[2], [0.0, 0.0, 1.0]):
        raise CalibrationError(
            f"K must be upper triangular with last row 0 0 1, got {K.tolist()}: is it transposed?"
        )
    return K


def _image_size(value: tuple[int, int]) -> tuple[int, int]:
    """Return (width, height) as whole numbers above 0."""
    try:
        width, height = (int(v) for v in value)
    except (TypeError, ValueError) as error:
        raise CalibrationError(f"size must be (width, height) in px, got {value!r}") from error
    if width <= 0 or height <= 0 or (width, height) != tuple(value):
        raise CalibrationError(f"size must be whole pixels above 0, got {value!r}")
    return width, height
