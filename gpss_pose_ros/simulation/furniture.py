"""What stands in the factory: every kind of obstacle, built of simple solids.

A builder takes length, width and height in [m] and a source of randomness, and fills the box
[-l/2, l/2] x [-w/2, w/2] x [0, h].
"""

from collections.abc import Callable

import numpy as np

from gpss_pose_ros.simulation.machinery import forklift, machine, truck
from gpss_pose_ros.simulation.parts import DARK, STEEL, WOOD, Part, Size, jitter, paint, shade
from gpss_pose_ros.simulation.storage import barrel, crate, pallet, shelf


def furniture(kind: str, size_m: Size, rng: np.random.Generator) -> list[Part]:
    """Return the solids of an obstacle of `kind`, one of `world.OBSTACLES`."""
    return _BUILDERS[kind](size_m, rng)


def _workbench(size: Size, rng: np.random.Generator) -> list[Part]:
    length, width, height = size
    top = jitter(WOOD, 0.15, rng) if rng.random() < 0.6 else jitter(STEEL, 0.1, rng)
    leg = paint(rng)
    parts = [Part((0, 0, height - 0.025), (length, width, 0.05), top, "wood")]
    parts += [
        Part((x, y, height / 2 - 0.03), (0.06, 0.06, height - 0.05), leg, "metal")
        for x in (-length / 2 + 0.06, length / 2 - 0.06)
        for y in (-width / 2 + 0.06, width / 2 - 0.06)
    ]
    parts.append(Part((0, -width / 2 + 0.03, height + 0.2), (length, 0.03, 0.4), shade(leg, 0.8)))
    parts.append(
        Part((length / 4, 0, height * 0.35), (length * 0.35, width * 0.8, height * 0.5), leg)
    )
    for _ in range(int(rng.integers(2, 6))):
        side, deep, tall = rng.uniform(0.08, 0.32), rng.uniform(0.08, 0.3), rng.uniform(0.03, 0.3)
        x, y = rng.uniform(-0.42, 0.42) * length, rng.uniform(-0.3, 0.15) * width
        parts.append(Part((x, y, height + tall / 2), (side, deep, tall), paint(rng), "metal"))
    return parts


def _pillar(size: Size, rng: np.random.Generator) -> list[Part]:
    length, width, height = size
    grey = jitter((0.6, 0.6, 0.58), 0.1, rng)
    parts = [Part((0, 0, height / 2), size, grey, "metal")]
    stripes = ((0.85, 0.7, 0.05), DARK)
    for i in range(6):
        parts.append(
            Part((0, 0, 0.1 + 0.2 * i), (length + 0.02, width + 0.02, 0.2), stripes[i % 2])
        )
    return parts


def _wall(size: Size, rng: np.random.Generator) -> list[Part]:
    height = size[2]
    colour = jitter((0.7, 0.7, 0.68), 0.15, rng)
    return [
        Part((0, 0, height / 2), size, colour, "metal"),
        Part((0, 0, 0.1), (size[0], size[1] + 0.02, 0.2), shade(colour, 0.5)),
    ]


def _cone(size: Size, rng: np.random.Generator) -> list[Part]:
    base, _, height = size
    orange, white = jitter((0.9, 0.3, 0.05), 0.08, rng), (0.9, 0.9, 0.9)
    steps = 8
    parts = [Part((0, 0, 0.02), (base, base, 0.04), DARK)]
    for i in range(steps):
        wide = base * (0.72 - 0.6 * i / steps)
        z = 0.04 + (height - 0.04) * (i + 0.5) / steps
        colour = white if i in (3, 4) else orange
        parts.append(Part((0, 0, z), (wide, wide, height / steps), colour, "", "cylinder"))
    return parts


_BUILDERS: dict[str, Callable[[Size, np.random.Generator], list[Part]]] = {
    "shelf": shelf,
    "workbench": _workbench,
    "machine": machine,
    "truck": truck,
    "forklift": forklift,
    "pallet": pallet,
    "pillar": _pillar,
    "wall": _wall,
    "barrel": barrel,
    "cone": _cone,
    "crate": crate,
}
