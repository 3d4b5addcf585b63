"""Simple solids that things of the factory are made of."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.opengl import mujoco
from gpss_pose_ros.types import FloatArray

Colour = tuple[float, float, float]
Size = tuple[float, float, float]
"""Length, width and height in [m]."""

PAINTS: tuple[Colour, ...] = (
    (0.10, 0.25, 0.55),
    (0.75, 0.30, 0.05),
    (0.80, 0.65, 0.05),
    (0.12, 0.40, 0.22),
    (0.60, 0.10, 0.10),
    (0.70, 0.72, 0.74),
    (0.25, 0.27, 0.30),
    (0.85, 0.85, 0.82),
)
STEEL: Colour = (0.55, 0.56, 0.58)
DARK: Colour = (0.12, 0.12, 0.13)
WOOD: Colour = (0.62, 0.48, 0.32)
CARDBOARD: Colour = (0.66, 0.52, 0.37)

_SHAPES = {"box": mujoco.mjtGeom.mjGEOM_BOX, "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER}


@dataclass(frozen=True)
class Part:
    """One solid of a thing, in the thing's frame: x along its length, z up, floor at z = 0.

    Attributes:
        centre_m: (3,).
        size_m: length, width, height; a cylinder's are two diameters and its length along its axis.
        colour: red, green, blue, each from 0 to 1.
        texture: name of a texture of `textures.SURFACES`; empty for a plain surface.
        shape: "box" or "cylinder".
        axis: which axis a cylinder's length runs along.
    """

    centre_m: tuple[float, float, float]
    size_m: tuple[float, float, float]
    colour: Colour
    texture: str = ""
    shape: str = "box"
    axis: str = "z"


_QUATERNIONS = {"x": (0.7071068, 0.0, 0.7071068, 0.0), "y": (0.7071068, 0.7071068, 0.0, 0.0)}


def add_parts(
    body: mujoco.MjsBody, parts: Iterable[Part], frame: mujoco.MjsFrame | None = None
) -> None:
    """Give `body` the solids `parts`, placed in `frame`; they can be seen, and touch nothing."""
    for part in parts:
        length, width, height = part.size_m
        half = (length / 2, width / 2, height / 2)
        geom = body.add_geom(
            type=_SHAPES[part.shape],
            size=half if part.shape == "box" else (length / 2, height / 2, 0.0),
            pos=part.centre_m,
            quat=_QUATERNIONS.get(part.axis, (1.0, 0.0, 0.0, 0.0)),
            rgba=(*part.colour, 1.0),
            material=part.texture,
            contype=0,
            conaffinity=0,
        )
        if frame is not None:
            geom.set_frame(frame)


def shade(colour: Colour, factor: float) -> Colour:
    """Return a colour made darker (factor < 1) or lighter, within what a screen shows."""
    red, green, blue = (float(v) for v in np.clip(np.array(colour) * factor, 0.0, 1.0))
    return red, green, blue


def jitter(colour: Colour, amount: float, rng: np.random.Generator) -> Colour:
    """Return a colour near `colour`: each channel up to `amount` off, all together as much."""
    off: FloatArray = rng.uniform(-amount, amount, 3) * 0.4 + rng.uniform(-amount, amount)
    red, green, blue = (float(v) for v in np.clip(np.array(colour) + off, 0.0, 1.0))
    return red, green, blue


def paint(rng: np.random.Generator) -> Colour:
    """Return the colour of something painted."""
    return jitter(PAINTS[int(rng.integers(len(PAINTS)))], 0.08, rng)
