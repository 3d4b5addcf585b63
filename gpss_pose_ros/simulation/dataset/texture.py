"""Procedural textures of great variety, for floors, walls and things.

A network that has seen people before everything looks for people, not for the grey of one hall.
"""

import string
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import ImageArray

_GREYISH_FRACTION = 0.6
_MOST_MARKS = 25
_LETTERS = np.array(list(string.ascii_letters + string.digits))
Colour = npt.NDArray[np.floating[Any]]


def random_texture(size_px: int, rng: np.random.Generator) -> ImageArray:
    """Return a square texture (size, size, 3): a ground, often uneven, often with marks on it."""
    ground = _GROUNDS[int(rng.integers(len(_GROUNDS)))]
    texture = ground(size_px, rng)
    if rng.random() < 0.7:  # wear and dirt
        dirt = fractal_noise(size_px, rng)[:, :, None] - 0.5
        texture = texture * (1.0 + rng.uniform(0.1, 0.9) * dirt)
    if rng.random() < 0.4:  # grain
        texture = texture + rng.normal(0.0, rng.uniform(2.0, 20.0), (size_px, size_px, 1))
    drawn: ImageArray = np.clip(texture, 0.0, 255.0).astype(np.uint8)
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(1, _MOST_MARKS))):
            _mark(drawn, rng)
    return drawn


def fractal_noise(size_px: int, rng: np.random.Generator) -> Colour:
    """Return smooth noise (size, size) in [0, 1]: octaves, each half as strong as the last."""
    total = np.zeros((size_px, size_px), np.float32)
    cells = int(rng.integers(2, 6))
    for octave in range(5):
        n = min(cells << octave, size_px)
        layer = rng.random((n, n), dtype=np.float32)
        total += cv2.resize(layer, (size_px, size_px), interpolation=cv2.INTER_CUBIC) / 2**octave
    low, high = total.min(), total.max()
    normalised: Colour = (total - low) / max(high - low, 1e-6)
    return normalised


def _colour(rng: np.random.Generator) -> Colour:
    """A random colour (3,): mostly greyish, as most things in a factory are."""
    colour = rng.uniform(0.0, 255.0, 3)
    if rng.random() < _GREYISH_FRACTION:
        colour = colour.mean() + 0.12 * (colour - colour.mean())
    return colour.astype(np.float32)


def _mixed(amount: Colour, rng: np.random.Generator) -> Colour:
    """Two random colours mixed by `amount` (H, W) in [0, 1]."""
    first, second = _colour(rng), _colour(rng)
    mixed: Colour = first + amount[:, :, None] * (second - first)
    return mixed


def _plain(size: int, rng: np.random.Generator) -> Colour:
    return np.full((size, size, 3), _colour(rng), np.float32)


def _clouds(size: int, rng: np.random.Generator) -> Colour:
    return _mixed(fractal_noise(size, rng), rng)


def _gradient(size: int, rng: np.random.Generator) -> Colour:
    return _mixed(_ramp(size, 1.0, rng), rng)


def _stripes(size: int, rng: np.random.Generator) -> Colour:
    phase = _ramp(size, rng.uniform(2.0, 40.0), rng) % 1.0
    return _mixed((phase < rng.uniform(0.05, 0.95)).astype(np.float32), rng)


def _waves(size: int, rng: np.random.Generator) -> Colour:
    phase = _ramp(size, rng.uniform(2.0, 40.0), rng) + rng.uniform(0.0, 2.0) * fractal_noise(
        size, rng
    )
    return _mixed(np.sin(2.0 * np.pi * phase) / 2.0 + 0.5, rng)


def _tiles(size: int, rng: np.random.Generator) -> Colour:
    """Tiles of slightly different brightness with joints."""
    count = int(rng.integers(2, 24))
    shades = rng.uniform(1.0 - rng.uniform(0.0, 0.5), 1.0, (count, count)).astype(np.float32)
    shade = cv2.resize(shades, (size, size), interpolation=cv2.INTER_NEAREST)
    phase = np.arange(size) * count / size % 1.0
    joint = phase < rng.uniform(0.0, 0.1)
    tiles = _colour(rng) * shade[:, :, None]
    tiles[joint] = tiles[:, joint] = _colour(rng)
    return tiles


def _patches(size: int, rng: np.random.Generator) -> Colour:
    """A patchwork of unrelated colours, as a full shelf seen from afar."""
    count = int(rng.integers(3, 30))
    colours = np.stack([_colour(rng) for _ in range(count * count)]).reshape(count, count, 3)
    smooth = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(colours, (size, size), interpolation=smooth), np.float32)


_GROUNDS: tuple[Callable[[int, np.random.Generator], Colour], ...] = (
    _plain,
    _plain,
    _clouds,
    _clouds,
    _gradient,
    _stripes,
    _waves,
    _tiles,
    _tiles,
    _patches,
)


def _ramp(size: int, length: float, rng: np.random.Generator) -> Colour:
    """A plane (H, W) that rises by `length` over the texture in a random direction."""
    angle = rng.uniform(0.0, 2.0 * np.pi)
    v, u = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    ramp: Colour = (np.cos(angle) * u + np.sin(angle) * v) * np.float32(length) + np.float32(0.5)
    return ramp


def _mark(texture: ImageArray, rng: np.random.Generator) -> None:
    """Draw a line, a shape or a word."""
    size = len(texture)
    colour = [float(c) for c in _colour(rng)]
    a, b = (tuple(int(x) for x in rng.integers(0, size, 2)) for _ in range(2))
    thickness = int(rng.integers(1, max(2, size // 24)))
    kind = rng.integers(5)
    if kind == 0:
        cv2.line(texture, a, b, colour, thickness, cv2.LINE_AA)
    elif kind == 1:
        cv2.rectangle(texture, a, b, colour, thickness if rng.random() < 0.6 else -1)
    elif kind == 2:
        radii = tuple(int(x) for x in rng.integers(1, size // 5, 2))
        cv2.ellipse(texture, a, radii, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    elif kind == 3:
        corners = np.array(a) + rng.integers(-size // 6, size // 6, (int(rng.integers(3, 7)), 2))
        cv2.fillPoly(texture, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    else:
        word = "".join(rng.choice(_LETTERS, int(rng.integers(2, 12))))
        scale = float(rng.uniform(0.2, 2.5)) * size / 256
        cv2.putText(texture, word, a, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thickness)
