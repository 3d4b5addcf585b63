"""What the fusion of one image set costs, by the number of cameras and of people."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.crowd_detections import DetectionErrors
from gpss_pose_ros.evaluation.crowd_run import run_crowd
from gpss_pose_ros.evaluation.crowd_sight import sight
from gpss_pose_ros.evaluation.crowd_walkers import ceiling_cameras, walking_crowd
from gpss_pose_ros.reporting import Figure

CAMERAS, PEOPLE = (4, 8, 16, 32, 64), (5, 20, 60, 200)
GOAL = (8, 20)
_FLOOR_PER_PERSON_M2 = 10.0
_RATE_HZ = 10.0
_WARM_UP_SETS = 2


@dataclass(frozen=True)
class Cost:
    """What one set costs in a hall.

    Attributes:
        cameras, people: in the hall.
        observations: persons seen, added up over the cameras; mean of a set.
        set_ms: median processor time from floor observations to tracks.
    """

    cameras: int
    people: int
    observations: float
    set_ms: float


def fusion_cost(cameras: int, people: int, sets: int, seed: int = 1) -> Cost:
    """Measure the fusion of some sets in a hall that gives every person the same room.

    Args:
        cameras: on a grid under its ceiling.
        people: who walk all over its floor.
        sets: to measure, after a few that make the tracks.
        seed: of the people and of the errors of their detections.
    """
    side_m = math.sqrt(people * _FLOOR_PER_PERSON_M2)
    stamps_ns = round(1e9 / _RATE_HZ) * np.arange(1, sets + _WARM_UP_SETS + 1)
    crowd = walking_crowd(people, side_m, stamps_ns, seed)
    watching = ceiling_cameras(cameras, side_m)
    sights = [sight(crowd, camera) for camera in watching.values()]
    errors = DetectionErrors()
    run = run_crowd(crowd.stamps_ns.tolist(), sights, watching, errors, np.random.default_rng(seed))
    measured = slice(_WARM_UP_SETS, None)
    return Cost(
        cameras,
        people,
        float(np.mean(run.observations[measured])),
        float(np.median(run.fusion_ms[measured])),
    )


def cost_figures(costs: Sequence[Cost]) -> tuple[Figure, ...]:
    """Return the cost at the goal's size, and how it grows.

    growth_exponent_cameras and growth_exponent_people are a and b of the least-squares fit of
    log(ms) = c + a log(cameras) + b log(people) over all halls; growth_exponent_observations is a
    of log(ms) = c + a log(observations): 1 is linear.
    """
    ms = [cost.set_ms for cost in costs]
    a, b = exponents([(cost.cameras, cost.people) for cost in costs], ms)
    (per_observation,) = exponents([(cost.observations,) for cost in costs], ms)
    at_goal = [cost.set_ms for cost in costs if (cost.cameras, cost.people) == GOAL]
    return (
        Figure("set_ms_p50_8x20", at_goal[0] if at_goal else None, "ms", at_most=10.0),
        Figure("growth_exponent_cameras", a, "1", at_most=1.0),
        Figure("growth_exponent_people", b, "1", at_most=1.0),
        Figure("growth_exponent_observations", per_observation, "1", at_most=1.0),
    )


def exponents(factors: Sequence[Sequence[float]], values: Sequence[float]) -> tuple[float, ...]:
    """Return p of the least-squares fit value = c * product of factor_i ** p_i, in logarithms.

    Args:
        factors: (n, f), above 0.
        values: (n,), above 0.
    """
    rows = np.log(np.asarray(factors, dtype=np.float64))
    design = np.column_stack([np.ones(len(rows)), rows])
    solution = np.linalg.lstsq(design, np.log(np.asarray(values, dtype=np.float64)), rcond=None)[0]
    return tuple(float(p) for p in solution[1:])


def cost_table(costs: Iterable[Cost]) -> list[str]:
    """Return the time of a set and the observations in it, people down and cameras across."""
    by_people = {
        people: list(group)
        for people, group in itertools.groupby(
            sorted(costs, key=lambda c: (c.people, c.cameras)), key=lambda c: c.people
        )
    }
    columns = sorted({cost.cameras for group in by_people.values() for cost in group})
    lines = ["ms a set (observations)" + "".join(f"{f'{n} cameras':>16}" for n in columns)]
    for people, group in by_people.items():
        cells = {c.cameras: f"{c.set_ms:.1f} ({c.observations:.0f})" for c in group}
        row = "".join(f"{cells.get(n, '-'):>16}" for n in columns)
        lines.append(f"{f'{people} people':<23}{row}")
    return lines
