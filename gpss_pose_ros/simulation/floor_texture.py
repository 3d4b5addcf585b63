"""The floor of a world as a picture: its covering, lanes, stains, and what lamps leave on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.simulation.parts import Colour
from gpss_pose_ros.simulation.textures import noise
from gpss_pose_ros.simulation.world import World, rectangle
from gpss_pose_ros.types import FloatArray, ImageArray

_FINEST_PX_PER_M = 85.0
_LARGEST_PX = 2048
_LANE_YELLOW = (0.80, 0.66, 0.08)
_LANE_WHITE = (0.85, 0.85, 0.83)


@dataclass(frozen=True)
class _Canvas:
    """The floor's picture (H, W, 3) RGB from 0 to 1; row 0 is the edge of greatest y."""

    pixels: npt.NDArray[np.float32]
    px_per_m: float
    floor_size_m: tuple[float, float]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in [px]."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def to_px(self, points_m: FloatArray) -> FloatArray:
        """Return pixels (N, 2) of floor points (N, 2)."""
        width, depth = self.floor_size_m
        return (points_m * (1, -1) + (width / 2, depth / 2)) * self.px_per_m - 0.5

    def cover(self, polygons_m: Sequence[FloatArray], blur_m: float = 0.0) -> "_Stencil":
        """Return where an odd number of polygons (N, 2) lie, softened by a blur."""
        corners = [self.to_px(polygon) for polygon in polygons_m]
        margin = 3 * blur_m * self.px_per_m + 2
        low = np.maximum(np.min([c.min(axis=0) for c in corners], axis=0) - margin, 0)
        high = np.minimum(np.max([c.max(axis=0) for c in corners], axis=0) + margin, self.size)
        left, top, right, bottom = (int(v) for v in (*low, *np.maximum(high, low + 1)))
        mask = np.zeros((bottom - top, right - left), np.float32)
        inside = [np.round((c - (left, top)) * 16).astype(np.int32) for c in corners]
        cv2.fillPoly(mask, inside, 1.0, cv2.LINE_8, 4)
        if blur_m > 0.0:
            mask[:] = cv2.GaussianBlur(mask, (0, 0), max(0.5, blur_m * self.px_per_m))
        return _Stencil((slice(top, bottom), slice(left, right)), mask)

    def paint(self, stencil: "_Stencil", colour: Colour, alpha: float) -> None:
        """Cover with a worn colour."""
        weight = alpha * stencil.mask[..., None]
        there = self.pixels[stencil.area]
        there += weight * (np.array(colour, np.float32) - there)

    def shade(self, stencil: "_Stencil", amount: float) -> None:
        """Darken by a share, or lighten where it is below 0."""
        self.pixels[stencil.area] *= 1 - np.float32(amount) * stencil.mask[..., None]


@dataclass(frozen=True)
class _Stencil:
    """Part of a canvas, and how much (h, w) of each of its pixels is meant."""

    area: tuple[slice, slice]
    mask: npt.NDArray[np.float32]


def floor_texture(world: World, rng: np.random.Generator) -> ImageArray:
    """Return the picture of a world's floor, (H, W, 3) uint8 RGB; row 0 is the greatest y."""
    width, depth = world.floor_size_m
    scale = min(_FINEST_PX_PER_M, _LARGEST_PX / max(width, depth))
    size = (round(width * scale), round(depth * scale))
    covering = _COVERINGS[world.floor](size, scale, rng).astype(np.float32)
    canvas = _Canvas(covering, scale, world.floor_size_m)
    _paint_lanes(canvas, world, rng)
    _paint_bays(canvas, world, rng)
    _stain(canvas, rng)
    light = (_lamp_light(canvas, rng) * _gloom(canvas, world)).astype(np.float32)
    canvas.pixels[:] *= light[..., None]
    return np.asarray(np.clip(canvas.pixels * 255.0, 0, 255), np.uint8)


