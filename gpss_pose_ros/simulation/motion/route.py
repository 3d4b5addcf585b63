"""Finds ways over the floor: A* on a grid, pulled straight, with rounded corners."""

import heapq
import math
from itertools import product

import numpy as np

from gpss_pose_ros.simulation.motion.floor import WalkableFloor
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.types import FloatArray

_CELL_M = 0.25
_SAMPLE_M = 0.1
_NEIGHBOURS = [(i, j, math.hypot(i, j)) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
_RADII_M = (0.9, 0.5, 0.2)
_HASTE = 1.3
_NEAR_CELLS = 5  # how far from a narrow place the way may begin or end, in cells
_NEAREST_FIRST = sorted(
    product(range(-_NEAR_CELLS, _NEAR_CELLS + 1), repeat=2), key=lambda cell: math.hypot(*cell)
)

Cell = tuple[int, int]


class RouteFinder:
    """Finds ways that keep a clearance from obstacles and from the edge of the floor.

    Args:
        floor: to walk on.
        clearance_m: to keep, except close to where a way begins and ends.

    Attributes:
        free_places_m: (N, 2) the middles of all free cells, in [m].
    """

    def __init__(self, floor: WalkableFloor, clearance_m: float) -> None:
        self._floor, self._clearance_m = floor, clearance_m
        self._origin = np.array((floor.x_m[0], floor.y_m[0])) + _CELL_M / 2
        columns = max(int((floor.x_m[1] - floor.x_m[0]) / _CELL_M), 1)
        rows = max(int((floor.y_m[1] - floor.y_m[0]) / _CELL_M), 1)
        cells = np.stack(np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1)
        centres = self._origin + _CELL_M * cells.reshape(-1, 2)
        self._chart = _Chart(floor, clearance_m)
        self._ways: dict[Cell, list[tuple[Cell, float]]] = {}
        free = floor.clearance_m(centres) >= clearance_m
        self._free = free.reshape(columns, rows)
        self.free_places_m: FloatArray = centres[free]

    def find(self, start_m: FloatArray, goal_m: FloatArray) -> Path | None:
        """Return a smooth way between two points (2,), None where there is none."""
        first, last = self._nearest_free(start_m), self._nearest_free(goal_m)
        if first is None or last is None or np.hypot(*(goal_m - start_m)) < _CELL_M:
            return None
        ends = self._origin + _CELL_M * np.array((first, last))
        if not self._is_clear(*ends):
            cells = self._search(first, last)
            if cells is None:
                return None
            ends = self._origin + _CELL_M * np.array(cells)
        return self._smooth(self._straightened(np.vstack((start_m, ends, goal_m))))

    def _smooth(self, corners: FloatArray) -> Path | None:
        """Round the corners as far as the clearance allows."""
        for radius in _RADII_M:
            path = Path(corners, radius)
            inner = path.places(np.arange(0.6, path.length_m - 0.6, _SAMPLE_M))[:, :2]
            if (self._floor.clearance_m(inner) >= 0.7 * self._clearance_m).all():
                return path
        return None

    def _straightened(self, points: FloatArray) -> FloatArray:
        """Leave out points that a straight line past them makes superfluous."""
        kept, last = [0], len(points) - 1
        while kept[-1] < last:
            kept.append(self._furthest(points, kept[-1]))
        return points[kept]

    def _furthest(self, points: FloatArray, index: int) -> int:
        """Return a point far along the way to which there is a clear line, by bisection."""
        near, far = index + 1, len(points)
        while far - near > 1:
            middle = len(points) - 1 if far == len(points) else (near + far) // 2
            if self._is_clear(points[index], points[middle]):
                near = middle
            else:
                far = middle
        return near

    def _is_clear(self, a: FloatArray, b: FloatArray) -> bool:
        count = max(int(math.dist(a, b) / _SAMPLE_M), 1)
        between = a + (np.arange(count + 1) / count)[:, None] * (b - a)
        return self._chart.is_clear(between)

    def _nearest_free(self, point_m: FloatArray) -> Cell | None:
        i, j = np.rint((point_m - self._origin) / _CELL_M).astype(int).tolist()
        for x, y in _NEAREST_FIRST:
            if self._is_free(i + x, j + y):
                return i + x, j + y
        return None

    def _is_free(self, i: int, j: int) -> bool:
        columns, rows = self._free.shape
        return 0 <= i < columns and 0 <= j < rows and bool(self._free[i, j])

    def _search(self, start: Cell, goal: Cell) -> list[Cell] | None:
        """Return the cells of a way (weighted A*, Pohl 1970: at most _HASTE times the shortest)."""
        costs, before = {start: 0.0}, {start: start}
        queue = [(math.dist(start, goal), start)]
        done: set[Cell] = set()
        while queue:
            _, cell = heapq.heappop(queue)
            if cell == goal:
                return _backtrack(before, goal)
            if cell in done:
                continue
            done.add(cell)
            if cell not in self._ways:
                self._ways[cell] = self._around(cell)
            for neighbour, step in self._ways[cell]:
                cost = costs[cell] + step
                if cost < costs.get(neighbour, math.inf):
                    costs[neighbour], before[neighbour] = cost, cell
                    heapq.heappush(queue, (cost + _HASTE * math.dist(neighbour, goal), neighbour))
        return None

    def _around(self, cell: Cell) -> list[tuple[Cell, float]]:
        """Return the free neighbours of a cell and the length of the step to each."""
        i, j = cell
        return [((i + a, j + b), s) for a, b, s in _NEIGHBOURS if self._is_free(i + a, j + b)]


class _Chart:
    """Where on the floor the clearance is kept, looked up instead of computed."""

    def __init__(self, floor: WalkableFloor, clearance_m: float) -> None:
        self._lowest = np.array((floor.x_m[0], floor.y_m[0]))
        axes = [np.arange(low, high + _SAMPLE_M, _SAMPLE_M) for low, high in (floor.x_m, floor.y_m)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        clear = floor.clearance_m(points.reshape(-1, 2)) >= clearance_m
        self._clear = clear.reshape(points.shape[:2])

    def is_clear(self, points_m: FloatArray) -> bool:
        """Whether points (N, 2) on the floor keep the clearance, to within half a sample."""
        index = np.rint((points_m - self._lowest) / _SAMPLE_M).astype(int)
        return bool(self._clear[index[:, 0], index[:, 1]].all())


def _backtrack(before: dict[Cell, Cell], goal: Cell) -> list[Cell]:
    cells = [goal]
    while before[cells[-1]] != cells[-1]:
        cells.append(before[cells[-1]])
    return cells[::-1]
