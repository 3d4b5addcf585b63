"""Things people move about: a box in the hands, a cart before them."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.motion.rotation import rotation
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class Prop:
    """A box or cart at one instant.

    Attributes:
        kind: "box" or "cart".
        factory_from_prop: (4, 4); x forward, z up, origin in the middle of its bounding box.
        size_m: (3,) of the bounding box; a cart's handle is at its upper rear edge.
        visible: False while nobody uses it.
    """

    kind: str
    factory_from_prop: FloatArray
    size_m: FloatArray
    visible: bool = True


def prop_at(
    kind: str, place: tuple[float, float, float], forward_m: float, up_m: float, size_m: FloatArray
) -> Prop:
    """Return a visible prop `forward_m` before a place (x, y, yaw), its middle at height `up_m`."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(place[2])
    matrix[:3, 3] = ahead(place, forward_m, 0.0, up_m)
    return Prop(kind, matrix, size_m)


def parked(kind: str) -> Prop:
    """Return a prop out of use: invisible, below the floor."""
    matrix = np.eye(4)
    matrix[2, 3] = -10.0
    return Prop(kind, matrix, np.ones(3), visible=False)


def ahead(place: tuple[float, float, float], forward: float, left: float, up: float) -> FloatArray:
    """Return the point (3,) that somebody at `place` (x, y, yaw) has before, beside and above."""
    c, s = np.cos(place[2]), np.sin(place[2])
    return np.array((place[0] + c * forward - s * left, place[1] + s * forward + c * left, up))
