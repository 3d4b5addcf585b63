"""Makes an ideal pinhole rendering look as a camera with distortion sees it.

A renderer draws straight lines only. `Lens` says how wide to draw for a camera model, and resamples
the drawing so that every pixel shows the ray `CameraModel.back_project` gives for it.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.types import FloatArray, ImageArray

_STEEPEST_RAD = np.deg2rad(78.0)
"""Rays further off the axis stay black: a flat drawing of them grows without bound."""
_LARGEST_SCALE = 2.0
"""The drawing is at most this much wider and higher than the image; it gets coarser instead."""
_MARGIN_PX = 2
_STEP_PX = 4
_NEAREST_M = 0.05
_EVERYWHERE = (slice(None), slice(None))

DepthArray = npt.NDArray[np.float32]


Slices = tuple[slice, slice]


@dataclass(frozen=True)
class Rectangle:
    """Part of a picture: columns left <= x < right of rows top <= y < bottom, in [px]."""

    left: int
    top: int
    right: int
    bottom: int

    def of_last_row_first(self, height: int) -> Slices:
        """Return its rows and columns in an array that has the last row of the picture first."""
        return slice(height - self.bottom, height - self.top), slice(self.left, self.right)


@dataclass(frozen=True)
class Pinhole:
    """An ideal camera with square pixels; (0, 0) is the centre of the top-left pixel.

    Attributes:
        focal_px: focal length.
        centre_px: (x, y) principal point.
        size: (width, height) in [px].
    """

    focal_px: float
    centre_px: tuple[float, float]
    size: tuple[int, int]

    def frustum(self, near_m: float) -> tuple[float, float, float, float]:
        """Return left, right, bottom, top of the view at depth `near_m`, in [m], y upwards.

        The view ends at the outer edges of the outermost pixels, half a pixel from their centres.
        """
        (cx, cy), (width, height) = self.centre_px, self.size
        scale = near_m / self.focal_px
        return (
            -(cx + 0.5) * scale,
            (width - 0.5 - cx) * scale,
            -(height - 0.5 - cy) * scale,
            (cy + 0.5) * scale,
        )

    def project(self, points_m: FloatArray) -> FloatArray:
        """Return pixels (N, 2) of points (N, 3) in the optical frame, all with z > 0."""
        return self.focal_px * points_m[:, :2] / points_m[:, 2:] + self.centre_px

    def area_of(self, points_m: FloatArray) -> Rectangle | None:
        """Return the part of the picture that the hull of points (N, 3) can show in, or None."""
        width, height = self.size
        z = points_m[:, 2]
        if (z < _NEAREST_M).all():
            return None
        if (z < _NEAREST_M).any():
            return Rectangle(0, 0, width, height)
        pixels = self.project(points_m)
        left, top = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - _MARGIN_PX, 0)
        right, bottom = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + _MARGIN_PX, self.size)
        if left >= right or top >= bottom:
            return None
        return Rectangle(int(left), int(top), int(right), int(bottom))

    def cropped(self, area: Rectangle) -> "Pinhole":
        """Return the camera that sees only a part of the picture."""
        centre = self.centre_px[0] - area.left, self.centre_px[1] - area.top
        size = area.right - area.left, area.bottom - area.top
        return Pinhole(self.focal_px, centre, size)


class Lens:
    """The drawing a camera model needs, and the resampling of it.

    Drawings are arrays with the LAST row of the picture first, as OpenGL delivers them.
    """

    def __init__(self, model: CameraModel) -> None:
        self.size = model.size
        slopes = _slopes(model)
        self.pinhole = _pinhole(slopes, max(model.K[0, 0], model.K[1, 1]), model.size)
        x, y = np.moveaxis(slopes * self.pinhole.focal_px + self.pinhole.centre_px, -1, 0)
        self._x = np.where(np.isfinite(x), x, -10.0).astype(np.float32)
        self._y = (self.pinhole.size[1] - 1 - np.where(np.isfinite(y), y, -10.0)).astype(np.float32)

    def resample(self, drawing: ImageArray, part: Slices = _EVERYWHERE) -> ImageArray:
        """Return part of the image of a drawing, linearly interpolated, black where no ray is."""
        self._expect(drawing)
        whole, fraction = self._linear
        image = cv2.remap(drawing, whole[part], fraction[part], cv2.INTER_LINEAR)
        return np.asarray(image, np.uint8)

    def resample_depth(self, drawing: DepthArray, part: Slices = _EVERYWHERE) -> DepthArray:
        """Return part of the depth of a drawing's, from the nearest pixel; 0 where no ray is."""
        self._expect(drawing)
        whole, fraction = self._nearest
        depth = cv2.remap(drawing, whole[part], fraction, cv2.INTER_NEAREST)
        return np.asarray(depth, np.float32)

    def seen_through(self, area: Rectangle) -> Slices:
        """Return rows and columns of the image that hold all that shows an area of the drawing."""
        margin = 3 * _STEP_PX
        x, y = self._x[::_STEP_PX, ::_STEP_PX], self._y[::_STEP_PX, ::_STEP_PX]
        rows, _ = area.of_last_row_first(self.pinhole.size[1])
        columns = (x > area.left - margin) & (x < area.right + margin)
        inside = columns & (y > rows.start - margin) & (y < rows.stop + margin)
        return _span(np.any(inside, axis=1)), _span(np.any(inside, axis=0))

    @cached_property
    def _linear(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint16]]:
        """Fixed-point maps: three times as fast as floats, to 1/32 px."""
        whole, fraction = cv2.convertMaps(self._x, self._y, cv2.CV_16SC2)
        return np.asarray(whole, np.int16), np.asarray(fraction, np.uint16)

    @cached_property
    def _nearest(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint16]]:
        whole, _ = cv2.convertMaps(self._x, self._y, cv2.CV_16SC2, nninterpolation=True)
        return np.asarray(whole, np.int16), np.empty((0, 0), np.uint16)

    def _expect(self, drawing: npt.NDArray[np.generic]) -> None:
        width, height = self.pinhole.size
        if drawing.shape[:2] != (height, width):
            raise InputError(
                f"a drawing for this lens must be {width}x{height} px, "
                f"got {drawing.shape[1]}x{drawing.shape[0]}"
            )


