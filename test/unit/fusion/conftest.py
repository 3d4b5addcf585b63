from dataclasses import dataclass

import numpy as np
import pytest

from gpss_pose_ros.fusion.observe import ObservationSettings
from gpss_pose_ros.fusion.tracker import Tracker
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.types import Detections, FloorObservation, Poses2D, Side

from .tracker_scenes import PERIOD, SETTINGS, person_at, watched

MODEL = CameraModel(
    [[900.0, 0.0, 640.0], [0.0, 900.0, 360.0], [0.0, 0.0, 1.0]],
    [-0.1, 0.03, 1e-3, -1e-3],
    "plumb_bob",
    (1280, 720),
)


@dataclass(frozen=True)
class StandingPerson:
    """Upright, the middle of each sole known, every keypoint exactly at its assumed height."""

    soles_m: dict[Side, np.ndarray]
    heading_rad: float = 0.4

    @property
    def position_m(self):
        return (self.soles_m[Side.LEFT] + self.soles_m[Side.RIGHT]) / 2.0

    def keypoint_m(self, name):
        assumed = ObservationSettings()
        forward = np.array([np.cos(self.heading_rad), np.sin(self.heading_rad)])
        across = np.array([-forward[1], forward[0]])
        side, _, part = name.partition("_")
        if side not in ("left", "right"):
            return np.array([*self.position_m, 1.6])
        sole, outward = self.soles_m[Side(side)], 1.0 if side == "left" else -1.0
        places = {
            "heel": (sole - 0.12 * forward, 0.0),
            "big_toe": (sole + 0.12 * forward - 0.04 * outward * across, 0.0),
            "small_toe": (sole + 0.12 * forward + 0.04 * outward * across, 0.0),
            "ankle": (sole, assumed.ankle_height_m),
            "hip": (self.position_m + 0.1 * outward * across, assumed.hip_height_m),
        }
        floor, height = places.get(part, (self.position_m, 1.2))
        return np.array([*floor, height])

    def seen_by(self, camera, skeleton, scores=None):
        """The one pose that a perfect network gives; `scores` by keypoint where not 1."""
        points = np.array([self.keypoint_m(name) for name in skeleton.keypoints])
        pixels = camera.project(points)
        given = np.array([(scores or {}).get(name, 1.0) for name in skeleton.keypoints])
        low, high = np.nanmin(pixels, axis=0), np.nanmax(pixels, axis=0)
        box = np.array([[*low, *high]])
        return Poses2D(pixels[None], given[None], Detections(box, np.array([0.9])))


@pytest.fixture
def camera_at():
    """Build a camera at `position`, looking at `target`, image upright."""

    def build(position, target, camera_id="ceiling"):
        z = np.subtract(target, position).astype(float)
        z /= np.linalg.norm(z)
        x = np.cross(z, [0.0, 0.0, 1.0])
        x /= np.linalg.norm(x)
        rotation = np.column_stack([x, np.cross(z, x), z])
        return Camera(camera_id, MODEL, Transform(rotation, np.array(position, dtype=float)))

    return build


@pytest.fixture
def camera(camera_at):
    return camera_at([0.0, -5.0, 4.0], [0.0, 0.0, 0.5])


@pytest.fixture
def person():
    return StandingPerson({Side.LEFT: np.array([0.3, 0.4]), Side.RIGHT: np.array([0.45, 0.1])})


@pytest.fixture
def sighting():
    """Build a floor observation at `position_m` as `camera_id` would make it."""

    def build(camera_id, position_m, sigma_m=0.1, feet=None, stamp_ns=0, score=0.9):
        return FloorObservation(
            camera_id=camera_id,
            stamp_ns=stamp_ns,
            position_m=np.array(position_m, dtype=float),
            covariance_m2=np.eye(2) * sigma_m**2,
            feet=feet or {},
            score=score,
            box_xyxy_px=np.array([0.0, 0.0, 10.0, 20.0]),
            keypoints_px=np.full((17, 2), np.nan),
            keypoint_scores=np.zeros(17),
        )

    return build


@pytest.fixture
def tracker():
    return Tracker(SETTINGS)


@pytest.fixture
def standing(tracker):
    """A tracker that has seen one person stand at (1, 2) until the time it comes with."""
    for k in range(10):
        tracker.update([person_at([1, 2], k * PERIOD)], k * PERIOD, watched)
    return tracker, 9 * PERIOD
