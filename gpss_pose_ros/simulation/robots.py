"""Robots that drive: what they look like, and where they are at any time."""

from collections.abc import Callable

import numpy as np

from gpss_pose_ros.simulation.machinery import forklift
from gpss_pose_ros.simulation.parts import DARK, STEEL, Part, paint, shade
from gpss_pose_ros.simulation.state import RobotState
from gpss_pose_ros.simulation.world import ROBOTS, RobotPlan
from gpss_pose_ros.types import FloatArray

_STEP_M = 0.02
_ACCELERATION_MPS2 = 0.5
_SIDEWAYS_MPS2 = 0.4
_SLOWEST_MPS = 0.05


class Drive:
    """Where a robot is at any time: round its route for ever, slower in turns.

    The corners are rounded by cutting them again and again (Chaikin 1974), which tends to the
    quadratic B-spline; speed obeys a sideways and a forward acceleration.
    """

    def __init__(self, plan: RobotPlan) -> None:
        self.plan = plan
        self._path_m = _resampled(_rounded(np.array(plan.route_m, dtype=np.float64)))
        step = np.roll(self._path_m, -1, axis=0) - self._path_m
        self._yaw_rad = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
        lengths = np.hypot(*step.T)
        self._speed_mps = _speeds(self._yaw_rad, lengths, plan)
        passed = np.concatenate([[0.0], np.cumsum(lengths / self._speed_mps)])
        self._arrival_s = plan.stop_s + passed
        self.period_s = float(self._arrival_s[-1])

    def state(self, t_s: float) -> RobotState:
        """Return where the robot is at `t_s`; it starts standing at its stop."""
        t = np.clip(t_s % self.period_s, self._arrival_s[0], self._arrival_s[-1])
        turn = self._yaw_rad[0] + 2 * np.pi * round(
            (self._yaw_rad[-1] - self._yaw_rad[0]) / (2 * np.pi)
        )
        x, y, yaw = (
            float(np.interp(t, self._arrival_s, np.append(values, last)))
            for values, last in (
                (self._path_m[:, 0], self._path_m[0, 0]),
                (self._path_m[:, 1], self._path_m[0, 1]),
                (self._yaw_rad, turn),
            )
        )
        standing = t_s % self.period_s < self._arrival_s[0]
        index = min(int(np.searchsorted(self._arrival_s, t, "right")) - 1, len(self._speed_mps) - 1)
        speed = 0.0 if standing else float(self._speed_mps[max(index, 0)])
        return RobotState(self.plan.name, x, y, (yaw + np.pi) % (2 * np.pi) - np.pi, speed)

    def place(self, t_s: float) -> tuple[float, float, float]:
        """Return x, y in [m] and yaw in [rad] at `t_s`."""
        state = self.state(t_s)
        return state.x_m, state.y_m, state.yaw_rad


def robot_parts(kind: str, rng: np.random.Generator) -> list[Part]:
    """Return the solids of a robot of `kind`, one of `world.ROBOTS`; it drives along x."""
    length, width = ROBOTS[kind]
    return _BUILDERS[kind](length, width, rng)


def _rounded(corners: FloatArray) -> FloatArray:
    """Cut the corners of a closed polygon (N, 2) until nothing of them is left to see."""
    for _ in range(7):
        following = np.roll(corners, -1, axis=0)
        cut = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1)
        corners = cut.reshape(-1, 2)
    return corners


