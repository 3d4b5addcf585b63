"""A hall to measure safety in, and what it costs there to know the floor that is seen."""

import itertools
import time
from dataclasses import replace

import numpy as np

from gpss_pose_ros.evaluation.crowd_walkers import ceiling_cameras
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.coverage import CoverageMap
from gpss_pose_ros.safety.settings import CoverageSettings, RobotEntry, RobotProfile, Site
from gpss_pose_ros.types import FloatArray

HALL_M = (50.0, 30.0)
_FLOOR = CoverageSettings((-HALL_M[0] / 2, -HALL_M[1] / 2), (HALL_M[0] / 2, HALL_M[1] / 2))
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


def hall_site(robots: int) -> Site:
    """Return a site of so many robots."""
    entries = tuple(
        RobotEntry(f"cart_{i}", _PROFILE, odometry=f"/cart_{i}/odom") for i in range(robots)
    )
    return Site(coverage=_FLOOR, robots=entries)


def hall_place_m(random: np.random.Generator) -> FloatArray:
    """Return a place (2,) anywhere in the hall."""
    place: FloatArray = (random.random(2) - 0.5) * HALL_M
    return place
