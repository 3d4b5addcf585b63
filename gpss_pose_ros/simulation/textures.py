"""Pictures of surfaces, made of noise: what walls, boxes and machines are covered with."""

import cv2
import numpy as np

from gpss_pose_ros.types import FloatArray, ImageArray

SURFACES = ("cardboard", "wood", "metal")
"""Textures that brighten and darken the colour of what they cover."""
_SIDE_PX = 96


def surface(name: str, rng: np.random.Generator) -> ImageArray:
    """Return the six faces of a cube under each other, (6 S, S, 3) uint8 grey, one of SURFACES."""
    faces = [_FACES[name](rng) for _ in range(6)]
    grey = np.clip(np.concatenate(faces) * 255.0, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def noise(size: tuple[int, int], cell_px: float, rng: np.random.Generator) -> FloatArray:
    """Return smooth noise (H, W), mean 0, deviation about 1, of blobs about `cell_px` wide."""
    width, height = size
    coarse = (max(2, round(height / cell_px) + 1), max(2, round(width / cell_px) + 1))
    result: FloatArray = cv2.resize(
        rng.standard_normal(coarse).astype(np.float32), size, interpolation=cv2.INTER_CUBIC
    ).astype(np.float64)
    return result


def _cardboard(rng: np.random.Generator) -> FloatArray:
    side = _SIDE_PX
    face = 0.9 + 0.03 * noise((side, side), 20, rng) + 0.02 * noise((side, side), 1, rng)
    tape = slice(int(side * 0.46), int(side * 0.54))
    if rng.random() < 0.7:
        face[tape] *= 0.82
    if rng.random() < 0.6:  # a label
        x, y = rng.integers(6, side // 2, 2)
        face[y : y + 22, x : x + 32] = 1.25
        face[y + 4 : y + 18 : 4, x + 4 : x + 28] = 0.4
    face[:2], face[-2:], face[:, :2], face[:, -2:] = 0.7, 0.7, 0.7, 0.7
    return face


def _wood(rng: np.random.Generator) -> FloatArray:
    side = _SIDE_PX
    grain = cv2.resize(rng.standard_normal((side // 2, 3)), (side, side))
    face: FloatArray = 0.9 + 0.07 * grain + 0.03 * noise((side, side), 1, rng)
    face[:: side // 4] = 0.55
    return face


def _metal(rng: np.random.Generator) -> FloatArray:
    side = _SIDE_PX
    face = 0.92 + 0.05 * noise((side, side), 24, rng) + 0.02 * noise((side, side), 1, rng)
    if rng.random() < 0.6:  # panel joints
        face[side // 3] *= 0.6
        face[:, side // 2] *= 0.6
    for _ in range(int(rng.integers(0, 4))):  # scratches
        (x, y), (dx, dy) = rng.integers(0, side, 2), rng.integers(-20, 20, 2)
        cv2.line(face, (int(x), int(y)), (int(x + dx), int(y + dy)), 1.15, 1)
    return face


_FACES = {"cardboard": _cardboard, "wood": _wood, "metal": _metal}
