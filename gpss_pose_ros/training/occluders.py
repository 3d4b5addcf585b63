"""Shapes drawn over a sample, so that a network learns to do without what they hide."""

import cv2
import numpy as np

from gpss_pose_ros.training.labels import BoolArray
from gpss_pose_ros.types import FloatArray, ImageArray

_SIDES = (0.08, 0.4)
"""Range of a shape's sides, relative to the sample's width."""


def draw_occluders(pixels: ImageArray, rng: np.random.Generator) -> BoolArray:
    """Draw one to three shapes on BGR pixels (H, W, 3), in place.

    Returns:
        mask (H, W) of what they cover.
    """
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), dtype=np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        shape = np.zeros_like(mask)
        centre = rng.uniform(0.0, 1.0, 2) * (width, height)
        sides = rng.uniform(*_SIDES, 2) * width
        _draw(shape, centre, sides, rng)
        covered = shape > 0
        pixels[covered] = _filling(pixels, rng)[covered]
        mask |= shape
    return mask > 0


def _draw(
    shape: ImageArray, centre: FloatArray, sides: FloatArray, rng: np.random.Generator
) -> None:
    angle = rng.uniform(0.0, 180.0)
    box = ((float(centre[0]), float(centre[1])), (float(sides[0]), float(sides[1])), angle)
    if rng.random() < 0.5:
        cv2.ellipse(shape, box, 1, cv2.FILLED)
    else:
        cv2.fillConvexPoly(shape, cv2.boxPoints(box).astype(np.int32), 1)


def _filling(pixels: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Return what a shape shows: one colour, or the sample itself from somewhere else."""
    if rng.random() < 0.5:
        return np.broadcast_to(rng.integers(0, 256, 3, dtype=np.uint8), pixels.shape)
    shifts = rng.integers(0, pixels.shape[:2])
    return np.roll(pixels, (int(shifts[0]), int(shifts[1])), axis=(0, 1))
