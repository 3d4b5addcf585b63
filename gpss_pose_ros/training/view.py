"""One sample's pixels: cut out exactly as at inference, covered, distorted, padded."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.model_description import InputDescription
from gpss_pose_ros.perception.preprocess import warp
from gpss_pose_ros.training.affine import transform
from gpss_pose_ros.training.labels import BoolArray
from gpss_pose_ros.training.occluders import draw_occluders
from gpss_pose_ros.training.photometry import distort
from gpss_pose_ros.training.settings import TrainingSettings
from gpss_pose_ros.types import FloatArray, ImageArray


def augmented_view(
    pixels: ImageArray,
    input_from_image: FloatArray,
    description: InputDescription,
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> tuple[ImageArray, BoolArray]:
    """Return a network's input of an image, varied at random.

    Args:
        pixels: (H, W, 3) BGR.
        input_from_image: (2, 3)
        description: size and padding of the input.
        settings: how much is varied.
        rng: source of all randomness.

    Returns:
        pixels (height, width, 3) BGR, and a mask (height, width) of what was drawn over them.
    """
    view = warp(pixels, input_from_image, description.size, description.pad)
    covered = np.zeros(view.shape[:2], dtype=bool)
    if rng.random() < settings.geometry.occluded_fraction:
        covered = draw_occluders(view, rng)
    view = distort(view, settings.photometry, rng)
    # At inference the padding is one grey, whatever the light.
    padding = np.full_like(view, description.pad)
    inside = _inside(pixels, input_from_image, description.size)
    return np.asarray(cv2.copyTo(view, inside, padding), dtype=np.uint8), covered


def part_of(image: npt.NDArray[Any], box: FloatArray) -> npt.NDArray[Any]:
    """Return the pixels of a box, at least one."""
    limit = np.tile(image.shape[1::-1], 2) - 1
    left, top, right, bottom = np.clip(box.astype(int), 0, limit)
    return image[top : bottom + 1, left : right + 1]


def _inside(pixels: ImageArray, input_from_image: FloatArray, size: tuple[int, int]) -> ImageArray:
    """Return a mask (height, width), not zero where the input shows the image."""
    right, bottom = pixels.shape[1] - 1, pixels.shape[0] - 1
    corners = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], dtype=float)
    mask = np.zeros(size[::-1], dtype=np.uint8)
    cv2.fillConvexPoly(mask, transform(corners, input_from_image).round().astype(np.int32), 1)
    return mask
