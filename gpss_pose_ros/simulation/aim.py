"""Turns what one says about a camera (looks there, sees that wide) into what its maths needs."""

import math

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.types import FloatArray


def aimed(position_m: npt.ArrayLike, target_m: npt.ArrayLike, roll_rad: float = 0.0) -> Transform:
    """Return factory_from_camera of a camera at a point (3,) that looks at another.

    Its image is upright: x is level. Straight down, where that says nothing, the top of the image
    is towards y. `roll_rad` then turns the camera clockwise about its axis.

    Raises:
        CalibrationError: the two points are one.
    """
    position, forward = np.asarray(position_m, float), np.subtract(target_m, position_m)
    distance = float(np.linalg.norm(forward))
    if not distance > 0.0:
        raise CalibrationError(f"a camera at {position.tolist()} cannot look at itself")
    forward = forward / distance
    right = np.cross(forward, (0.0, 0.0, 1.0))
    length = float(np.linalg.norm(right))
    right = right / length if length > 1e-6 else np.array([1.0, 0.0, 0.0])
    down = np.cross(forward, right)
    c, s = math.cos(roll_rad), math.sin(roll_rad)
    return Transform(
        np.column_stack([c * right + s * down, c * down - s * right, forward]), position
    )


def focal_px(hfov_rad: float, distortion: FloatArray, model: str, width_px: int) -> float:
    """Return the focal length that makes the middle row of an image see `hfov_rad`, in [px].

    Raises:
        CalibrationError: such a lens does not see that wide.
    """
    half = hfov_rad / 2
    lens = CameraModel(np.eye(3), distortion, model, (width_px, 1))
    edge = float(lens.project([[math.sin(half), 0.0, math.cos(half)]])[0, 0])
    if not edge > 0.0:
        raise CalibrationError(
            f"a {model} lens with distortion {distortion.tolist()} does not see "
            f"{math.degrees(hfov_rad):g} degrees wide"
        )
    return width_px / 2 / edge
