"""Random factories: no two look alike, so that a network learns people and not a hall."""

import math

import numpy as np

from gpss_pose_ros.simulation.world import (
    FLOORS,
    OBSTACLES,
    ROBOTS,
    Lamp,
    Obstacle,
    RobotPlan,
    World,
)
from gpss_pose_ros.types import FloatArray

_WEIGHTS = {
    "shelf": 4.0,
    "workbench": 3.0,
    "machine": 2.0,
    "truck": 0.5,
    "forklift": 1.0,
    "pallet": 4.0,
    "pillar": 1.0,
    "wall": 1.0,
    "barrel": 2.0,
    "cone": 1.5,
    "crate": 3.0,
}
_ALONG_WALLS = ("shelf", "workbench", "machine")
_TRIES = 20
_M2_EACH = (5.0, 20.0)


def random_world(rng: np.random.Generator, robots: int = 3) -> World:
    """Return a random world without cameras and people.

    Args:
        rng: source of all randomness; the same state gives the same world.
        robots: most robots in it.
    """
    width, depth = (float(v) for v in rng.uniform((8.0, 6.0), (18.0, 14.0)))
    return World(
        seed=int(rng.integers(2**31)),
        floor_size_m=(width, depth),
        floor=str(rng.choice(FLOORS)),
        obstacles=_obstacles(width, depth, rng),
        lamps=_lamps(rng),
        ambient=float(rng.uniform(0.25, 0.6)),
        walls_m=float(rng.uniform(3.5, 10.0)) if rng.random() < 0.8 else 0.0,
        robots=tuple(_robot(i, width, depth, rng) for i in range(int(rng.integers(0, robots + 1)))),
    )


def _obstacles(width: float, depth: float, rng: np.random.Generator) -> tuple[Obstacle, ...]:
    """Return obstacles that keep clear of each other, the large ones mostly along the walls."""
    kinds, weights = list(_WEIGHTS), np.array(list(_WEIGHTS.values()))
    wanted = int(width * depth / rng.uniform(*_M2_EACH))
    placed: list[Obstacle] = []
    for kind in rng.choice(kinds, wanted, p=weights / weights.sum()):
        for _ in range(_TRIES):
            obstacle = _obstacle(str(kind), width, depth, rng)
            if _fits(obstacle, placed, (width, depth)):
                placed.append(obstacle)
                break
    return tuple(placed)


def _obstacle(kind: str, width: float, depth: float, rng: np.random.Generator) -> Obstacle:
    length, across, height = np.array(OBSTACLES[kind]) * rng.uniform(0.75, 1.3, 3)
    size = float(length), float(across), float(height)
    quarter = int(rng.integers(4)) * math.pi / 2
    if kind in _ALONG_WALLS and rng.random() < 0.6:
        # The back, to the right of the length, is at a wall.
        back = (0.0, -1.0) if quarter == 0 else (math.sin(quarter), -math.cos(quarter))
        reach = np.array([width, depth]) / 2 - size[1] / 2 - 0.05
        free = rng.uniform(-0.45, 0.45, 2) * (width, depth)
        x, y = np.where(np.abs(back) > 0.5, np.sign(back) * reach, free)
        return Obstacle(kind, float(x), float(y), quarter, size)
    askew = rng.normal(0.0, 0.1) if rng.random() < 0.7 else rng.uniform(-math.pi, math.pi)
    x, y = rng.uniform(-0.5, 0.5, 2) * (width, depth)
    return Obstacle(kind, float(x), float(y), quarter + float(askew), size)


def _fits(obstacle: Obstacle, others: list[Obstacle], floor_m: tuple[float, float]) -> bool:
    """Tell whether an obstacle is within the floor and apart from the others."""
    if (np.abs(obstacle.footprint_m) > np.array(floor_m) / 2).any():
        return False
    return all(_apart(obstacle.footprint_m, other.footprint_m) for other in others)


def _apart(a: FloatArray, b: FloatArray) -> bool:
    """Tell whether an edge separates two rectangles (4, 2): the separating axis theorem."""
    for corners in (a, b):
        for axis in (corners[1] - corners[0], corners[2] - corners[1]):
            if (a @ axis).max() < (b @ axis).min() or (b @ axis).max() < (a @ axis).min():
                return True
    return False


def _lamps(rng: np.random.Generator) -> tuple[Lamp, ...]:
    """Return one to three lamps: daylight from a side, or rows of lamps above."""
    lamps = []
    for i in range(int(rng.integers(1, 4))):
        x, y = rng.normal(0.0, 0.7, 2)
        tint = 1.0 + rng.uniform(-0.12, 0.12, 3)
        red, green, blue = np.clip(rng.uniform(0.15, 0.65) / (i + 1) * tint, 0.0, 1.0)
        lamps.append(Lamp((float(x), float(y), -1.0), (float(red), float(green), float(blue))))
    return tuple(lamps)


def _robot(index: int, width: float, depth: float, rng: np.random.Generator) -> RobotPlan:
    """Return a robot that drives round a rectangle somewhere."""
    low = rng.uniform(-0.45, 0.0, 2) * (width, depth)
    x0, y0 = (float(v) for v in low)
    x1, y1 = (float(v) for v in low + rng.uniform(1.5, 4.0, 2))
    return RobotPlan(
        f"robot_{index:02d}",
        str(rng.choice(list(ROBOTS))),
        ((x0, y0), (x1, y0), (x1, y1), (x0, y1)),
        float(rng.uniform(0.4, 1.4)),
    )