def _concrete(size: tuple[int, int], scale: float, rng: np.random.Generator) -> FloatArray:
    base = rng.uniform(0.42, 0.72) * (1 + rng.uniform(-0.05, 0.05, 3))
    grain = sum(
        amount * noise(size, cell_m * scale, rng)
        for cell_m, amount in ((1.5, 0.05), (0.3, 0.025), (0.06, 0.02), (0.015, 0.03))
    )
    pixels = base * (1 + np.asarray(grain)[..., None])
    joint, wide = int(rng.uniform(2.0, 4.0) * scale), max(1, int(0.015 * scale))
    for i in range(wide):
        pixels[joint // 2 + i :: joint] *= 0.7
        pixels[:, joint // 2 + i :: joint] *= 0.7
    return np.asarray(pixels)


def _tiles(size: tuple[int, int], scale: float, rng: np.random.Generator) -> FloatArray:
    width, height = size
    tile = max(4, int(rng.uniform(0.25, 0.8) * scale))
    each = rng.normal(0, 0.04, (height // tile + 1, width // tile + 1))
    if rng.random() < 0.4:
        each += 0.18 * (np.indices(each.shape).sum(axis=0) % 2)
    rows, columns = np.arange(height) // tile, np.arange(width) // tile
    base = rng.uniform(0.4, 0.75) * (1 + rng.uniform(-0.1, 0.1, 3))
    grain = each[rows[:, None], columns] + 0.02 * noise(size, 0.02 * scale, rng)
    pixels = base * (1 + grain[..., None])
    pixels[::tile] *= 0.75
    pixels[:, ::tile] *= 0.75
    return np.asarray(pixels)


def _painted(size: tuple[int, int], scale: float, rng: np.random.Generator) -> FloatArray:
    colours = ((0.30, 0.42, 0.36), (0.36, 0.40, 0.46), (0.55, 0.54, 0.50), (0.45, 0.28, 0.22))
    base = np.array(colours[int(rng.integers(len(colours)))]) + rng.uniform(-0.06, 0.06)
    worn = 0.03 * noise(size, 1.2 * scale, rng) + 0.02 * noise(size, 0.05 * scale, rng)
    pixels = base * (1 + worn[..., None])
    bare = np.clip(noise(size, 0.6 * scale, rng) * 0.8 - 1.3, 0, 0.5)[..., None]
    return np.asarray(pixels * (1 - bare) + 0.6 * bare)


_COVERINGS = {"concrete": _concrete, "tiles": _tiles, "painted": _painted}


def _paint_lanes(canvas: _Canvas, world: World, rng: np.random.Generator) -> None:
    """Paint lines along both sides of the robots' routes, and lanes of their own."""
    colour = _LANE_YELLOW if rng.random() < 0.7 else _LANE_WHITE
    alpha = rng.uniform(0.4, 0.9)
    for robot in world.robots:
        offset = robot.footprint_m[1] / 2 + 0.35
        corners = np.array([*robot.route_m, robot.route_m[0]])
        for start, end in pairwise(corners):
            _paint_lane(canvas, start, end, offset, colour, alpha)
    for _ in range(int(rng.integers(0, 3))):
        width, depth = world.floor_size_m
        at = rng.uniform(-0.5, 0.5)
        ends = ((at * width, -depth / 2), (at * width, depth / 2))
        if rng.random() < 0.5:
            ends = ((-width / 2, at * depth), (width / 2, at * depth))
        _paint_lane(canvas, np.array(ends[0]), np.array(ends[1]), 0.6, colour, alpha)


def _paint_lane(
    canvas: _Canvas,
    start: FloatArray,
    end: FloatArray,
    offset_m: float,
    colour: Colour,
    alpha: float,
) -> None:
    along = end - start
    length, yaw = float(np.hypot(*along)), float(np.arctan2(along[1], along[0]))
    normal = np.array([-np.sin(yaw), np.cos(yaw)])
    for side in (-offset_m, offset_m):
        x, y = (start + end) / 2 + side * normal
        canvas.paint(canvas.cover([rectangle(x, y, yaw, length, 0.08)]), colour, alpha)


def _paint_bays(canvas: _Canvas, world: World, rng: np.random.Generator) -> None:
    """Frame some obstacles with a line or with hazard stripes."""
    for obstacle in world.obstacles:
        if obstacle.kind in ("cone", "crate", "wall") or rng.random() < 0.55:
            continue
        length, width, _ = obstacle.size_m
        frame = [
            rectangle(obstacle.x_m, obstacle.y_m, obstacle.yaw_rad, length + gap, width + gap)
            for gap in (0.5, 0.3)
        ]
        stencil = canvas.cover(frame)
        canvas.paint(stencil, _LANE_YELLOW, 0.7)
        if rng.random() < 0.3:
            height, wide = stencil.mask.shape
            diagonal = np.add(*np.ogrid[:height, :wide]) / (0.2 * canvas.px_per_m)
            dark = np.where(diagonal % 1.0 < 0.5, stencil.mask, 0.0).astype(np.float32)
            canvas.shade(_Stencil(stencil.area, dark), 0.75)


def _stain(canvas: _Canvas, rng: np.random.Generator) -> None:
    """Spill oil, drag tyres."""
    size = np.array(canvas.floor_size_m)
    round_about = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)
    circle = np.stack([np.cos(round_about), np.sin(round_about)], axis=1)
    for _ in range(int(rng.integers(2, 14))):
        spill = rng.uniform(-0.5, 0.5, 2) * size + circle * rng.uniform(0.05, 0.5, 2)
        canvas.shade(canvas.cover([spill], blur_m=0.03), rng.uniform(-0.1, 0.35))
    for _ in range(int(rng.integers(0, 8))):
        start, bend, end = rng.uniform(-0.5, 0.5, (3, 2)) * size
        t = np.linspace(0.0, 1.0, 30)[:, None]
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
        beside = np.gradient(curve, axis=0)[:, ::-1] * (1, -1)
        beside *= rng.uniform(0.02, 0.08) / np.linalg.norm(beside, axis=1, keepdims=True)
        tyre = np.concatenate([curve + beside, (curve - beside)[::-1]])
        canvas.shade(canvas.cover([tyre]), rng.uniform(0.03, 0.15))


def _lamp_light(canvas: _Canvas, rng: np.random.Generator) -> FloatArray:
    """Return how bright (H, W) the ceiling's rows of lamps make the floor, mean about 1."""
    unevenness = rng.uniform(0.0, 0.14)
    phase, period = rng.uniform(0, 6.3, 2), rng.uniform(2.5, 6.0, 2) * canvas.px_per_m
    y, x = np.ogrid[: canvas.size[1], : canvas.size[0]]
    waves = np.sin(x * 6.3 / period[0] + phase[0]) * np.sin(y * 6.3 / period[1] + phase[1])
    glow: FloatArray = 1 + unevenness * waves
    return glow


def _gloom(canvas: _Canvas, world: World) -> FloatArray:
    """Return how little light (H, W) falls on the floor under and beside what stands on it."""
    covered = np.zeros(canvas.pixels.shape[:2], np.float32)
    for obstacle in world.obstacles:
        corners = canvas.to_px(obstacle.footprint_m)
        cv2.fillPoly(covered, [np.round(corners).astype(np.int32)], 1.0)
    near = cv2.GaussianBlur(covered, (0, 0), 0.12 * canvas.px_per_m)
    quarter = cv2.resize(covered, None, fx=0.25, fy=0.25)
    far = cv2.resize(cv2.GaussianBlur(quarter, (0, 0), 0.12 * canvas.px_per_m), canvas.size)
    return np.asarray(1 - 0.35 * near - 0.2 * far, np.float64)
