"""Makes an ideal pinhole rendering look as a camera with distortion sees it.

A renderer draws straight lines only. `Lens` says how wide to draw for a camera model, and resamples
the drawing so that every pixel shows the ray `CameraModel.back_project` gives for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.simulation.rectangle import Rectangle, Slices
from gpss_pose_ros.types import FloatArray, ImageArray

_STEEPEST_RAD = np.deg2rad(78.0)
"""Rays further off the axis stay black: a flat drawing of them grows without bound."""
_LARGEST_SCALE = 2.0
"""The drawing is at most this much wider and higher than the image; it gets coarser instead."""
_MARGIN_PX = 2
_BLOCK_PX = 64
"""Drawings are whole blocks wide and high: many cameras then need the same buffer."""
_STEP_PX = 4
_CELL_PX = 8
_NEAREST_M = 0.05
_EVERYWHERE = (slice(None), slice(None))

DepthArray = npt.NDArray[np.float32]


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

    def areas_of(
        self, points_m: FloatArray, radii_m: FloatArray, counts: Sequence[int]
    ) -> list[Rectangle | None]:
        """Return the parts of the picture that things can show in; None for who cannot.

        Things lie within balls and what is between them; from the side, the tangents to a ball at
        (x, z) have slopes (x z -+ r sqrt(x^2 + z^2 - r^2)) / (z^2 - r^2).

        Args:
            points_m: (N, 3) middles of the balls of all things, optical frame.
            radii_m: (N,).
            counts: how many balls each thing has, at least 1.
        """
        starts = np.cumsum([0, *counts[:-1]])
        at, r = points_m[:, :2], radii_m[:, None]
        z = np.maximum(points_m[:, 2:], _NEAREST_M + r)
        reach, rest = r * np.sqrt(at * at + z * z - r * r), z * z - r * r
        low, high = ((at * z + side * reach) / rest * self.focal_px for side in (-1, 1))
        first = np.floor(np.minimum.reduceat(low, starts) + self.centre_px).astype(int)
        last = np.ceil(np.maximum.reduceat(high, starts) + self.centre_px).astype(int)
        nearest = np.minimum.reduceat(points_m[:, 2] - radii_m, starts)
        first[nearest < _NEAREST_M], last[nearest < _NEAREST_M] = 0, self.size
        farthest = np.maximum.reduceat(points_m[:, 2] + radii_m, starts)
        last[farthest < _NEAREST_M] = -_MARGIN_PX
        corners = np.hstack(
            [np.maximum(first - _MARGIN_PX, 0), np.minimum(last + _MARGIN_PX, self.size)]
        )
        areas = (Rectangle(*corner) for corner in corners.tolist())
        return [
            area if area.left < area.right and area.top < area.bottom else None for area in areas
        ]


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

    def shows(self, area: Rectangle) -> bool:
        """Tell whether the image can show something of an area of the drawing."""
        rows, columns = area.of_last_row_first(self.pinhole.size[1])
        step = _CELL_PX
        blocks = self._used[rows.start // step :, columns.start // step :]
        height, width = rows.stop - rows.start, columns.stop - columns.start
        return bool(blocks[: height // step + 2, : width // step + 2].any())

    def seen_through(self, area: Rectangle) -> Slices | None:
        """Return rows and columns of the image that hold all that shows an area of the drawing."""
        rows, columns = area.of_last_row_first(self.pinhole.size[1])
        lowest_x, lowest_y, highest_x, highest_y = self._cells
        across = (highest_x >= columns.start - 1) & (lowest_x <= columns.stop)
        inside = across & (highest_y >= rows.start - 1) & (lowest_y <= rows.stop)
        if not inside.any():
            return None
        return _span(inside.any(axis=1)), _span(inside.any(axis=0))

    @cached_property
    def _used(self) -> npt.NDArray[np.uint8]:
        """Blocks (Y, X) of the drawing that the image shows, and those beside them."""
        width, height = self.pinhole.size
        used = np.zeros((height // _CELL_PX, width // _CELL_PX), np.uint8)
        seen = (self._x >= 0) & (self._y >= 0)
        y, x = self._y[seen].astype(int) // _CELL_PX, self._x[seen].astype(int) // _CELL_PX
        used[y, x] = 1
        return np.asarray(cv2.dilate(used, np.ones((3, 3), np.uint8)), np.uint8)

    @cached_property
    def _cells(self) -> npt.NDArray[np.float32]:
        """Bounds in the drawing (4, Y, X) of the image's cells: least x and y, greatest x and y."""
        cuts = [np.arange(0, length, _CELL_PX) for length in self._x.shape]
        return np.stack(
            [
                bound.reduceat(bound.reduceat(where, cuts[0], axis=0), cuts[1], axis=1)
                for bound in (np.minimum, np.maximum)
                for where in (self._x, self._y)
            ]
        )

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


def _span(cells: npt.NDArray[np.bool_]) -> slice:
    """Return the pixels of those cells of a row that are set, and between them."""
    at = np.flatnonzero(cells)
    return slice(int(at[0]) * _CELL_PX, (int(at[-1]) + 1) * _CELL_PX)


def _pinhole(slopes: FloatArray, focal_px: float, size: tuple[int, int]) -> Pinhole:
    """Return a pinhole camera that covers `slopes` (H, W, 2) of rays, as sharp as the image."""
    low, high = np.nanmin(slopes, axis=(0, 1)), np.nanmax(slopes, axis=(0, 1))
    finest = (_LARGEST_SCALE * np.array(size) - 2 * _MARGIN_PX) / np.maximum(high - low, 1e-9)
    focal = float(min(focal_px, *finest))
    blocks = np.ceil(((high - low) * focal + 2 * _MARGIN_PX) / _BLOCK_PX).astype(int)
    width, height = (blocks * _BLOCK_PX).tolist()
    cx, cy = _MARGIN_PX - low * focal - 0.5
    return Pinhole(focal, (float(cx), float(cy)), (width, height))
