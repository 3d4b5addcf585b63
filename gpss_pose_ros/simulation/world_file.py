"""Reads a world from its YAML file; config/worlds/demo.yaml shows every key."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from gpss_pose_ros.errors import ConfigurationError, GpssError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import COEFFICIENTS, CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.aim import aimed, focal_px
from gpss_pose_ros.simulation.world import (
    FLOORS,
    OBSTACLES,
    ROBOTS,
    Lamp,
    Obstacle,
    RobotPlan,
    World,
)
from gpss_pose_ros.yaml_section import Section, read_section

_FAR_M = 1000.0
_T = TypeVar("_T")


def load_world(path: Path) -> World:
    """Return the world a YAML file describes.

    Raises:
        ConfigurationError: names the file, the key, and what is valid.
    """
    top = read_section(path)
    top.expect(["seed", "floor"], ["walls_m", "light", "obstacles", "cameras", "robots", "people"])
    floor = top.section("floor")
    floor.expect(["size_m"], ["look"])
    width, depth = floor.numbers("size_m", 2, 1.0, _FAR_M)
    ambient, lamps = _light(top.section("light")) if "light" in top else (0.45, None)
    people, bodies = _people(top.section("people")) if "people" in top else (0, ())
    lit = {} if lamps is None else {"lamps": lamps}
    return _checked(
        top,
        lambda: World(
            seed=top.integer("seed", 0, 2**31 - 1),
            floor_size_m=(width, depth),
            floor=floor.choice("look", FLOORS, "concrete"),
            obstacles=tuple(_obstacle(section) for section in top.sections("obstacles")),
            ambient=ambient,
            walls_m=top.number("walls_m", 0.0, 50.0) if "walls_m" in top else 0.0,
            cameras=tuple(_camera(section) for section in top.sections("cameras")),
            robots=tuple(_robot(section) for section in top.sections("robots")),
            people=people,
            bodies=bodies,
            **lit,
        ),
    )


def _light(section: Section) -> tuple[float, tuple[Lamp, ...]]:
    section.expect(["ambient", "lamps"])
    return section.number("ambient", 0.0, 1.0), tuple(
        _lamp(lamp) for lamp in section.sections("lamps")
    )


def _lamp(section: Section) -> Lamp:
    section.expect(["direction", "colour"])
    x, y, z = section.numbers("direction", 3, -1e3, 1e3)
    red, green, blue = section.numbers("colour", 3, 0.0, 1.0)
    return _checked(section, lambda: Lamp((x, y, z), (red, green, blue)))


def _people(section: Section) -> tuple[int, tuple[str, ...]]:
    section.expect(["count"], ["bodies"])
    bodies = section.texts("bodies") if "bodies" in section else ()
    return section.integer("count", 0, 100), bodies


def _obstacle(section: Section) -> Obstacle:
    section.expect(["kind", "at_m"], ["yaw_deg", "size_m"])
    kind = section.choice("kind", OBSTACLES)
    x, y = section.numbers("at_m", 2, -_FAR_M, _FAR_M)
    size = OBSTACLES[kind]
    if "size_m" in section:
        length, width, height = section.numbers("size_m", 3, 0.01, 100.0)
        size = (length, width, height)
    return Obstacle(kind, x, y, math.radians(_angle(section, "yaw_deg")), size)


def _robot(section: Section) -> RobotPlan:
    section.expect(["name", "kind", "route_m", "speed_mps"], ["stop_s"])
    route = section.rows("route_m", 2, -_FAR_M, _FAR_M)
    return _checked(
        section,
        lambda: RobotPlan(
            section.text("name"),
            section.choice("kind", ROBOTS),
            tuple((x, y) for x, y in route),
            section.number("speed_mps", 0.05, 5.0),
            section.number("stop_s", 0.0, 3600.0) if "stop_s" in section else 0.0,
        ),
    )


def _camera(section: Section) -> Camera:
    """Return a camera given by its position, and by what it looks at or how it is turned."""
    section.expect(
        ["name", "position_m", "size_px"],
        ["look_at_m", "roll_deg", "quaternion_xyzw", "hfov_deg", "K", "model", "distortion"],
    )
    _exactly_one(section, "look_at_m", "quaternion_xyzw")
    _exactly_one(section, "hfov_deg", "K")
    model = _checked(section, lambda: _camera_model(section))
    position = section.numbers("position_m", 3, -_FAR_M, _FAR_M)
    return _checked(
        section, lambda: Camera(section.text("name"), model, _camera_pose(section, position))
    )


def _camera_pose(section: Section, position_m: tuple[float, ...]) -> Transform:
    if "quaternion_xyzw" in section:
        return Transform.from_quaternion(section.numbers("quaternion_xyzw", 4, -1, 1), position_m)
    target = section.numbers("look_at_m", 3, -_FAR_M, _FAR_M)
    return aimed(position_m, target, math.radians(_angle(section, "roll_deg")))


def _camera_model(section: Section) -> CameraModel:
    name = section.choice("model", COEFFICIENTS, "plumb_bob")
    distortion = np.array(_distortion(section, name))
    width, height = (int(v) for v in section.numbers("size_px", 2, 16, 8192))
    if "K" in section:
        K = np.reshape(section.numbers("K", 9, -1e5, 1e5), (3, 3))
    else:
        hfov = math.radians(section.number("hfov_deg", 1.0, 179.0))
        f = focal_px(hfov, distortion, name, width)
        K = np.array([[f, 0, (width - 1) / 2], [0, f, (height - 1) / 2], [0, 0, 1.0]])
    return CameraModel(K, distortion, name, (width, height))


def _distortion(section: Section, model: str) -> tuple[float, ...]:
    counts = COEFFICIENTS[model]
    if "distortion" not in section:
        return (0.0,) * counts[0]
    for count in counts[:-1]:
        try:
            return section.numbers("distortion", count, -100.0, 100.0)
        except ConfigurationError:
            continue
    return section.numbers("distortion", counts[-1], -100.0, 100.0)


def _angle(section: Section, key: str) -> float:
    return section.number(key, -360.0, 360.0) if key in section else 0.0


def _exactly_one(section: Section, first: str, second: str) -> None:
    if (first in section) == (second in section):
        raise ConfigurationError(f"{section.where}: give {first} or {second}, exactly one of them")


def _checked(section: Section, build: Callable[[], _T]) -> _T:
    """Return what `build` makes; say where in the file it went wrong."""
    try:
        return build()
    except ConfigurationError:
        raise
    except GpssError as error:
        raise ConfigurationError(f"{section.where}: {error}") from error
