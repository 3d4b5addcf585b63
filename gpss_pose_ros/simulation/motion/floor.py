"""The floor people may walk on: its bounds, what stands on it, where there is work."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True)
class Obstacle:
    """An oriented rectangle nobody walks through: centre, heading and size along and across it."""

    x_m: float
    y_m: float
    yaw_rad: float
    length_m: float
    width_m: float


@dataclass(frozen=True)
class WorkPlace:
    """Where somebody stands at a bench or shelf and faces it.

    Attributes:
        x_m, y_m, yaw_rad: of the standing person.
        surface_m: height of what they work at.
        distance_m: from the person to its edge.
    """

    x_m: float
    y_m: float
    yaw_rad: float
    surface_m: float = 0.95
    distance_m: float = 0.25


@dataclass(frozen=True)
class MovingFootprint:
    """A robot.

    Attributes:
        place: where it is at a time in [s] (x, y, yaw).
        radius_m: of the circle it needs.
        period_s: after which it repeats itself.

    Raises:
        InputError: a period that is not positive.
    """

    place: Callable[[float], tuple[float, float, float]]
    radius_m: float
    period_s: float

    def __post_init__(self) -> None:
        if not 0.0 < self.period_s < math.inf:
            raise InputError(f"a robot's period must be above 0 s and finite, got {self.period_s}")


@dataclass(frozen=True)
class WalkableFloor:
    """The floor people may use.

    Attributes:
        x_m, y_m: (lowest, highest) coordinate.
        obstacles: nobody walks through.
        work_places: where people work.
        robots: people keep out of their way.

    Raises:
        InputError: the floor has no area.
    """

    x_m: tuple[float, float]
    y_m: tuple[float, float]
    obstacles: tuple[Obstacle, ...] = ()
    work_places: tuple[WorkPlace, ...] = ()
    robots: tuple[MovingFootprint, ...] = ()

    def __post_init__(self) -> None:
        if not (self.x_m[0] < self.x_m[1] and self.y_m[0] < self.y_m[1]):
            raise InputError(f"a floor needs x and y ranges that rise: {self.x_m}, {self.y_m}")

    def clearance_m(self, points_m: FloatArray) -> FloatArray:
        """Return the distance of points (N, 2) from the nearest obstacle or edge of the floor.

        Zero or less where a point is inside an obstacle or outside the floor.
        """
        x, y = points_m[:, 0], points_m[:, 1]
        nearest = np.minimum.reduce(
            (x - self.x_m[0], self.x_m[1] - x, y - self.y_m[0], self.y_m[1] - y)
        )
        for obstacle in self.obstacles:
            nearest = np.minimum(nearest, _distance_m(obstacle, x, y))
        result: FloatArray = nearest
        return result


def _distance_m(obstacle: Obstacle, x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the signed distance (N,) of points from a rectangle, negative inside."""
    c, s = math.cos(obstacle.yaw_rad), math.sin(obstacle.yaw_rad)
    dx, dy = x - obstacle.x_m, y - obstacle.y_m
    along = np.abs(c * dx + s * dy) - obstacle.length_m / 2
    across = np.abs(c * dy - s * dx) - obstacle.width_m / 2
    outside = np.hypot(np.maximum(along, 0.0), np.maximum(across, 0.0))
    result: FloatArray = outside + np.minimum(np.maximum(along, across), 0.0)
    return result