def _resampled(corners: FloatArray) -> FloatArray:
    """Return points (N, 2) about _STEP_M apart along a closed polygon."""
    closed = np.concatenate([corners, corners[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(8, int(along[-1] / _STEP_M)), endpoint=False)
    return np.stack([np.interp(at, along, closed[:, i]) for i in (0, 1)], axis=1)


def _speeds(yaw_rad: FloatArray, lengths_m: FloatArray, plan: RobotPlan) -> FloatArray:
    """Return the speed (N,) at every point: as planned, slower in turns and about the stop."""
    turn = np.abs(np.diff(np.append(yaw_rad, yaw_rad[0] + _winding(yaw_rad))))
    smooth = np.ones(25) / 25.0
    curvature = np.convolve(np.pad(turn / lengths_m, 12, mode="wrap"), smooth, "valid")
    speed = np.minimum(plan.speed_mps, np.sqrt(_SIDEWAYS_MPS2 / np.maximum(curvature, 1e-6)))
    if plan.stop_s > 0.0:
        speed[0] = _SLOWEST_MPS
    for _ in range(2):  # twice round, so that the end knows of the start
        for i in range(len(speed)):
            gain = 2 * _ACCELERATION_MPS2 * lengths_m[i - 1]
            speed[i] = min(speed[i], float(np.sqrt(speed[i - 1] ** 2 + gain)))
        for i in range(len(speed) - 1, -1, -1):
            after = speed[(i + 1) % len(speed)]
            speed[i] = min(
                speed[i], float(np.sqrt(after**2 + 2 * _ACCELERATION_MPS2 * lengths_m[i]))
            )
    return np.maximum(speed, _SLOWEST_MPS)


def _winding(yaw_rad: FloatArray) -> float:
    """Return the whole turns of a closed route, in [rad]."""
    return float(2 * np.pi * np.round((yaw_rad[-1] - yaw_rad[0]) / (2 * np.pi)))


def _amr(length: float, width: float, rng: np.random.Generator) -> list[Part]:
    body, stripe = paint(rng), (0.1, 0.6, 0.9)
    wheels = [
        Part((x, y, 0.09), (0.18, 0.18, 0.06), DARK, "", "cylinder", "y")
        for x in (-length * 0.3, length * 0.3)
        for y in (-width * 0.46, width * 0.46)
    ]
    parts = [
        *wheels,
        Part((0, 0, 0.18), (length, width, 0.2), body, "metal"),
        Part((0, 0, 0.21), (length + 0.01, width + 0.01, 0.03), stripe),
        Part((0, 0, 0.30), (length * 0.92, width * 0.92, 0.05), shade(body, 0.5)),
        Part((length * 0.42, 0, 0.33), (0.1, 0.1, 0.06), DARK, "", "cylinder"),
        Part(
            (-length * 0.44, width * 0.4, 0.4), (0.06, 0.06, 0.2), (0.9, 0.5, 0.1), "", "cylinder"
        ),
    ]
    if rng.random() < 0.5:
        tall = rng.uniform(0.2, 0.7)
        load = (length * 0.6, width * 0.75, tall)
        parts.append(Part((0, 0, 0.325 + tall / 2), load, (0.66, 0.52, 0.37), "cardboard"))
    return parts


def _tugger(length: float, width: float, rng: np.random.Generator) -> list[Part]:
    body = paint(rng)
    return [
        *(
            Part((x, y, 0.2), (0.4, 0.4, 0.12), DARK, "", "cylinder", "y")
            for x in (-length * 0.3, length * 0.3)
            for y in (-width * 0.42, width * 0.42)
        ),
        Part((0, 0, 0.35), (length, width * 0.85, 0.35), body, "metal"),
        Part((length * 0.3, 0, 0.8), (length * 0.3, width * 0.8, 0.6), shade(body, 0.9)),
        Part((length * 0.3, 0, 1.12), (0.12, width * 0.5, 0.05), DARK),
        Part((-length * 0.35, 0, 0.56), (length * 0.3, width * 0.8, 0.08), STEEL, "metal"),
    ]


def _stacker(length: float, width: float, rng: np.random.Generator) -> list[Part]:
    return forklift((length, width, 1.9), rng)


_BUILDERS: dict[str, Callable[[float, float, np.random.Generator], list[Part]]] = {
    "amr": _amr,
    "tugger": _tugger,
    "stacker": _stacker,
}
