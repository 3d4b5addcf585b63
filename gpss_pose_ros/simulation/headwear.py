"""The shape of a helmet or a cap that fits a body's head."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.simulation.body import BONES, Body
from gpss_pose_ros.simulation.outfit import Headwear, Outfit
from gpss_pose_ros.types import FloatArray, float_array

_HEAD = BONES.index("head")
_RINGS, _SECTORS = 6, 24
_BROW = 0.5  # height of the brim between the head's joint and its crown


@dataclass(frozen=True, eq=False)
class HeadCover:
    """A closed mesh that sits on the head.

    Attributes:
        vertices_m: (N, 3) in the frame of the bone "head", in [m].
        faces: (M, 3) int32, wound counter-clockwise seen from outside.
        rgba: red, green, blue, opacity, each in [0, 1].
    """

    vertices_m: FloatArray
    faces: npt.NDArray[np.int32]
    rgba: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        vertices = float_array(self.vertices_m, "head cover's vertices_m", (None, 3))
        object.__setattr__(self, "vertices_m", vertices)


@dataclass(frozen=True)
class _Cut:
    """How a kind of headwear stands off the head, in [m]: sides, top, brim all around, visor."""

    sides: float
    top: float
    brim: float
    visor: float


_CUTS = {
    Headwear.HELMET: _Cut(sides=0.020, top=0.035, brim=0.012, visor=0.035),
    Headwear.CAP: _Cut(sides=0.008, top=0.012, brim=0.0, visor=0.065),
}


def head_cover(body: Body, outfit: Outfit) -> HeadCover | None:
    """Return the helmet or cap of `outfit` at the size of `body`'s head; None for bare heads."""
    cut = _CUTS.get(outfit.headwear)
    if cut is None:
        return None
    red, green, blue = (channel / 255.0 for channel in outfit.headwear_colour)
    return HeadCover(_dome(*_skull(body), cut), _dome_faces(), (red, green, blue, 1.0))


def _skull(body: Body) -> tuple[FloatArray, FloatArray]:
    """Return centre (3,) and semi-axes (3,) of a half ellipsoid around the head above the brow."""
    head = body.vertices_m[body.weights[:, _HEAD] > 0.5] - body.joints_m[_HEAD]
    crown = head[:, 2].max()
    upper = head[head[:, 2] > _BROW * crown]
    low, high = upper.min(0), upper.max(0)
    centre = np.array([(low[0] + high[0]) / 2, 0.0, _BROW * crown])
    axes = np.array([(high[0] - low[0]) / 2, (high[1] - low[1]) / 2, crown - centre[2]])
    widest: float = np.linalg.norm((upper - centre) / axes, axis=1).max()
    return centre, axes * [widest, widest, 1.0]


def _dome(centre: FloatArray, axes: FloatArray, cut: _Cut) -> FloatArray:
    """Return rings of vertices from the brim to the top, then the top and the middle underneath."""
    azimuth = np.linspace(0.0, 2.0 * np.pi, _SECTORS, endpoint=False)
    around = np.stack([np.cos(azimuth), np.sin(azimuth), 0.0 * azimuth], axis=1)
    semi = axes + np.array([cut.sides, cut.sides, cut.top])
    reach = cut.brim + cut.visor * np.clip(around[:, :1] * 1.6 - 0.6, 0.0, 1.0)
    rings = [around * (semi + reach * [1.0, 1.0, 0.0]) - [0.0, 0.0, 0.004]]
    for elevation in np.linspace(0.0, np.pi / 2, _RINGS, endpoint=False):
        rings.append((np.cos(elevation) * around + [0.0, 0.0, np.sin(elevation)]) * semi)
    vertices: FloatArray = np.concatenate([*rings, [[0.0, 0.0, semi[2]]], np.zeros((1, 3))])
    return vertices + centre


def _dome_faces() -> npt.NDArray[np.int32]:
    """Return the triangles between the rings of `_dome`."""
    here, top = np.arange(_SECTORS), _SECTORS * (_RINGS + 1)
    after = (here + 1) % _SECTORS
    faces = [np.stack([after, here, np.full(_SECTORS, top + 1)], axis=1)]
    for ring in range(_RINGS):
        a, b = here + ring * _SECTORS, after + ring * _SECTORS
        c, d = a + _SECTORS, b + _SECTORS
        faces += [np.stack([a, b, d], axis=1), np.stack([a, d, c], axis=1)]
    last = _RINGS * _SECTORS
    faces.append(np.stack([here + last, after + last, np.full(_SECTORS, top)], axis=1))
    return np.concatenate(faces).astype(np.int32)
