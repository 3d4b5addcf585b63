"""Which floor is seen now, and by how many cameras. What is not seen is not free."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.safety.grid import BoolArray, Grid
from gpss_pose_ros.safety.settings import Area, CoverageSettings, Occluder
from gpss_pose_ros.safety.view import seen_cells
from gpss_pose_ros.types import FloatArray, float_array

_MOST = 255
_ROUNDED_DOWN = 1.0 - 1e-6
"""OpenCV's distances are of single precision, and must not be too long."""
_CORNERS = np.array([[0, 1, 0, 1], [0, 0, 1, 1]])[..., None]  # of a cell, from its lowest one


@dataclass(frozen=True, eq=False)
class Coverage:
    """What all live cameras see of the floor.

    Attributes:
        grid: of the judged floor; all floor beyond it is unseen.
        seen_by: (rows, columns) uint8, how many live cameras see a cell whole; at most 255.
        human_free: (rows, columns) bool, cells that lie wholly where no person can be.
    """

    grid: Grid
    seen_by: npt.NDArray[np.uint8]
    human_free: BoolArray

    @cached_property
    def unseen(self) -> BoolArray:
        """Cells (rows, columns) where there may be somebody of whom nobody knows."""
        unseen: BoolArray = (self.seen_by == 0) & ~self.human_free
        return unseen

    def unseen_at(self, points_m: FloatArray) -> BoolArray:
        """Tell (N,) which points (N, 2) lie in unseen cells; outside the grid and NaN do.

        A point on the border of cells lies in the one of higher x and y that is on the grid.
        """
        inside = self.grid.contains(points_m)
        unseen = ~inside
        columns, rows = self.grid.cells(self.grid.steps(points_m[inside])).T
        unseen[inside] = self.unseen[rows, columns]
        return unseen

    def unseen_in(self, polygon_m: npt.ArrayLike) -> bool:
        """Tell whether a convex polygon (V, 2) touches unseen floor; NaN, or no corner, does."""
        polygon = float_array(polygon_m, "polygon_m", (None, 2))
        if not len(polygon) or not self.grid.contains(polygon).all():
            return True
        window = self.grid.window(polygon)
        unseen = self.unseen[window]
        return bool(unseen.any() and (unseen & self.grid.touched(polygon, window)).any())

    def distance_to_unseen_m(self, points_m: npt.ArrayLike) -> FloatArray:
        """Return (N,) at most the distances of points (N, 2) to the nearest unseen floor.

        At corners of cells the distance is known, and elsewhere it is less by the way to a corner
        at most. Of the four corners around a point the best is taken, which costs a fraction of a
        cell, and never more than its diagonal. 0 in unseen floor, outside the grid, and for NaN.
        """
        points = float_array(points_m, "points_m", (None, 2))
        inside = self.grid.contains(points)
        distances = np.zeros(len(points))
        distances[inside] = self._from_corners(points[inside])
        return distances

    def _from_corners(self, points_m: FloatArray) -> FloatArray:
        """Return the bounds (N,) of points (N, 2) on the grid."""
        steps = self.grid.steps(points_m)
        columns, rows = self.grid.cells(steps).T[:, None] + _CORNERS
        known = self._corner_distances_m[rows, columns]
        x, y = steps.T[:, None]
        away = np.hypot(x - columns, y - rows) * self.grid.resolution_m
        bounds: FloatArray = (known - away).max(axis=0)
        return np.maximum(bounds, 0.0)

    @cached_property
    def _corner_distances_m(self) -> npt.NDArray[np.float32]:
        """Distances (rows + 1, columns + 1) of the corners of cells to the nearest unseen floor.

        The point of a square nearest to a corner of cells is itself a corner of cells.
        """
        rows, columns = self.grid.shape
        free = np.zeros((rows + 1, columns + 1), dtype=np.uint8)
        seen = ~self.unseen
        free[1:-1, 1:-1] = seen[:-1, :-1] & seen[:-1, 1:] & seen[1:, :-1] & seen[1:, 1:]
        steps = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.asarray(steps * (self.grid.resolution_m * _ROUNDED_DOWN), np.float32)


class CoverageMap:
    """What every camera would see, and so what the live ones see together."""

    def __init__(
        self,
        settings: CoverageSettings,
        occluders: Iterable[Occluder] = (),
        human_free: Iterable[Area] = (),
    ) -> None:
        self.grid = Grid.of(settings)
        self._settings = settings
        self._occluders = tuple(occluders)
        self._human_free = _human_free(self.grid, human_free)
        self._calibrations: dict[str, tuple[object, ...]] = {}
        self._seen: dict[str, BoolArray] = {}
        self._last: tuple[frozenset[str], Coverage] | None = None

    @property
    def placed(self) -> frozenset[str]:
        """Names of the cameras of which is known where they look."""
        return frozenset(self._seen)

    def place(self, camera: Camera) -> None:
        """Learn what a camera would see; at once if its calibration is what it was."""
        calibration = _calibration(camera)
        if self._calibrations.get(camera.camera_id) == calibration:
            return
        seen = seen_cells(camera, self.grid, self._settings, self._occluders)
        self._seen[camera.camera_id] = seen
        self._calibrations[camera.camera_id] = calibration
        self._last = None

    def forget(self, camera_id: str) -> None:
        """From now on nobody knows where this camera looks."""
        self._seen.pop(camera_id, None)
        self._calibrations.pop(camera_id, None)

    def now(self, live: Collection[str]) -> Coverage:
        """Return what the cameras see that are live; one that was never placed sees nothing."""
        cameras = self.placed.intersection(live)
        if self._last is None or self._last[0] != cameras:
            self._last = cameras, self._coverage(cameras)
        return self._last[1]

    def _coverage(self, cameras: frozenset[str]) -> Coverage:
        count = np.zeros(self.grid.shape, dtype=np.uint16)
        for camera_id in cameras:
            count += self._seen[camera_id]
        seen_by = np.minimum(count, _MOST).astype(np.uint8)
        seen_by.setflags(write=False)
        return Coverage(self.grid, seen_by, self._human_free)


def _human_free(grid: Grid, areas: Iterable[Area]) -> BoolArray:
    """Tell (rows, columns) which cells lie wholly in one of the areas."""
    free = np.zeros(grid.shape, dtype=bool)
    for area in areas:
        outline_m = np.array(area.corners_m, dtype=np.float64)
        window = grid.window(outline_m)
        free[window] |= grid.within(outline_m, window)
    free.setflags(write=False)
    return free


def _calibration(camera: Camera) -> tuple[object, ...]:
    """Return all that decides what a camera sees, to be compared."""
    model, pose = camera.model, camera.factory_from_camera
    arrays = (model.K, model.distortion, pose.rotation, pose.translation)
    return model.model, model.size, *(array.tobytes() for array in arrays)
