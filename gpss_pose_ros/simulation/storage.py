"""Racks, pallets and what goods are kept in: builders as in `furniture`."""

import numpy as np

from gpss_pose_ros.simulation.parts import CARDBOARD, WOOD, Part, Size, jitter, paint, shade


def shelf(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return a rack with boxes on its levels; its front is along y."""
    length, width, height = size
    post, beam = paint(rng), jitter((0.85, 0.40, 0.05), 0.1, rng)
    bays = max(1, round(length / 2.4))
    parts = [
        Part((x, y, height / 2), (0.07, 0.07, height), post, "metal")
        for x in np.linspace(-length / 2 + 0.04, length / 2 - 0.04, bays + 1)
        for y in (-width / 2 + 0.04, width / 2 - 0.04)
    ]
    levels = np.linspace(0.15, height - 0.02, max(2, round(height / 0.85) + 1))
    for level, above in zip(levels, [*levels[1:], levels[-1] + 0.55], strict=True):
        parts.append(Part((0, 0, level), (length - 0.1, width - 0.06, 0.04), WOOD, "wood"))
        for y in (-width / 2 + 0.02, width / 2 - 0.02):
            parts.append(Part((0, y, level - 0.03), (length - 0.08, 0.04, 0.09), beam))
        parts += _row_of_boxes(length, width, level + 0.02, above - level - 0.12, rng)
    return parts


def _row_of_boxes(
    length: float, width: float, z: float, room: float, rng: np.random.Generator
) -> list[Part]:
    """Return boxes side by side along x, with gaps, standing at height `z`."""
    parts, x = [], -length / 2 + 0.12
    while (side := rng.uniform(0.25, 0.7)) < length / 2 - 0.1 - x:
        tall = rng.uniform(0.45, 1.0) * room
        if rng.random() < 0.78 and tall > 0.05:
            deep = width * rng.uniform(0.5, 0.9)
            cardboard = rng.random() < 0.65
            colour = jitter(CARDBOARD, 0.12, rng) if cardboard else paint(rng)
            parts.append(
                Part(
                    (x + side / 2, rng.uniform(-0.05, 0.05), z + tall / 2),
                    (side, deep, tall),
                    colour,
                    "cardboard" if cardboard else "",
                )
            )
        x += side + rng.uniform(0.02, 0.15)
    return parts


def pallet(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return a pallet, with rows of boxes on it or empty."""
    length, width, height = size
    wood = jitter(WOOD, 0.12, rng)
    parts = [
        Part((0, y, 0.125), (length, width / 6, 0.03), wood, "wood")
        for y in np.linspace(-width * 0.42, width * 0.42, 4)
    ]
    parts += [
        Part((x, 0, 0.055), (0.1, width, 0.11), shade(wood, 0.8), "wood")
        for x in (-length * 0.45, 0.0, length * 0.45)
    ]
    rows = int(rng.integers(0, max(1, round(height / 0.35)) + 1))
    colour = jitter(CARDBOARD, 0.15, rng) if rng.random() < 0.7 else paint(rng)
    for row in range(rows):
        for x in (-length / 4, length / 4):
            for y in (-width / 4, width / 4):
                if row == rows - 1 and rng.random() < 0.35:
                    continue
                box = (length / 2 - 0.02, width / 2 - 0.02, 0.33)
                tint = jitter(colour, 0.04, rng)
                parts.append(Part((x, y, 0.14 + 0.35 * row + 0.17), box, tint, "cardboard"))
    return parts


def barrel(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return a steel drum."""
    diameter, _, height = size
    colour = paint(rng)
    rings = [
        Part(
            (0, 0, z), (diameter * 1.03, diameter * 1.03, 0.03), shade(colour, 0.8), "", "cylinder"
        )
        for z in (height * 0.33, height * 0.66, height - 0.015)
    ]
    lid = (diameter * 0.92, diameter * 0.92, height)
    body = (diameter, diameter, height * 0.98)
    return [
        Part((0, 0, height * 0.49), body, colour, "metal", "cylinder"),
        Part((0, 0, height * 0.505), lid, shade(colour, 1.2), "", "cylinder"),
        *rings,
    ]


def crate(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return an open box with something in it."""
    length, width, height = size
    colour = jitter(CARDBOARD, 0.15, rng) if rng.random() < 0.5 else paint(rng)
    wall = 0.03
    sides = [
        Part((s * (length - wall) / 2, 0, height / 2), (wall, width, height), colour, "cardboard")
        for s in (-1, 1)
    ] + [
        Part((0, s * (width - wall) / 2, height / 2), (length, wall, height), colour, "cardboard")
        for s in (-1, 1)
    ]
    filling = height * rng.uniform(0.1, 0.95)
    inside = (length - 0.04, width - 0.04, filling)
    return [*sides, Part((0, 0, filling / 2), inside, shade(colour, 0.6))]
