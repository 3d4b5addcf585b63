"""Where people and robots stand so that a camera sees them, together or apart."""

import math

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import FloatArray

_BORDER = 0.08  # how far outside the image a place may be drawn, relative to its size
_AIM_HEIGHT_M = (0.0, 1.3)  # what of a body lies at the pixel drawn, from feet to chest
_FARTHEST_M = 16.0
_TOGETHER_FRACTION = 0.4
_TOGETHER_M = (0.5, 1.3)
_TRIES = 60
_GRID = 12
_FLOOR_M = 0.05
_ROOM_M = 0.25


class Sight:
    """What a camera sees of an empty hall.

    Attributes:
        camera: who looks.
    """

    def __init__(self, camera: Camera, depth_m: npt.NDArray[np.float32]) -> None:
        self.camera = camera
        self._depth_m = depth_m

    def reaches(self, pixel_px: FloatArray, point_m: FloatArray) -> bool:
        """Tell whether nothing hides a point (3,) that lies at a pixel (2,) of the image.

        What lies outside the image is not hidden either.
        """
        u, v = (int(x) for x in np.round(pixel_px))
        height, width = self._depth_m.shape
        if not (0 <= u < width and 0 <= v < height):
            return True
        depth = self.camera.camera_from_factory.apply(point_m[None])[0, 2]
        return bool(self._depth_m[v, u] > depth - _FLOOR_M)

    def free_floor_share(self, floor: "FreeFloor") -> float:
        """Return the share of the image, in [0, 1], that shows floor where somebody could stand."""
        height, width = self._depth_m.shape
        u, v = np.meshgrid(*((np.arange(_GRID) + 0.5) / _GRID * n for n in (width, height)))
        pixels = np.floor(np.column_stack([u.ravel(), v.ravel()]))
        depth = self._depth_m[pixels[:, 1].astype(int), pixels[:, 0].astype(int)]
        rays = self.camera.model.back_project(pixels)
        seen = np.isfinite(depth) & np.isfinite(rays[:, 0])
        points = self.camera.factory_from_camera.apply(
            rays[seen] * (depth[seen] / rays[seen, 2])[:, None]
        )
        free = [abs(p[2]) < _FLOOR_M and floor.is_free(p[:2], _ROOM_M) for p in points]
        return float(np.sum(free)) / len(pixels)


class FreeFloor:
    """The floor of a world that nothing stands on."""

    def __init__(self, world: World) -> None:
        self._half = np.array(world.floor_size_m) / 2.0
        self._centres = np.array([(o.x_m, o.y_m) for o in world.obstacles]).reshape(-1, 2)
        self._sizes = np.array([o.size_m[:2] for o in world.obstacles]).reshape(-1, 2) / 2.0
        yaw = np.array([o.yaw_rad for o in world.obstacles])
        axes = [[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]]
        self._axes: FloatArray = np.moveaxis(np.array(axes).reshape(2, 2, -1), -1, 0)

    def is_free(self, place_m: FloatArray, margin_m: float) -> bool:
        """Tell whether a disc of radius `margin_m` about x, y (2,) fits on the floor."""
        if (np.abs(place_m) > self._half - margin_m).any():
            return False
        local = np.einsum("oij,oj->oi", self._axes, place_m - self._centres)
        away = np.maximum(np.abs(local) - self._sizes, 0.0)
        return bool((np.linalg.norm(away, axis=1) >= margin_m).all())

    def random_place(self, rng: np.random.Generator, margin_m: float) -> FloatArray:
        """Return a free place (2,); of a hall that is full, any place."""
        for _ in range(_TRIES):
            place: FloatArray = rng.uniform(-self._half, self._half)
            if self.is_free(place, margin_m):
                return place
        return place


def places_in_view(
    sight: Sight, floor: FreeFloor, radii_m: npt.ArrayLike, rng: np.random.Generator
) -> list[FloatArray | None]:
    """Return places (2,) that the camera sees at least in part; None where none was found.

    Args:
        sight: who looks, and what stands in the way.
        floor: where there is room.
        radii_m: (N,) room that each one takes; nobody stands in another's.
        rng: source of all randomness.
    """
    places: list[FloatArray | None] = []
    taken: list[tuple[FloatArray, float]] = []
    for radius in np.asarray(radii_m, dtype=float):
        place = _place(sight, floor, float(radius), taken, rng)
        places.append(place)
        if place is not None:
            taken.append((place, float(radius)))
    return places


def _place(
    sight: Sight,
    floor: FreeFloor,
    radius_m: float,
    taken: list[tuple[FloatArray, float]],
    rng: np.random.Generator,
) -> FloatArray | None:
    for _ in range(_TRIES):
        if taken and rng.random() < _TOGETHER_FRACTION:
            place = taken[int(rng.integers(len(taken)))][0] + _offset(rng)
        else:
            place = _place_of_random_pixel(sight, rng)
        if (
            np.linalg.norm(place - sight.camera.position_m[:2]) < _FARTHEST_M
            and floor.is_free(place, radius_m)
            and all(np.linalg.norm(place - other) > radius_m + r for other, r in taken)
        ):
            return place
    return None


def _offset(rng: np.random.Generator) -> FloatArray:
    angle, distance = rng.uniform(-math.pi, math.pi), rng.uniform(*_TOGETHER_M)
    return distance * np.array([math.cos(angle), math.sin(angle)])


def _place_of_random_pixel(sight: Sight, rng: np.random.Generator) -> FloatArray:
    """Return a place (2,) where some part of a body shows at a pixel drawn in and around the image.

    NaN above the horizon, and where that part would be hidden.
    """
    camera = sight.camera
    pixel = rng.uniform(-_BORDER, 1.0 + _BORDER, 2) * camera.model.size
    origin, directions = camera.rays(pixel[None])
    height = rng.uniform(*_AIM_HEIGHT_M)
    distance = (height - origin[2]) / directions[0, 2]
    point = origin + distance * directions[0]
    if not distance > 0.0 or not sight.reaches(pixel, point):
        return np.full(2, np.nan)
    place: FloatArray = point[:2]
    return place
