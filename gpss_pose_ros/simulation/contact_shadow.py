"""Soft shadows where things touch the floor: cheap, and without them people seem to float."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.lens import DepthArray, Pinhole
from gpss_pose_ros.simulation.rectangle import Slices
from gpss_pose_ros.types import FloatArray, ImageArray

_NEAREST_M = 0.3
_DARKEST = 0.42
_BLOB_PX = 33
_BLOB_CORNERS = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) * (
    _BLOB_PX - 1.0,
    _BLOB_PX - 1.0,
    1.0,
)
_FLOOR_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class ContactShadow:
    """A soft dark disc on the floor, as a drawing shows it.

    Attributes:
        rows_columns: of the drawing's array, last row of the picture first.
        homography: (3, 3) takes pixels of the disc to pixels of the area's array.
    """

    rows_columns: Slices
    homography: FloatArray

    def darken(self, drawing: ImageArray, floor: ImageArray) -> None:
        """Darken a drawing (H, W, 3) in place where `floor_mask` (H, W) says floor."""
        part = drawing[self.rows_columns]
        light = cv2.warpPerspective(_BLOB, self.homography, part.shape[1::-1], borderValue=255)
        light = cv2.cvtColor(light, cv2.COLOR_GRAY2BGR)
        cv2.copyTo(cv2.multiply(part, light, scale=1 / 255), floor[self.rows_columns], part)


def contact_shadows(
    pinhole: Pinhole, camera_from_factory: Transform, places_m: FloatArray
) -> tuple[ContactShadow, ...]:
    """Return the shadows that a drawing shows.

    Args:
        pinhole: camera of the drawing.
        camera_from_factory: its pose.
        places_m: (N, 3) x and y in the factory frame, and radius of the shadow.
    """
    homographies = _drawing_from_floor(pinhole, camera_from_factory) @ _floor_from_blob(places_m)
    corners = homographies @ _BLOB_CORNERS.T
    whole = (corners[:, 2] > _NEAREST_M).all(axis=1)
    homographies, corners = homographies[whole], corners[whole]
    pixels = corners[:, :2] / corners[:, 2:]
    lows = np.maximum(np.floor(pixels.min(axis=2)).astype(int), 0)
    highs = np.minimum(np.ceil(pixels.max(axis=2)).astype(int) + 1, pinhole.size)
    homographies[:, :2] -= lows[:, :, None] * homographies[:, 2:]
    return tuple(
        ContactShadow((slice(low[1], high[1]), slice(low[0], high[0])), homography)
        for low, high, homography in zip(lows.tolist(), highs.tolist(), homographies, strict=True)
        if low[0] < high[0] and low[1] < high[1]
    )


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


def _drawing_from_floor(pinhole: Pinhole, camera_from_factory: Transform) -> FloatArray:
    """Return the homography (3, 3) of floor points (x, y, 1) to the drawing's array.

    Its third coordinate is depth.
    """
    (cx, cy), f = pinhole.centre_px, pinhole.focal_px
    K = np.array([[f, 0.0, cx], [0.0, -f, pinhole.size[1] - 1 - cy], [0.0, 0.0, 1.0]])
    pose = camera_from_factory
    homography: FloatArray = K @ np.column_stack([pose.rotation[:, :2], pose.translation])
    return homography


def _floor_from_blob(places_m: FloatArray) -> FloatArray:
    """Return the homographies (N, 3, 3) of the blob's pixels to floor points (x, y, 1)."""
    radius = places_m[:, 2]
    floor_from_blob = np.zeros((len(places_m), 3, 3))
    floor_from_blob[:, 0, 0] = floor_from_blob[:, 1, 1] = 2 * radius / (_BLOB_PX - 1)
    floor_from_blob[:, :2, 2] = places_m[:, :2] - radius[:, None]
    floor_from_blob[:, 2, 2] = 1.0
    return floor_from_blob


def _blob() -> npt.NDArray[np.uint8]:
    """Return a soft dark disc (33, 33)."""
    axis = np.linspace(-1.0, 1.0, _BLOB_PX)
    radius2 = axis**2 + axis[:, None] ** 2
    shade = _DARKEST * np.clip(1.0 - radius2, 0.0, 1.0) ** 2
    return np.round(255 * (1.0 - shade)).astype(np.uint8)


_BLOB = _blob()
