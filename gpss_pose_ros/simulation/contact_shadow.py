"""Soft shadows where things touch the floor: cheap, and without them people seem to float."""

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.lens import DepthArray, Pinhole
from gpss_pose_ros.types import FloatArray, ImageArray

_NEAREST_M = 0.3
_DARKEST = 0.42
_BLOB_PX = 33
_FLOOR_TOLERANCE = 0.01


def floor_mask(depth_m: DepthArray, pinhole: Pinhole, camera_from_factory: Transform) -> ImageArray:
    """Return where a drawing (H, W, last row first) shows the floor: uint8, 255 or 0.

    The inverse depth of a plane is linear in the pixel: with the floor's normal n and the camera's
    height h, 1 / depth = -n . (x, y, 1) / h on the normalised image plane.
    """
    normal = camera_from_factory.rotation[:, 2]
    height = -float(normal @ camera_from_factory.translation)
    cx, cy = pinhole.centre_px
    x = (np.arange(pinhole.size[0], dtype=np.float32) - cx) / pinhole.focal_px
    y = (np.arange(pinhole.size[1], dtype=np.float32)[::-1] - cy) / pinhole.focal_px
    inverse = -(normal[0] * x + normal[1] * y[:, None] + normal[2]) / height
    on_floor = np.abs(depth_m * inverse - 1.0) < _FLOOR_TOLERANCE
    return np.where(on_floor, 255, 0).astype(np.uint8)


def darken(
    drawing: ImageArray,
    floor: ImageArray,
    pinhole: Pinhole,
    camera_from_factory: Transform,
    places_m: FloatArray,
) -> None:
    """Darken the floor about places (N, 3), in place.

    Args:
        drawing: (H, W, 3), LAST row of the picture first.
        floor: `floor_mask` of it.
        pinhole: camera of the drawing.
        camera_from_factory: its pose.
        places_m: x and y in the factory frame, and radius of the shadow.
    """
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    corners_m = places_m[:, None] * (1, 1, 0) + places_m[:, None, 2:] * square
    points = camera_from_factory.apply(corners_m.reshape(-1, 3)).reshape(-1, 4, 3)
    points = points[(points[:, :, 2] > _NEAREST_M).all(axis=1)]
    pixels = pinhole.project(points.reshape(-1, 3)).reshape(-1, 4, 2)
    pixels[..., 1] = pinhole.size[1] - 1 - pixels[..., 1]
    lows = np.maximum(np.floor(pixels.min(axis=1)).astype(int), 0)
    highs = np.minimum(np.ceil(pixels.max(axis=1)).astype(int) + 1, pinhole.size)
    for corners, low, high in zip(pixels, lows, highs, strict=True):
        if (low < high).all():
            area = np.s_[low[1] : high[1], low[0] : high[0]]
            light = _light(corners - low, (int(high[0] - low[0]), int(high[1] - low[1])))
            light[floor[area] == 0] = 255
            drawing[area] = cv2.multiply(drawing[area], cv2.merge([light] * 3), scale=1 / 255)


def _light(corners_px: FloatArray, size: tuple[int, int]) -> ImageArray:
    """Return how much light (H, W) uint8 is left about the middle of a floor square."""
    last = _BLOB_PX - 1
    blob_corners = np.array([[0, 0], [last, 0], [last, last], [0, last]], np.float32)
    image_from_blob = cv2.getPerspectiveTransform(blob_corners, corners_px.astype(np.float32))
    light = cv2.warpPerspective(
        _BLOB, image_from_blob, size, flags=cv2.INTER_LINEAR, borderValue=255
    )
    return np.asarray(light, np.uint8)


def _blob() -> npt.NDArray[np.uint8]:
    """Return a soft dark disc."""
    axis = np.linspace(-1.0, 1.0, _BLOB_PX)
    radius2 = axis**2 + axis[:, None] ** 2
    shade = _DARKEST * np.clip(1.0 - radius2, 0.0, 1.0) ** 2
    return np.round(255 * (1.0 - shade)).astype(np.uint8)


_BLOB = _blob()
