"""Gaussian heatmaps: drawing them, and finding their peaks to a fraction of a cell."""

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray

Maps = npt.NDArray[np.float32]
# Blur before the Taylor step: the kernel DARK uses for maps drawn with sigma 2.
_BLUR_CELLS = 11


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


def dark_offset(maps: Maps, cells: FloatArray) -> FloatArray:
    """Return (N, K, 2): the Newton step on the logarithm of the blurred map.

    Source: Zhang et al., Distribution-Aware Coordinate Representation (DARK), 2020, eq. 9. Zero at
    the border and where the peak is not a maximum; never more than one cell.
    """
    patch, inside = _neighbourhood(np.log(np.maximum(_blur(maps), 1e-10)), cells, 2)
    p = patch.astype(np.float64)
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


def _blur(maps: Maps) -> Maps:
    flat = maps.reshape(-1, *maps.shape[-2:])
    blurred = [
        cv2.GaussianBlur(m, (_BLUR_CELLS, _BLUR_CELLS), 0.0, borderType=cv2.BORDER_CONSTANT)
        for m in flat
    ]
    return np.asarray(blurred, dtype=np.float32).reshape(maps.shape)


def _neighbourhood(maps: Maps, cells: FloatArray, reach: int) -> tuple[Maps, npt.NDArray[np.bool_]]:
    """Return patches (N, K, 2 reach + 1, 2 reach + 1) around cells, and which lie wholly inside."""
    height, width = maps.shape[-2:]
    window = np.arange(-reach, reach + 1)
    x = cells[..., 0].astype(int)
    y = cells[..., 1].astype(int)
    inside = (x >= reach) & (y >= reach) & (x < width - reach) & (y < height - reach)
    columns = np.clip(x[..., None] + window, 0, width - 1)
    rows = np.clip(y[..., None] + window, 0, height - 1)
    n, k = np.indices((x.shape[0], x.shape[1]))
    patch = maps[n[..., None, None], k[..., None, None], rows[..., :, None], columns[..., None, :]]
    return patch, inside
