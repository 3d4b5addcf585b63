"""The safety side of a simulated factory: its floor, robots, obstacles and cameras."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from gpss_pose_ros.safety.settings import (
    Area,
    CoverageSettings,
    Occluder,
    Polygon,
    RobotEntry,
    RobotProfile,
    Site,
    Unseen,
)
from gpss_pose_ros.simulation.world import ROBOTS, World, rectangle
from gpss_pose_ros.types import FloatArray

_DECELERATION_MPS2, _REACTION_S, _LOCALISATION_SIGMA_M = 1.0, 0.4, 0.02
_DRIVES_MPS = 1.5


def site_of(world: World) -> Site:
    """Return what safety needs to know of a world; all else is as by default.

    What stands around hides floor from cameras, and nobody can be inside of it.
    """
    x_m, y_m = (size / 2.0 for size in world.floor_size_m)
    solids = [
        (f"{obstacle.kind}_{number}", _polygon(obstacle.footprint_m), obstacle.size_m[2])
        for number, obstacle in enumerate(world.obstacles, 1)
    ]
    return Site(
        robots=tuple(
            RobotEntry(
                name=robot.name,
                profile=_profile(world, robot.kind),
                odometry=f"/{robot.name}/odom",
                frame=f"{robot.name}/base_link",
            )
            for robot in world.robots
        ),
        coverage=CoverageSettings(low_m=(-x_m, -y_m), high_m=(x_m, y_m)),
        occluders=tuple(Occluder(*solid) for solid in solids),
        human_free=tuple(Area(name, corners) for name, corners, _ in solids),
        cameras=tuple(camera.camera_id for camera in world.cameras),
    )


def site_text(world: World, origin: str) -> str:
    """Return the zones.yaml of a world, with what the world decides; `origin` is its heading."""
    site = site_of(world)
    profiles = {robot.profile.name: robot.profile for robot in site.robots}
    coverage = {"low_m": site.coverage.low_m, "high_m": site.coverage.high_m}
    blocks = [
        f"# Safety of {origin}, by `./gpss zones`. What is left out is as in config/zones.yaml,\n"
        "# which explains every key. This is no certified safety function: see doc/safety.md.",
        f"coverage: {_mapping(coverage)}",
        _listed("profiles", [_profile_values(profile) for profile in profiles.values()]),
        _listed(
            "robots", [{**vars(robot), "profile": robot.profile.name} for robot in site.robots]
        ),
        "# What stands around hides floor from cameras, and nobody can be inside of it.\n"
        + _listed("occluders", [vars(occluder) for occluder in site.occluders]),
        _listed("human_free", [vars(area) for area in site.human_free]),
        *([f"cameras: {json.dumps(site.cameras)}"] if site.cameras else []),
    ]
    return "\n\n".join(blocks) + "\n"


def _profile(world: World, kind: str) -> RobotProfile:
    """Return the profile of a kind of robot, and of config/zones.yaml."""
    return RobotProfile(
        name=kind,
        footprint_m=_polygon(rectangle(0.0, 0.0, 0.0, *ROBOTS[kind])),
        deceleration_mps2=_DECELERATION_MPS2,
        reaction_s=_REACTION_S,
        localisation_sigma_m=_LOCALISATION_SIGMA_M,
        largest_speed_mps=max(
            [_DRIVES_MPS, *(robot.speed_mps for robot in world.robots if robot.kind == kind)]
        ),
        unseen=Unseen.CREEP,
    )


def _profile_values(profile: RobotProfile) -> dict[str, Any]:
    """Return what a profile must say; all else is as by default."""
    required = (field.name for field in fields(RobotProfile) if field.default is MISSING)
    values = {name: getattr(profile, name) for name in required}
    return {**values, "unseen": profile.unseen.value}


def _polygon(corners_m: FloatArray) -> Polygon:
    """Return corners (V, 2) to the millimetre."""
    return tuple((round(x, 3), round(y, 3)) for x, y in corners_m.tolist())


def _listed(key: str, items: Sequence[Mapping[str, Any]]) -> str:
    """Return a list of mappings as YAML, a line each."""
    lines = "".join(f"\n  - {_mapping(item)}" for item in items)
    return f"{key}:{lines or ' []'}"


def _mapping(values: Mapping[str, Any]) -> str:
    """Return a mapping as YAML on one line; numbers, texts and lists in JSON are YAML, too."""
    return "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in values.items()) + "}"
