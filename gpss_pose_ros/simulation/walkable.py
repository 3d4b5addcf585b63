"""Where in a world people can walk and work."""

import math
from collections.abc import Iterable

from gpss_pose_ros.simulation.motion.floor import MovingFootprint, WalkableFloor, WorkPlace
from gpss_pose_ros.simulation.motion.floor import Obstacle as Blocked
from gpss_pose_ros.simulation.robots import Drive
from gpss_pose_ros.simulation.world import Obstacle, World

_FROM_WALLS_M = 0.1
_PACE_M = 1.0
_STAND_OFF_M = 0.25
_REACH_M = {"workbench": 1.0, "shelf": 1.2}
"""What one works at, and the greatest height of the work."""


def walkable_floor(world: World, drives: Iterable[Drive]) -> WalkableFloor:
    """Return what the planner of people needs to know of a world and its robots."""
    x, y = (size / 2 - _FROM_WALLS_M for size in world.floor_size_m)
    return WalkableFloor(
        (-x, x),
        (-y, y),
        tuple(Blocked(o.x_m, o.y_m, o.yaw_rad, *o.size_m[:2]) for o in world.obstacles),
        tuple(place for o in world.obstacles if o.kind in _REACH_M for place in work_places(o)),
        tuple(
            MovingFootprint(drive.place, math.hypot(*drive.plan.footprint_m) / 2, drive.period_s)
            for drive in drives
        ),
    )


def work_places(obstacle: Obstacle) -> list[WorkPlace]:
    """Return the places along the front of a bench or shelf, a pace apart."""
    length, width, height = obstacle.size_m
    c, s = math.cos(obstacle.yaw_rad), math.sin(obstacle.yaw_rad)
    count = max(1, int(length / _PACE_M))
    away = width / 2 + _STAND_OFF_M
    return [
        WorkPlace(
            obstacle.x_m + c * along - s * away,
            obstacle.y_m + s * along + c * away,
            obstacle.yaw_rad - math.pi / 2,
            min(height, _REACH_M[obstacle.kind]),
            _STAND_OFF_M,
        )
        for along in ((i + 0.5) / count * length - length / 2 for i in range(count))
    ]
