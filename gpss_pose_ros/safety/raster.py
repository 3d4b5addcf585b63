"""Zones as cells and as points, for planners that know nothing else.

A cell is taken if a zone touches it, and some more than that: up to the diagonal of a cell.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.safety.grid import BoolArray, Grid
from gpss_pose_ros.safety.values import Zone
from gpss_pose_ros.types import FloatArray

OCCUPIED = 100
"""What OccupancyGrid calls certainly occupied."""
RADII = ("reach", "separation")
"""Which of a zone's two radii to draw."""
_BEYOND_M = 2.0
"""Beyond the judged floor a zone is drawn this far around its middle at most: it may be endless."""


def zone_mask(
    zones: Iterable[Zone],
    grid: Grid,
    radius: str = "separation",
    unseen: BoolArray | None = None,
) -> npt.NDArray[np.int8]:
    """Return (rows, columns): 100 in a zone, else 0.

    Args:
        zones: to draw.
        grid: to draw them on; what is beyond it is left out.
        radius: "reach" or "separation".
        unseen: (rows, columns) cells that are 100 as well.

    Raises:
        InputError: there is no such radius.
    """
    occupied = _cells(zones, grid, radius)
    if unseen is not None:
        occupied |= unseen
    return np.where(occupied, OCCUPIED, 0).astype(np.int8)


def zone_points(
    zones: Sequence[Zone],
    grid: Grid,
    heights_m: Sequence[float] = (0.1, 0.2, 0.3),
    radius: str = "separation",
    spacing_m: float = 0.1,
) -> npt.NDArray[np.float32]:
    """Return points (M, 3) that fill zones: none of a zone's floor is `spacing_m` from all of them.

    Every zone has four points or more at each height.

    Args:
        zones: to fill, on the grid in full, beyond it 2 m around the middle of the core.
        grid: of the judged floor.
        heights_m: of the layers above the floor.
        radius: "reach" or "separation".
        spacing_m: side of the squares whose middles the points are.

    Raises:
        InputError: there is no such radius.
    """
    lattice = Grid.over(grid.low_m, grid.high_m, spacing_m)
    places = [_middles(zones, lattice, radius)]
    for zone in zones:
        middle = zone.core_m.mean(axis=0)
        wide_m = np.minimum(_radius_m(zone, radius) + 2.0 * spacing_m, _BEYOND_M)
        box = np.array([zone.core_m.min(axis=0) - wide_m, zone.core_m.max(axis=0) + wide_m])
        if not lattice.contains(box).all():
            near = Grid.over(tuple(middle - _BEYOND_M), tuple(middle + _BEYOND_M), spacing_m)
            places.append(_middles([zone], near, radius))
    floor = np.concatenate(places)
    layers = [np.column_stack([floor, np.full(len(floor), height)]) for height in heights_m]
    return np.concatenate(layers).astype(np.float32)


def _middles(zones: Iterable[Zone], lattice: Grid, radius: str) -> FloatArray:
    """Return the middles (M, 2) of the cells in zones."""
    rows, columns = np.nonzero(_cells(zones, lattice, radius))
    return np.column_stack([lattice.x_m[columns], lattice.y_m[rows]])


def _cells(zones: Iterable[Zone], grid: Grid, radius: str) -> BoolArray:
    """Tell (rows, columns) which cells zones touch, and which are near that."""
    cells = np.zeros(grid.shape, dtype=bool)
    half_diagonal_m = grid.resolution_m * np.sqrt(0.5)
    for zone in zones:
        limit_m = np.maximum(_radius_m(zone, radius), half_diagonal_m) + half_diagonal_m
        window = grid.window(zone.core_m)
        cells[window] |= grid.touched(zone.core_m, window)
        _draw_edges(cells, grid, zone.core_m, limit_m)
    return cells


def _radius_m(zone: Zone, radius: str) -> float:
    if radius not in RADII:
        raise InputError(unknown_choice("radius of a zone", radius, RADII))
    return zone.reach_m if radius == "reach" else zone.separation_m


def _draw_edges(cells: BoolArray, grid: Grid, core_m: FloatArray, limit_m: float) -> None:
    """Add the cells whose middles are at most `limit_m` from the outline (H, 2) of a core."""
    window = grid.window(core_m, limit_m)
    x, y = grid.x_m[window[1]], grid.y_m[window[0], None]
    for (start_x, start_y), (along_x, along_y) in zip(
        core_m, np.roll(core_m, -1, axis=0) - core_m, strict=True
    ):
        dx, dy = x - start_x, y - start_y
        length2 = max(along_x**2 + along_y**2, np.finfo(np.float64).tiny)
        t = np.clip((dx * along_x + dy * along_y) / length2, 0.0, 1.0)
        squared = (dx - t * along_x) ** 2 + (dy - t * along_y) ** 2
        cells[window] |= ~(squared > limit_m**2)
