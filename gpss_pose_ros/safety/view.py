"""Which floor a camera sees, if it is alive. In doubt it does not."""

from collections.abc import Iterable

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.safety.grid import BoolArray, Grid
from gpss_pose_ros.safety.occlusion import shadow
from gpss_pose_ros.safety.settings import CoverageSettings, Occluder

_PERSON_WIDTH_M = 0.5


def seen_cells(
    camera: Camera, grid: Grid, settings: CoverageSettings, occluders: Iterable[Occluder]
) -> BoolArray:
    """Tell (rows, columns) which cells a camera sees, whole, at all heights.

    A cell is in the image if its corners are: what a camera sees of a plane is convex but for the
    curves of its lens, which over the side of a cell bend less than `margin_px`. It is hidden if
    any part of it is.
    """
    occluders = tuple(occluders)
    seen = np.ones(grid.shape, dtype=bool)
    for height_m in settings.heights_m:
        seen &= _in_image(camera, grid, settings, height_m)
        for occluder in occluders:
            outline_m = shadow(occluder, camera.position_m, height_m, settings.range_m)
            if outline_m is not None:
                window = grid.window(outline_m)
                seen[window] &= ~grid.touched(outline_m, window)
    return seen


def _in_image(camera: Camera, grid: Grid, settings: CoverageSettings, height_m: float) -> BoolArray:
    """Tell (rows, columns) which cells are in the image and near enough, lifted to a height."""
    x, y, z = camera.position_m
    dx, dy = grid.x_lines_m - x, grid.y_lines_m[:, None] - y
    good = dx**2 + dy**2 + (height_m - z) ** 2 <= _reach_m(camera, settings) ** 2
    rows, columns = np.nonzero(good)
    heights_m = np.full(len(rows), height_m)
    corners = np.column_stack([grid.x_lines_m[columns], grid.y_lines_m[rows], heights_m])
    pixels, margin = camera.project(corners), settings.margin_px
    contains = camera.model.contains
    good[good] = contains(pixels - margin) & contains(pixels + margin)
    whole: BoolArray = good[:-1, :-1] & good[:-1, 1:] & good[1:, :-1] & good[1:, 1:]
    return whole


def _reach_m(camera: Camera, settings: CoverageSettings) -> float:
    """Return how far away a person is still wide enough in the image, at most the range.

    Width in the image is focal length times width over distance: exact in the middle of the image;
    off it a pinhole shows more, and an equidistant lens as much.
    """
    focal_px = float(np.diag(camera.model.K)[:2].min())
    least_px = max(settings.min_person_px, focal_px * _PERSON_WIDTH_M / settings.range_m)
    return focal_px * _PERSON_WIDTH_M / least_px
