"""Short names for long things: the same content has the same, another content another one."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera

_DIGITS = 16


def configuration_hash(content: bytes) -> str:
    """Return the fingerprint of a file, 16 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def calibration_hash(cameras: Iterable[Camera]) -> str:
    """Return the fingerprint of intrinsics and extrinsics, in whatever order cameras come."""
    digest = hashlib.sha256()
    for camera in sorted(cameras, key=lambda camera: camera.camera_id):
        model, pose = camera.model, camera.factory_from_camera
        digest.update(f"{camera.camera_id!r} {model.model} {model.size}".encode())
        for array in (model.K, model.distortion, pose.rotation, pose.translation):
            digest.update(_content(array))
    return digest.hexdigest()[:_DIGITS]


def _content(array: npt.ArrayLike) -> bytes:
    """Return shape and values; 0 and -0 are the same value."""
    values = np.asarray(array, dtype="<f8") + 0.0
    return repr(values.shape).encode() + values.tobytes()
