"""From an image's pixels to a network's input tensor, and the exact way back.

Every fit is an affine map `input_from_image` (2, 3) between pixel centres: (0, 0) is the centre of
the top-left pixel on both sides, so that the inverse is exact whatever the sizes.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.model_description import InputDescription
from gpss_pose_ros.types import FloatArray, ImageArray

Tensor = npt.NDArray[Any]


def letterbox(
    pixels: ImageArray, size: tuple[int, int], fit: str, pad: int
) -> tuple[ImageArray, FloatArray]:
    """Shrink or enlarge an image, aspect kept, into a padded canvas.

    Args:
        pixels: (H, W, 3)
        size: (width, height) of the canvas in [px].
        fit: `letterbox_top_left` or `letterbox_centred`.
        pad: grey value of the rest.

    Returns:
        canvas (height, width, 3) and input_from_image (2, 3).
    """
    image_height, image_width = pixels.shape[:2]
    ratio = min(size[0] / image_width, size[1] / image_height)
    width = max(1, round(image_width * ratio))
    height = max(1, round(image_height * ratio))
    left, top = (
        ((size[0] - width) // 2, (size[1] - height) // 2) if fit == "letterbox_centred" else (0, 0)
    )
    canvas = np.full((size[1], size[0], 3), pad, dtype=np.uint8)
    # Bilinear without antialiasing: area averaging costs 30 times more and detects no better.
    canvas[top : top + height, left : left + width] = cv2.resize(pixels, (width, height))
    scale = np.array([width / image_width, height / image_height])
    offset = np.array([left, top]) + 0.5 * scale - 0.5
    return canvas, np.column_stack([np.diag(scale), offset])


def crop_transform(
    box_xyxy_px: FloatArray, size: tuple[int, int], padding: float, angle_rad: float = 0.0
) -> FloatArray:
    """Return input_from_image (2, 3) of an upright or turned crop around a box.

    Args:
        box_xyxy_px: (4,) left, top, right, bottom in [px].
        size: (width, height) of the input in [px]; the box is widened to this aspect.
        padding: the crop is the box times this.
        angle_rad: direction in the image, from x (right) to y (down), that becomes the input's x.
    """
    extent = np.maximum(box_xyxy_px[2:] - box_xyxy_px[:2], 1.0) * padding
    centre = (box_xyxy_px[:2] + box_xyxy_px[2:]) / 2.0
    return similarity(centre, float(np.min(np.array(size) / extent)), angle_rad, size)


def similarity(
    centre_px: FloatArray, scale: float, angle_rad: float, size: tuple[int, int]
) -> FloatArray:
    """Return input_from_image (2, 3) that turns, scales and moves `centre_px` to the middle."""
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    linear = scale * np.array([[cosine, sine], [-sine, cosine]])
    middle = (np.array(size) - 1.0) / 2.0
    return np.column_stack([linear, middle - linear @ centre_px])


def warp(
    pixels: ImageArray, input_from_image: FloatArray, size: tuple[int, int], pad: int
) -> ImageArray:
    """Return the crop (height, width, 3) that `input_from_image` describes."""
    warped = cv2.warpAffine(
        pixels, input_from_image, size, flags=cv2.INTER_LINEAR, borderValue=(pad, pad, pad)
    )
    return np.asarray(warped, dtype=np.uint8)


def to_image(points_px: FloatArray, input_from_image: FloatArray) -> FloatArray:
    """Map points (..., 2) of the input back to image pixels."""
    inverse = np.linalg.inv(input_from_image[:, :2])
    mapped: FloatArray = (points_px - input_from_image[:, 2]) @ inverse.T
    return mapped


def empty_batch(count: int, description: InputDescription) -> Tensor:
    """Return an uninitialised batch of `count` inputs."""
    # An int8 network is fed normalised floats; its backend quantises them.
    dtype = np.uint8 if description.dtype == "uint8" else np.float32
    return np.empty((count, *description.shape), dtype=dtype)


def write_input(pixels: ImageArray, description: InputDescription, out: Tensor) -> None:
    """Normalise BGR pixels (height, width, 3) into `out`, one entry of a batch."""
    planes = cv2.split(pixels)
    if description.colour == "rgb":
        planes = planes[::-1]
    for channel, plane in enumerate(planes):
        target = out[channel] if description.layout == "nchw" else out[..., channel]
        np.copyto(target, plane)
        if description.mean[channel] != 0.0:
            np.subtract(target, description.mean[channel], out=target)
        if description.std[channel] != 1.0:
            np.divide(target, description.std[channel], out=target)
