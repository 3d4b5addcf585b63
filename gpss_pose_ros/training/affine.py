"""Affine maps (2, 3) between pixel centres, put together."""

import numpy as np

from gpss_pose_ros.types import FloatArray


def compose(outer: FloatArray, inner: FloatArray) -> FloatArray:
    """Return the map (2, 3) that applies `inner` (2, 3), then `outer` (2, 3)."""
    linear = outer[:, :2] @ inner[:, :2]
    return np.column_stack([linear, outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def transform(points_px: FloatArray, affine: FloatArray) -> FloatArray:
    """Map points (..., 2)."""
    mapped: FloatArray = points_px @ affine[:, :2].T + affine[:, 2]
    return mapped


def mirror(size: tuple[int, int], horizontally: bool, vertically: bool) -> FloatArray:
    """Return the map (2, 3) that mirrors an image of (width, height) `size` in [px]."""
    signs = np.where([horizontally, vertically], -1.0, 1.0)
    return np.column_stack([np.diag(signs), np.where(signs < 0.0, np.array(size) - 1.0, 0.0)])


def about(
    centre_px: FloatArray, scale: float, angle_rad: float, shift_px: FloatArray
) -> FloatArray:
    """Return the map (2, 3) that turns and scales about `centre_px` (2,), then shifts (2,)."""
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    linear = scale * np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, centre_px - linear @ centre_px + shift_px])


def transform_boxes(boxes_xyxy_px: FloatArray, affine: FloatArray) -> FloatArray:
    """Return upright boxes (N, 4) around the ellipses inscribed in boxes (N, 4), mapped.

    The corners of a turned box would give a box far too large for a body, which has none.
    """
    centres = transform((boxes_xyxy_px[:, :2] + boxes_xyxy_px[:, 2:]) / 2.0, affine)
    halves = (boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2]) / 2.0
    extents = np.sqrt(halves**2 @ (affine[:, :2] ** 2).T)
    return np.concatenate([centres - extents, centres + extents], axis=1)
