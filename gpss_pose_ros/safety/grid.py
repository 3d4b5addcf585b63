"""The judged floor as square cells: row = y, column = x, row 0 at the least y, as OccupancyGrid."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.safety.settings import CoverageSettings
from gpss_pose_ros.types import FloatArray

BoolArray = npt.NDArray[np.bool_]
Window = tuple[slice, slice]
"""Rows and columns of a part of the grid."""

_SLACK_M = 1e-9
"""Rounding must not lose a cell that is merely touched."""
_SLIVER = 1e-6
"""An area this much of a cell larger than a whole number of cells has that number."""


@dataclass(frozen=True)
class Grid:
    """Square cells over a part of the floor, in the factory frame.

    Attributes:
        low_m: least x and y.
        resolution_m: side of a cell.
        shape: number of rows (along y) and columns (along x).
    """

    low_m: tuple[float, float]
    resolution_m: float
    shape: tuple[int, int]

    @classmethod
    def over(
        cls, low_m: tuple[float, float], high_m: tuple[float, float], resolution_m: float
    ) -> "Grid":
        """Return the least grid over all floor from `low_m` to `high_m`."""
        extent = np.subtract(high_m, low_m) / resolution_m
        columns, rows = np.ceil(extent - _SLIVER).astype(int).tolist()
        return cls((float(low_m[0]), float(low_m[1])), resolution_m, (rows, columns))

    @classmethod
    def of(cls, settings: CoverageSettings) -> "Grid":
        """Return the grid of a site's floor."""
        return cls.over(settings.low_m, settings.high_m, settings.resolution_m)

    @property
    def high_m(self) -> tuple[float, float]:
        """Largest x and y."""
        rows, columns = self.shape
        x, y = self.low_m
        return x + columns * self.resolution_m, y + rows * self.resolution_m

    @cached_property
    def x_m(self) -> FloatArray:
        """Middles of the columns (columns,)."""
        return (self.x_lines_m[:-1] + self.x_lines_m[1:]) / 2.0

    @cached_property
    def y_m(self) -> FloatArray:
        """Middles of the rows (rows,)."""
        return (self.y_lines_m[:-1] + self.y_lines_m[1:]) / 2.0

    @cached_property
    def x_lines_m(self) -> FloatArray:
        """Where columns begin and end (columns + 1,)."""
        return np.asarray(self.low_m[0] + np.arange(self.shape[1] + 1) * self.resolution_m)

    @cached_property
    def y_lines_m(self) -> FloatArray:
        """Where rows begin and end (rows + 1,)."""
        return np.asarray(self.low_m[1] + np.arange(self.shape[0] + 1) * self.resolution_m)

    def contains(self, points_m: FloatArray) -> BoolArray:
        """Tell (N,) which points (N, 2) lie on the grid, its border included; NaN does not."""
        inside: BoolArray = np.all((points_m >= self.low_m) & (points_m <= self.high_m), axis=1)
        return inside

    def steps(self, points_m: FloatArray) -> FloatArray:
        """Return how many cells (N, 2) points (N, 2) are from the least x and y."""
        steps: FloatArray = (points_m - self.low_m) / self.resolution_m
        return steps

    def cells(self, steps: FloatArray) -> npt.NDArray[np.intp]:
        """Return the cells (N, 2), column and row, of points on the grid, by their `steps`."""
        last = np.array(self.shape[::-1]) - 1
        cells: npt.NDArray[np.intp] = np.minimum(steps.astype(np.intp), last)
        return cells

    def window(self, points_m: FloatArray, margin_m: float = 0.0) -> Window:
        """Return the cells that are touched by the box around points (N, 2) and a margin.

        A side that is NaN takes all cells there are.
        """
        rows, columns = self.shape
        margin, (x, y) = margin_m + _SLACK_M, self.low_m
        left, bottom = (points_m.min(axis=0) - margin).tolist()
        right, top = (points_m.max(axis=0) + margin).tolist()
        side = self.resolution_m
        return (
            _between((bottom - y) / side, (top - y) / side, rows),
            _between((left - x) / side, (right - x) / side, columns),
        )

    def touched(self, polygon_m: FloatArray, window: Window) -> BoolArray:
        """Tell which cells of its `window` a convex polygon (V, 2) touches.

        A cell is its closed square. By the theorem of separating axes it is touched unless it lies
        beyond the polygon along x, along y (the window) or along the normal of an edge.
        """
        return self._bounded(polygon_m, window, self.resolution_m / 2 + _SLACK_M)

    def within(self, polygon_m: FloatArray, window: Window) -> BoolArray:
        """Tell which cells of a window lie wholly in a convex polygon (V, 2)."""
        return self._bounded(polygon_m, window, _SLACK_M - self.resolution_m / 2)

    def _bounded(self, polygon_m: FloatArray, window: Window, half_m: float) -> BoolArray:
        """Tell which squares of half side `half_m` reach over the inner side of every edge.

        Of squares with a negative half side all must lie on the inner side.
        """
        x, y = self.x_m[window[1]], self.y_m[window[0], None]
        normals, offsets = half_planes(polygon_m)
        limits = offsets + half_m * np.abs(normals).sum(axis=1)
        across, up, limit = np.column_stack([normals, limits]).T[:, :, None, None]
        bounded: BoolArray = np.all(across * x + up * y <= limit, axis=0)
        return bounded


def _between(low: float, high: float, cells: int) -> slice:
    """Return which of `cells` cells of side 1 touch [low, high]; NaN is no bound."""
    first = min(max(0.0, low - 1.0), cells)  # max(0, NaN) is 0, and min(cells, NaN) is cells
    end = max(min(cells, high + 1.0), 0.0)
    return slice(math.ceil(first), math.floor(end))


def half_planes(polygon_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return outward normals (V, 2), as long as the edges, and offsets (V,) of a convex polygon.

    A point p is inside where `normals @ p <= offsets`. A polygon of one corner or two is a point or
    a segment; the order of corners may be either way round.
    """
    ahead = np.concatenate([polygon_m[1:], polygon_m[:1]])
    edges = ahead - polygon_m
    area2 = (polygon_m[:, 0] * edges[:, 1] - polygon_m[:, 1] * edges[:, 0]).sum()
    sign = -1.0 if area2 < 0.0 else 1.0
    normals = sign * np.column_stack([edges[:, 1], -edges[:, 0]])
    return normals, (normals * polygon_m).sum(axis=1)