def _slopes(model: CameraModel) -> FloatArray:
    """Return x/z and y/z of every pixel's ray, (H, W, 2); NaN where none exists or it is too steep.

    Undistorting is slow: done for every fourth pixel, and between them the slopes are interpolated.
    """
    width, height = model.size
    x, y = np.arange(0, width + _STEP_PX, _STEP_PX), np.arange(0, height + _STEP_PX, _STEP_PX)
    coarse = _slopes_at(model, x, y)
    if np.isnan(coarse).any():
        return _slopes_at(model, np.arange(width), np.arange(height))
    across, along = _interpolation(width, len(x)), _interpolation(height, len(y))
    return np.stack([along @ coarse[..., i] @ across.T for i in (0, 1)], axis=-1)


def _slopes_at(
    model: CameraModel, x_px: npt.NDArray[np.int64], y_px: npt.NDArray[np.int64]
) -> FloatArray:
    """Return the slopes (Y, X, 2) of a grid of pixels."""
    x, y = np.meshgrid(x_px, y_px)
    rays = model.back_project(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64))
    steep = ~(rays[:, 2] > np.cos(_STEEPEST_RAD))
    if steep.all():
        raise InputError("no pixel of this camera model sees anything in front of it")
    slopes = np.where(steep[:, None], np.nan, rays[:, :2] / rays[:, 2:])
    return slopes.reshape(len(y_px), len(x_px), 2)


def _interpolation(count: int, nodes: int) -> FloatArray:
    """Return weights (count, nodes): rows interpolate linearly between nodes _STEP_PX apart."""
    at = np.arange(count)
    weights = np.zeros((count, nodes))
    weights[at, at // _STEP_PX] = 1 - at % _STEP_PX / _STEP_PX
    weights[at, at // _STEP_PX + 1] = at % _STEP_PX / _STEP_PX
    return weights


def _span(nodes: npt.NDArray[np.bool_]) -> slice:
    """Return the pixels about those nodes of a row that are set."""
    at = np.flatnonzero(nodes)
    if not len(at):
        return slice(0, 0)
    return slice(max(0, (int(at[0]) - 1) * _STEP_PX), (int(at[-1]) + 1) * _STEP_PX + 1)


def _pinhole(slopes: FloatArray, focal_px: float, size: tuple[int, int]) -> Pinhole:
    """Return a pinhole camera that covers `slopes` (H, W, 2) of rays, as sharp as the image."""
    low, high = np.nanmin(slopes, axis=(0, 1)), np.nanmax(slopes, axis=(0, 1))
    finest = (_LARGEST_SCALE * np.array(size) - 2 * _MARGIN_PX) / np.maximum(high - low, 1e-9)
    focal = float(min(focal_px, *finest))
    width, height = np.ceil((high - low) * focal).astype(int) + 2 * _MARGIN_PX
    cx, cy = _MARGIN_PX - low * focal - 0.5
    return Pinhole(focal, (float(cx), float(cy)), (int(width), int(height)))
