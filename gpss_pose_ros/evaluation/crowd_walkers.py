"""Stick figures that walk round and round, and cameras above them: any number, at no cost.

K = 23 keypoints in the order of skeleton "coco17_feet".
"""

import math

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.evaluation.crowd import Crowd
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.simulation.aim import aimed, focal_px
from gpss_pose_ros.types import FloatArray

_SPEED_MPS, _STEP_M, _LIFT_M = 1.2, 0.7, 0.08
_CIRCLES_M = (0.8, 2.0)
_HEIGHTS_M = (5.0, 6.0)
_AHEAD_M = 3.0
_SIZE_PX, _HFOV_RAD = (640, 480), math.radians(85.0)
_DISTORTION = np.array([-0.21, 0.05, 0.0, 0.0, 0.0])
_BODY_M = {  # forward, to the left and up of a standing person's left half
    "nose": (0.10, 0.0, 1.60),
    "eye": (0.08, 0.03, 1.64),
    "ear": (0.0, 0.07, 1.62),
    "shoulder": (0.0, 0.18, 1.43),
    "elbow": (-0.02, 0.23, 1.13),
    "wrist": (0.03, 0.24, 0.88),
    "hip": (0.0, 0.09, 0.92),
    "knee": (0.03, 0.09, 0.50),
    "ankle": (-0.05, 0.09, 0.09),
    "big_toe": (0.13, 0.07, 0.02),
    "small_toe": (0.10, 0.13, 0.02),
    "heel": (-0.10, 0.09, 0.02),
}
_CARRIED = {"knee": 0.5, "ankle": 1.0, "big_toe": 1.0, "small_toe": 1.0, "heel": 1.0, "wrist": -0.4}
"""How far a part goes with the foot of its side; an arm swings against it."""


def walking_crowd(people: int, side_m: float, stamps_ns: npt.NDArray[np.int64], seed: int) -> Crowd:
    """Return people walking in circles, spread evenly over a square floor about the origin.

    Args:
        people: how many.
        side_m: of the square, in [m].
        stamps_ns: (T,) instants, in [ns].
        seed: of where and how they walk.
    """
    rng = np.random.default_rng(seed)
    walked_m = _SPEED_MPS * (stamps_ns[:, None] - stamps_ns[0]) / 1e9 + rng.uniform(
        0.0, 100.0, people
    )
    radii = rng.uniform(*_CIRCLES_M, people)
    angle = walked_m / radii
    centre = _grid(people, side_m) + rng.uniform(-0.5, 0.5, (people, 2))
    position = centre + radii[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    local, soles = _stick_figure(walked_m)
    heading = angle + math.pi / 2  # counter-clockwise
    return Crowd(
        stamps_ns,
        _placed(local, position, heading),
        _placed(soles, position, heading),
    )


def ceiling_cameras(count: int, side_m: float) -> dict[str, Camera]:
    """Return cameras on a square grid under the ceiling of a square hall, by camera_id.

    Each hangs 5 to 6 m high and looks at the floor 3 m away from under it, towards the middle.
    """
    focal = focal_px(_HFOV_RAD, _DISTORTION, "plumb_bob", _SIZE_PX[0])
    middle = (np.array(_SIZE_PX) - 1) / 2
    K = np.array([[focal, 0.0, middle[0]], [0.0, focal, middle[1]], [0.0, 0.0, 1.0]])
    model = CameraModel(K, _DISTORTION, "plumb_bob", _SIZE_PX)
    cameras = {}
    for i, place in enumerate(_grid(count, side_m)):
        inward = -place / max(float(np.linalg.norm(place)), 1e-9)
        position = np.array([*place, _HEIGHTS_M[i % 2]])
        target = np.array([*(place + _AHEAD_M * inward), 0.0])
        name = f"cam_{i + 1:02d}"
        cameras[name] = Camera(name, model, aimed(position, target))
    return cameras


def _grid(count: int, side_m: float) -> FloatArray:
    """Return points (count, 2) on the smallest square grid that has so many, spread evenly."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    cells = np.arange(rows * columns)[:: max(1, rows * columns // max(count, 1))][:count]
    unit = np.column_stack([(cells % columns + 0.5) / columns, (cells // columns + 0.5) / rows])
    points: FloatArray = (unit - 0.5) * side_m
    return points


def _stick_figure(walked_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return keypoints (..., 23, 3) and soles (..., 2, 3) of who has walked so far (...).

    A foot stands while the body goes one step ahead, and swings forward as far and back above it.
    """
    feet = {side: _foot_offset(walked_m / _STEP_M + i) for i, side in enumerate(("left", "right"))}
    keypoints = [_keypoint(name, feet) for name in COCO17_FEET.keypoints]
    sole = [feet[side] + (0.0, y_m, 0.0) for side, y_m in (("left", 0.09), ("right", -0.09))]
    return np.stack(keypoints, axis=-2), np.stack(sole, axis=-2)


def _foot_offset(steps: FloatArray) -> FloatArray:
    """Return how far (..., 3) a foot is from where it is in standing; it lands at even steps."""
    phase = np.mod(steps, 2.0)
    standing = phase < 1.0
    swing = phase - 1.0
    along = _STEP_M * np.where(standing, 0.5 - phase, swing - 0.5)
    lift = _LIFT_M * np.where(standing, 0.0, np.sin(math.pi * swing))
    return np.stack([along, np.zeros_like(along), lift], axis=-1)


def _keypoint(name: str, feet: dict[str, FloatArray]) -> FloatArray:
    side, _, part = name.partition("_") if name != "nose" else ("left", "", "nose")
    forward, left, up = _BODY_M[part]
    place = np.array([forward, left if side == "left" else -left, up])
    moved: FloatArray = place + _CARRIED.get(part, 0.0) * feet[side]
    return moved


def _placed(local_m: FloatArray, position_m: FloatArray, heading_rad: FloatArray) -> FloatArray:
    """Turn (T, P, n, 3) by headings (T, P) and move them to positions (T, P, 2) on the floor."""
    c, s = np.cos(heading_rad)[..., None], np.sin(heading_rad)[..., None]
    x, y, z = np.moveaxis(local_m, -1, 0)
    placed: FloatArray = np.stack([c * x - s * y, s * x + c * y, z], axis=-1)
    placed[..., :2] += position_m[..., None, :]
    return placed
