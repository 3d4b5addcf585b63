"""Who and what moves in one image: people in the middle of something, robots, what people hold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.body_pose import BodyPose
from gpss_pose_ros.simulation.dataset.placement import FreeFloor, Sight, places_in_view
from gpss_pose_ros.simulation.dataset.settings import DatasetSettings, draw
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.simulation.motion.random_pose import random_pose
from gpss_pose_ros.simulation.motion.rotation import rotation
from gpss_pose_ros.simulation.motion.stretch import stretched
from gpss_pose_ros.simulation.state import PersonState, RobotState
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import FloatArray

_PERSON_M = 0.22
_ROBOT_M = 0.75
_ROBOT_SHOWN = 0.4
_FEWER = 0.88
"""Every further person is less likely by this factor."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """Everybody and everything that moves in one image."""

    persons: tuple[PersonState, ...]
    robots: tuple[RobotState, ...]
    props: tuple[Prop, ...]


def gather(
    world: World,
    cast: Sequence[Body],
    sight: Sight,
    floor: FreeFloor,
    settings: DatasetSettings,
    rng: np.random.Generator,
) -> Crowd:
    """Return a random crowd where a camera sees it.

    Args:
        world: the hall and its robots.
        cast: bodies, of which each appears at most once.
        sight: what the camera sees of the empty hall.
        floor: where there is room.
        settings: how often nobody is there, and how people hold themselves.
        rng: source of all randomness.
    """
    shown = [robot.name for robot in world.robots if rng.random() < _ROBOT_SHOWN]
    count = 0 if rng.random() < settings.empty_fraction else _random_count(len(cast), rng)
    members = rng.permutation(len(cast))[:count]
    radii = [_ROBOT_M] * len(shown) + [_PERSON_M] * count
    places = places_in_view(sight, floor, radii, rng)
    robots = tuple(
        RobotState(name, float(place[0]), float(place[1]), rng.uniform(-math.pi, math.pi), 0.0)
        for name, place in zip(shown, places[: len(shown)], strict=True)
        if place is not None
    )
    persons: list[PersonState] = []
    props: list[Prop] = []
    for member, place in zip(members, places[len(shown) :], strict=True):
        if place is not None:
            body = cast[member]
            acting = random_pose(body, rng)
            if not acting[1] and rng.random() < settings.stretch_fraction:
                acting = stretched(body, acting[0], rng), ()
            pose, held = _turned(acting, place, draw(rng, (-math.pi, math.pi)))
            persons.append(PersonState.of(int(member), body, pose))
            props += held
    return Crowd(tuple(persons), robots, tuple(props))


def _turned(
    acting: tuple[BodyPose, tuple[Prop, ...]], place_m: FloatArray, yaw_rad: float
) -> tuple[BodyPose, list[Prop]]:
    """Move a pose and what is held in it from the origin to a place (2,), and turn it there."""
    pose, props = acting
    factory_from_person = np.eye(4)
    factory_from_person[:3, :3] = turn = rotation(yaw_rad)
    factory_from_person[:2, 3] = place_m
    rotations = pose.rotations.copy()
    rotations[0] = turn @ rotations[0]
    root_m = turn @ pose.root_m + factory_from_person[:3, 3]
    return BodyPose(root_m, rotations), [
        replace(prop, factory_from_prop=factory_from_person @ prop.factory_from_prop)
        for prop in props
    ]


def _random_count(most: int, rng: np.random.Generator) -> int:
    """Return a number from 1 to `most`, small ones more often."""
    weights = _FEWER ** np.arange(most)
    return 1 + int(rng.choice(most, p=weights / weights.sum()))
