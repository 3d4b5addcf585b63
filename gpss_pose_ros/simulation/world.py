"""What a simulated factory consists of: frozen, and validated when built.

The floor is centred on the origin of the factory frame: x runs along its width, y along its depth.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray

FLOORS = ("concrete", "tiles", "painted")
OBSTACLES = {
    "shelf": (2.4, 0.9, 2.5),
    "workbench": (1.8, 0.8, 0.9),
    "machine": (1.6, 1.2, 1.9),
    "truck": (5.0, 2.2, 2.6),
    "forklift": (2.4, 1.2, 2.1),
    "pallet": (1.2, 0.8, 1.0),
    "pillar": (0.4, 0.4, 4.0),
    "wall": (3.0, 0.2, 2.5),
    "barrel": (0.6, 0.6, 0.9),
    "cone": (0.35, 0.35, 0.6),
    "crate": (0.6, 0.4, 0.4),
}
"""Kinds of obstacles, and their usual length, width and height in [m]."""
ROBOTS = {"amr": (1.1, 0.75), "tugger": (1.5, 0.8), "stacker": (1.9, 0.9)}
"""Kinds of robots, and the length and width of their footprint in [m]."""


@dataclass(frozen=True)
class Obstacle:
    """Something that stands on the floor and stays there.

    Attributes:
        kind: one of OBSTACLES.
        x_m, y_m: its centre.
        yaw_rad: direction of its length; a workbench's and a shelf's front is to the left of it.
        size_m: length, width, height.
    """

    kind: str
    x_m: float
    y_m: float
    yaw_rad: float
    size_m: tuple[float, float, float]

    def __post_init__(self) -> None:
        if self.kind not in OBSTACLES:
            raise InputError(unknown_choice("obstacle", self.kind, OBSTACLES))
        if not all(math.isfinite(v) and v > 0.0 for v in self.size_m):
            raise InputError(f"{self.kind}: size must be above 0 m, got {self.size_m}")

    @property
    def footprint_m(self) -> FloatArray:
        """Corners (4, 2) on the floor, counter-clockwise."""
        return rectangle(self.x_m, self.y_m, self.yaw_rad, self.size_m[0], self.size_m[1])


@dataclass(frozen=True)
class Lamp:
    """A light far away.

    Attributes:
        direction: (3,) the way its light travels; z below 0.
        colour: red, green, blue, each from 0 to 1: its intensity.
    """

    direction: tuple[float, float, float]
    colour: tuple[float, float, float]

    def __post_init__(self) -> None:
        if not self.direction[2] < 0.0:
            raise InputError(f"a lamp must shine downwards (z < 0), got {self.direction}")


@dataclass(frozen=True)
class RobotPlan:
    """A robot and the closed route it drives.

    Attributes:
        name: of the robot.
        kind: one of ROBOTS.
        route_m: corners (x, y) of the route; it is driven round, with rounded corners.
        speed_mps: on straights.
        stop_s: how long it waits at the first corner, in [s].
    """

    name: str
    kind: str
    route_m: tuple[tuple[float, float], ...]
    speed_mps: float
    stop_s: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in ROBOTS:
            raise InputError(unknown_choice("robot", self.kind, ROBOTS, self.name))
        if len(self.route_m) < 3:
            raise InputError(f"robot {self.name}: a route needs 3 corners, got {self.route_m}")
        if not (self.speed_mps > 0.0 and self.stop_s >= 0.0):
            raise InputError(
                f"robot {self.name}: speed must be above 0 m/s and stop at least 0 s, "
                f"got {self.speed_mps} and {self.stop_s}"
            )

    @property
    def footprint_m(self) -> tuple[float, float]:
        """Length and width in [m]."""
        return ROBOTS[self.kind]


@dataclass(frozen=True)
class World:
    """A factory hall, all that is in it, and who looks at it.

    Attributes:
        seed: of everything that is not written down: colours, textures, people and their errands.
        floor_size_m: width along x and depth along y.
        floor: look of the floor, one of FLOORS.
        obstacles: what stands around.
        lamps: lights; at most 3.
        ambient: light that is everywhere, from 0 to 1.
        walls_m: height of the hall's walls; 0 for none.
        cameras: who looks, each with its own name.
        robots: who drives.
        people: how many.
        bodies: names of the bodies to draw people from; empty for all.
    """

    seed: int
    floor_size_m: tuple[float, float]
    floor: str = "concrete"
    obstacles: tuple[Obstacle, ...] = ()
    lamps: tuple[Lamp, ...] = (Lamp((0.3, 0.4, -1.0), (0.5, 0.5, 0.5)),)
    ambient: float = 0.45
    walls_m: float = 0.0
    cameras: tuple[Camera, ...] = ()
    robots: tuple[RobotPlan, ...] = ()
    people: int = 0
    bodies: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.floor not in FLOORS:
            raise InputError(unknown_choice("floor", self.floor, FLOORS))
        if not all(v > 0.0 for v in self.floor_size_m):
            raise InputError(f"floor size must be above 0 m, got {self.floor_size_m}")
        if len(self.lamps) > 3:
            raise InputError(f"a world has at most 3 lamps, got {len(self.lamps)}")
        if self.people < 0:
            raise InputError(f"people must be at least 0, got {self.people}")
        _distinct("camera", [camera.camera_id for camera in self.cameras])
        _distinct("robot", [robot.name for robot in self.robots])


def rectangle(
    x_m: float, y_m: float, yaw_rad: float, length_m: float, width_m: float
) -> FloatArray:
    """Return the corners (4, 2) of a rectangle about (x, y), counter-clockwise, in [m]."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (length_m / 2, width_m / 2)
    turned: FloatArray = corners @ np.array([[c, s], [-s, c]]) + np.array([x_m, y_m])
    return turned


def _distinct(what: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise InputError(f"a world names a {what} twice: {names}")
