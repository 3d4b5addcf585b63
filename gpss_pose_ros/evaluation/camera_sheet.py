"""What every camera saw at one instant, in one picture."""

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np

from gpss_pose_ros.evaluation.failure_sheet import Picture
from gpss_pose_ros.evaluation.foot_keypoints import poses_of
from gpss_pose_ros.types import FloorObservation, ImageArray, Poses2D

Draw = Callable[[ImageArray, Poses2D], ImageArray]
_COLUMNS = 2


def fullest_instant(observed: Mapping[int, Sequence[FloorObservation]]) -> int:
    """Return the stamp at which the cameras together saw most, the earliest of several."""
    return max(sorted(observed), key=lambda stamp: len(observed[stamp]))


def camera_sheet(
    stamp_ns: int,
    observations: Sequence[FloorObservation],
    camera_ids: Sequence[str],
    picture: Picture,
    draw: Draw,
) -> ImageArray:
    """Return the cameras' images (H, W, 3) BGR side by side, with the poses found in them.

    Args:
        stamp_ns: of the images, in [ns].
        observations: of that instant.
        camera_ids: in the order to show them.
        picture: gives a camera's image at a stamp.
        draw: draws poses into a copy of an image.
    """
    images = []
    for camera_id in camera_ids:
        own = [o for o in observations if o.camera_id == camera_id]
        pixels = picture(camera_id, stamp_ns)
        images.append(draw(pixels, poses_of(own)) if own else pixels)
    height = max(image.shape[0] for image in images)
    width = max(image.shape[1] for image in images)
    tiles = [_padded(image, height, width) for image in images]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    sheet: ImageArray = np.vstack(rows)
    return sheet


def _padded(image: ImageArray, height: int, width: int) -> ImageArray:
    down, right = height - image.shape[0], width - image.shape[1]
    return np.asarray(cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT), np.uint8)
