"""Arrays that come from calibration files and messages."""

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import CalibrationError, InputError
from gpss_pose_ros.types import FloatArray, float_array


def calibration_array(value: npt.ArrayLike, name: str, shape: tuple[int | None, ...]) -> FloatArray:
    """Return a read-only float64 copy of `value`, checked for shape (None = any) and finiteness.

    Raises:
        CalibrationError: naming `name`, what was wanted and what was given.
    """
    try:
        array: FloatArray = float_array(value, name, shape).copy()
    except InputError as error:
        raise CalibrationError(str(error)) from error
    if not np.isfinite(array).all():
        raise CalibrationError(f"{name} must be finite, got {array.tolist()}")
    array.flags.writeable = False
    return array
