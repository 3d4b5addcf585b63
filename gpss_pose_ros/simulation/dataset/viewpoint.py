"""Random cameras: where they hang, which way they look, and their lenses."""

import math

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.dataset.settings import DatasetSettings, ViewSettings, draw
from gpss_pose_ros.types import FloatArray

_LEVEL_SIGMA_RAD = math.radians(4.0)
_ANY_ROLL_FRACTION = 0.15  # ceiling cameras that somebody screwed on as it came
_OFF_CENTRE = 0.02  # standard deviation of the principal point, relative to the width
_EQUIDISTANT_FRACTION = 0.2
_RATIONAL_FRACTION = 0.15
_LESS_DISTORTION = 0.7
_WALL_M = 0.3


def random_camera(
    kind: str,
    target_m: FloatArray,
    floor_size_m: tuple[float, float],
    settings: DatasetSettings,
    rng: np.random.Generator,
) -> Camera:
    """Return a camera that looks at a point of the floor from inside the hall.

    Args:
        kind: "top" or "side".
        target_m: (2,) x, y in the factory frame; a camera that looks above the horizon looks at
            what is over it.
        floor_size_m: width and depth of the hall about the origin: no camera hangs outside.
        settings: ranges to draw from.
        rng: source of all randomness.
    """
    view = settings.side if kind == "side" else settings.top
    model = random_model(view, random_size(settings, rng), rng)
    height, tilt = draw(rng, view.height_m), math.radians(draw(rng, view.tilt_deg))
    azimuth = draw(rng, (-math.pi, math.pi))
    any_roll = kind == "top" and rng.random() < _ANY_ROLL_FRACTION
    roll = draw(rng, (-math.pi, math.pi)) if any_roll else rng.normal(0.0, _LEVEL_SIGMA_RAD)
    away = min(height * math.tan(tilt), 8.0) if tilt < math.radians(80.0) else rng.uniform(3.0, 8.0)
    position = target_m - away * np.array([math.cos(azimuth), math.sin(azimuth)])
    inside = np.array(floor_size_m) / 2.0 - _WALL_M
    position = np.clip(position, -inside, inside)
    # A wall may have been in the way: look at the target again.
    azimuth = math.atan2(*(target_m - position)[::-1])
    if kind == "top":
        tilt = math.atan2(float(np.linalg.norm(target_m - position)), height)
    pose = Transform(look(tilt, azimuth, roll), np.array([*position, height]))
    return Camera("dataset", model, pose)


def look(tilt_rad: float, azimuth_rad: float, roll_rad: float) -> FloatArray:
    """Return factory_from_camera's rotation (3, 3): its columns are right, down and forward.

    Args:
        tilt_rad: of the optical axis from straight down.
        azimuth_rad: direction of the axis over the floor, from x towards y.
        roll_rad: about the axis; 0 keeps the image's x axis level.
    """
    c, s = math.cos(azimuth_rad), math.sin(azimuth_rad)
    forward = np.array([c * math.sin(tilt_rad), s * math.sin(tilt_rad), -math.cos(tilt_rad)])
    level = np.array([s, -c, 0.0])
    right = math.cos(roll_rad) * level + math.sin(roll_rad) * np.cross(forward, level)
    return np.column_stack([right, np.cross(forward, right), forward])


def random_size(settings: DatasetSettings, rng: np.random.Generator) -> tuple[int, int]:
    """Return a random (width, height) in [px]."""
    weights = np.array(settings.size_weights)
    return settings.sizes[int(rng.choice(len(weights), p=weights / weights.sum()))]


def random_model(
    view: ViewSettings, size: tuple[int, int], rng: np.random.Generator
) -> CameraModel:
    """Return intrinsics of a random lens; the whole image has rays.

    A lens whose distortion is not one-to-one over the image is drawn nearer to a pinhole.
    """
    half_angle = math.radians(draw(rng, view.hfov_deg)) / 2.0
    name, distortion = _random_distortion(rng)
    centre = (np.array(size) - 1.0) / 2.0 + rng.normal(0.0, _OFF_CENTRE * size[0], 2)
    aspect = 1.0 + rng.normal(0.0, 0.003)
    while True:
        edge = CameraModel(np.eye(3), distortion, name, size).project(
            [[math.sin(half_angle), 0.0, math.cos(half_angle)]]
        )[0, 0]
        if np.isfinite(edge):
            f = size[0] / 2.0 / edge
            K = np.array([[f, 0.0, centre[0]], [0.0, f * aspect, centre[1]], [0.0, 0.0, 1.0]])
            model = CameraModel(K, distortion, name, size)
            if np.isfinite(model.back_project(_border(size))).all():
                return model
        distortion = distortion * _LESS_DISTORTION


def _random_distortion(rng: np.random.Generator) -> tuple[str, FloatArray]:
    """Return a distortion model and its coefficients, mostly barrel as of wide lenses."""
    tangential = rng.normal(0.0, 5e-4, 2)
    k1 = rng.uniform(-0.33, 0.06)
    k2 = -0.35 * k1 * rng.uniform(0.5, 1.3)
    chance = rng.random()
    if chance < _EQUIDISTANT_FRACTION:
        return "equidistant", rng.normal(0.0, [0.03, 0.01, 0.003, 0.001])
    if chance < _EQUIDISTANT_FRACTION + _RATIONAL_FRACTION:
        below = np.array([rng.uniform(0.0, 0.15), rng.uniform(0.0, 0.03), 0.0])
        return "rational_polynomial", np.array([k1, k2, *tangential, 0.0, *below])
    return "plumb_bob", np.array([k1, k2, *tangential, rng.normal(0.0, 0.01)])


def _border(size: tuple[int, int]) -> FloatArray:
    """Pixels (N, 2) along the edge of an image; every pixel inside is nearer to the centre."""
    width, height = size
    u, v = np.linspace(-0.5, width - 0.5, 33), np.linspace(-0.5, height - 0.5, 33)
    ends = np.ones_like(u) * [[-0.5], [width - 0.5]], np.ones_like(v) * [[-0.5], [height - 0.5]]
    return np.concatenate(
        [np.column_stack([u, y]) for y in ends[1]] + [np.column_stack([x, v]) for x in ends[0]]
    )
