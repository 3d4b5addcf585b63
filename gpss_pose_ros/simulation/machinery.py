"""Machines and vehicles that stand: builders as in `furniture`."""

import numpy as np

from gpss_pose_ros.simulation.parts import DARK, STEEL, Part, Size, jitter, paint, shade


def machine(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return a machine with a guard, a door and a screen."""
    length, width, height = size
    body, trim = paint(rng), paint(rng)
    low = height * rng.uniform(0.45, 0.7)
    cut = rng.uniform(0.45, 0.75)
    side = int(rng.choice([-1, 1]))
    return [
        Part((0, 0, 0.05), (length, width, 0.1), DARK),
        Part((0, 0, low / 2 + 0.05), (length * 0.96, width * 0.94, low), body, "metal"),
        Part(
            (side * length * (1 - cut) / 2, 0, (low + height) / 2),
            (length * cut * 0.94, width * 0.85, height - low),
            shade(body, 1.15),
            "metal",
        ),
        Part((0, width * 0.47, low * 0.55), (length * 0.5, 0.03, low * 0.5), trim),
        Part((-side * length * 0.3, 0, low + 0.2), (0.3, 0.25, 0.3), shade(trim, 0.6)),
        Part((-side * length * 0.3, 0.14, low + 0.2), (0.24, 0.02, 0.2), (0.1, 0.3, 0.4)),
    ]


def truck(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return a lorry; it drives along x."""
    length, width, height = size
    cab, box = paint(rng), jitter((0.85, 0.85, 0.85), 0.12, rng)
    cab_length = min(1.7, 0.34 * length)
    x_cab, x_box = length / 2 - cab_length / 2, -cab_length / 2
    wheels = [
        Part((x, y, 0.4), (0.8, 0.8, 0.28), DARK, "", "cylinder", "y")
        for x in (length / 2 - 0.8, -length / 2 + 1.0)
        for y in (-width / 2 + 0.15, width / 2 - 0.15)
    ]
    return [
        *wheels,
        Part((0, 0, 0.65), (length * 0.98, width * 0.6, 0.3), DARK),
        Part((x_cab, 0, 0.4 + height * 0.35), (cab_length, width * 0.96, height * 0.7), cab),
        Part(
            (length / 2, 0, height * 0.75), (0.03, width * 0.85, height * 0.25), (0.1, 0.13, 0.16)
        ),
        Part(
            (x_box, 0, (height + 0.8) / 2),
            (length - cab_length - 0.12, width, height - 0.8),
            box,
            "metal",
        ),
    ]


def forklift(size: Size, rng: np.random.Generator) -> list[Part]:
    """Return a forklift; its forks point along x."""
    length, width, height = size
    body = jitter((0.85, 0.55, 0.05), 0.15, rng) if rng.random() < 0.6 else paint(rng)
    rear, mast = -length * 0.22, length * 0.14
    parts = [
        Part((rear, 0, 0.5), (length * 0.54, width * 0.9, 0.7), body),
        Part((-length * 0.42, 0, 0.75), (length * 0.16, width * 0.9, 0.6), DARK),
        Part((rear, 0, 0.95), (0.5, 0.5, 0.2), DARK),
        Part((rear, 0, height - 0.04), (length * 0.42, width * 0.85, 0.06), DARK),
    ]
    for y in (-width * 0.4, width * 0.4):
        parts += [
            Part((x, y, (height + 0.8) / 2), (0.06, 0.06, height - 0.8), DARK)
            for x in (rear - length * 0.18, rear + length * 0.18)
        ]
        parts += [
            Part((x, y, 0.25), (0.5, 0.5, 0.2), DARK, "", "cylinder", "y")
            for x in (rear - length * 0.15, mast - 0.2)
        ]
    for y in (-width * 0.22, width * 0.22):
        parts.append(Part((mast, y, height / 2), (0.1, 0.1, height * 0.96), STEEL, "metal"))
        parts.append(Part((mast + length * 0.18, y, 0.12), (length * 0.36, 0.12, 0.05), STEEL))
    return parts
