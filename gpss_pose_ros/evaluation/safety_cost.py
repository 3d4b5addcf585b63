"""What a cycle of safety costs in a hall: the verdict on everybody, and the floor that is seen."""

import itertools
import math
import time
from dataclasses import replace

import numpy as np

from gpss_pose_ros.evaluation.crowd_walkers import ceiling_cameras
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.coverage import Coverage, CoverageMap
from gpss_pose_ros.safety.judge import judge
from gpss_pose_ros.safety.settings import CoverageSettings, RobotProfile, Site
from gpss_pose_ros.safety.values import Person, Robot
from gpss_pose_ros.types import FloatArray

HALL_M = (50.0, 30.0)
_FLOOR = CoverageSettings((-HALL_M[0] / 2, -HALL_M[1] / 2), (HALL_M[0] / 2, HALL_M[1] / 2))
_POINTS = 9  # of a person: middle, feet, shoulders, hips, where they are expected, and are seen
_HELD = 0.2  # of all persons
_AGE_NS = 150_000_000
_PROFILE = RobotProfile(
    name="cart",
    footprint_m=((-0.6, -0.35), (0.6, -0.35), (0.6, 0.35), (-0.6, 0.35)),
    deceleration_mps2=1.0,
    reaction_s=0.4,
    localisation_sigma_m=0.03,
    largest_speed_mps=1.5,
)


def hall_cameras(count: int) -> list[Camera]:
    """Return cameras all under the ceiling of the hall."""
    squeeze = np.array([1.0, HALL_M[1] / HALL_M[0], 1.0])
    return [
        replace(
            camera,
            factory_from_camera=Transform(
                camera.factory_from_camera.rotation,
                camera.factory_from_camera.translation * squeeze,
            ),
        )
        for camera in ceiling_cameras(count, HALL_M[0]).values()
    ]


def coverage_ms(cameras: int, updates: int) -> FloatArray:
    """Return the processor time (updates,) of coverage after a camera died or came back.

    All of it, with what is computed only when asked for: the map of distances.
    """
    floor = CoverageMap(_FLOOR)
    watching = hall_cameras(cameras)
    for camera in watching:
        floor.place(camera)
    names = [camera.camera_id for camera in watching]
    taken_ms = []
    for dead in itertools.islice(itertools.cycle(names), updates):
        live = [name for name in names if name != dead]
        started_ns = time.process_time_ns()
        coverage = floor.now(live)
        coverage.distance_to_unseen_m(np.zeros((1, 2)))
        taken_ms.append((time.process_time_ns() - started_ns) / 1e6)
    return np.array(taken_ms)


def verdict_ms(persons: int, robots: int, cycles: int, cameras: int = 16) -> FloatArray:
    """Return the processor time (cycles,) from a report of persons to verdicts of all robots."""
    coverage = _coverage(cameras)
    random = np.random.default_rng(1)
    site = Site(coverage=_FLOOR)
    taken_ms = []
    for _ in range(cycles):
        people = [_person(i, random) for i in range(persons)]
        fleet = [_robot(i, random) for i in range(robots)]
        started_ns = time.process_time_ns()
        judge(fleet, people, coverage, site, _AGE_NS)
        taken_ms.append((time.process_time_ns() - started_ns) / 1e6)
    return np.array(taken_ms)


def _coverage(cameras: int) -> Coverage:
    floor = CoverageMap(_FLOOR)
    watching = hall_cameras(cameras)
    for camera in watching:
        floor.place(camera)
    return floor.now([camera.camera_id for camera in watching])


def _person(track_id: int, random: np.random.Generator) -> Person:
    """Return somebody anywhere in the hall."""
    points = _place(random) + random.normal(0.0, 0.2, (_POINTS, 2))
    held = bool(random.random() < _HELD)
    return Person(track_id, held, points, 0.1, random.uniform(0.0, 1.6), not held, 0)


def _robot(number: int, random: np.random.Generator) -> Robot:
    """Return a robot anywhere in the hall, on its way."""
    yaw = random.uniform(-math.pi, math.pi)
    velocity = random.uniform(0.0, 1.5) * np.array([math.cos(yaw), math.sin(yaw)])
    turning = random.uniform(-0.3, 0.3)
    return Robot(f"cart_{number}", _PROFILE, _place(random), yaw, velocity, turning, 0.02, 0)


def _place(random: np.random.Generator) -> FloatArray:
    place: FloatArray = (random.random(2) - 0.5) * HALL_M
    return place
