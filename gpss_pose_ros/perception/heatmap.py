"""Gaussian heatmaps: drawing them, and finding their peaks to a fraction of a cell."""

import cv2
import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from gpss_pose_ros.types import FloatArray

Maps = npt.NDArray[np.float32]
_BLUR_REACH = 3.0
"""Before the Taylor step: DARK's kernels end this many sigmas of the map from the middle."""


def render_gaussians(centres: FloatArray, size: tuple[int, int], sigma: float) -> Maps:
    """Return maps (N, K, height, width) with a Gaussian of height one at each centre (N, K, 2)."""
    x = np.exp(-((np.arange(size[0]) - centres[..., 0:1]) ** 2) / (2.0 * sigma**2))
    y = np.exp(-((np.arange(size[1]) - centres[..., 1:2]) ** 2) / (2.0 * sigma**2))
    return (y[..., :, None] * x[..., None, :]).astype(np.float32)


def peak(maps: Maps) -> tuple[FloatArray, FloatArray]:
    """Return the highest cell (N, K, 2) as x, y, and its height (N, K)."""
    flat = maps.reshape(*maps.shape[:2], -1)
    index = flat.argmax(axis=-1)
    height = np.take_along_axis(flat, index[..., None], axis=-1)[..., 0]
    y, x = np.divmod(index, maps.shape[-1])
    return np.stack([x, y], axis=-1).astype(np.float64), height.astype(np.float64)


def quarter_offset(maps: Maps, cells: FloatArray) -> FloatArray:
    """Return (N, K, 2): a quarter cell towards the higher neighbour on each axis.

    Source: Newell et al., Stacked Hourglass Networks, 2016. Zero at the border.
    """
    patch, inside = _neighbourhood(maps, cells, 1)
    gradient = np.stack([patch[..., 1, 2] - patch[..., 1, 0], patch[..., 2, 1] - patch[..., 0, 1]])
    return np.moveaxis(0.25 * np.sign(gradient) * inside, 0, -1).astype(np.float64)


def dark_offset(maps: Maps, cells: FloatArray, sigma: float) -> FloatArray:
    """Return (N, K, 2): the Newton step on the logarithm of the blurred map.

    Source: Zhang et al., Distribution-Aware Coordinate Representation (DARK), 2020, eq. 9. Zero at
    the border and where the peak is not a maximum; never more than one cell. The kernel is theirs:
    11 cells wide for maps drawn with a sigma of 2 cells, 17 for 3.
    """
    blurred, inside = _blurred_about(maps, cells, 2, 2 * round(_BLUR_REACH * sigma) - 1)
    p = np.log(np.maximum(blurred, 1e-10))
    dx = (p[..., 2, 3] - p[..., 2, 1]) / 2.0
    dy = (p[..., 3, 2] - p[..., 1, 2]) / 2.0
    dxx = (p[..., 2, 4] - 2.0 * p[..., 2, 2] + p[..., 2, 0]) / 4.0
    dyy = (p[..., 4, 2] - 2.0 * p[..., 2, 2] + p[..., 0, 2]) / 4.0
    dxy = (p[..., 3, 3] - p[..., 1, 3] - p[..., 3, 1] + p[..., 1, 1]) / 4.0
    determinant = dxx * dyy - dxy**2
    maximum = inside & (dxx < 0.0) & (determinant > 0.0)
    divisor = np.where(maximum, determinant, 1.0)
    step = np.stack([dxy * dy - dyy * dx, dxy * dx - dxx * dy], axis=-1) / divisor[..., None]
    return np.clip(np.where(maximum[..., None], step, 0.0), -1.0, 1.0)


def _blurred_about(
    maps: Maps, cells: FloatArray, reach: int, width: int
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return what `_neighbourhood` finds in the blurred maps, without blurring all of them."""
    margin = width // 2
    padded = np.pad(maps, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    patch, inside = _neighbourhood(padded, cells + margin, reach + margin)
    kernel = np.pad(cv2.getGaussianKernel(width, 0.0)[:, 0], (0, 2 * reach))
    blur = np.array([np.roll(kernel, shift) for shift in range(2 * reach + 1)])
    return blur @ patch @ blur.T, inside


def _neighbourhood(maps: Maps, cells: FloatArray, reach: int) -> tuple[Maps, npt.NDArray[np.bool_]]:
    """Return patches (N, K, 2 reach + 1, 2 reach + 1) around cells, and which lie wholly inside."""
    size = 2 * reach + 1
    windows = sliding_window_view(maps, (size, size), axis=(-2, -1))
    column, row = np.moveaxis(cells.astype(int) - reach, -1, 0)
    last_row, last_column = windows.shape[2] - 1, windows.shape[3] - 1
    inside = (column >= 0) & (row >= 0) & (column <= last_column) & (row <= last_row)
    n, k = np.indices(inside.shape)
    return windows[n, k, np.clip(row, 0, last_row), np.clip(column, 0, last_column)], inside
