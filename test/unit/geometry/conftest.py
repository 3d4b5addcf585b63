import os
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))

LENSES = {
    "pinhole": ("plumb_bob", []),
    "plumb_bob": ("plumb_bob", [-0.28, 0.09, 0.0012, -0.0008, -0.011]),
    "rational": ("rational_polynomial", [0.9, 0.3, 6e-4, -4e-4, 0.02, 1.2, 0.45, 0.05]),
    "prism": (
        "rational_polynomial",
        [0.4, 0.1, 6e-4, -4e-4, 0.02, 0.6, 0.2, 0.03, 1e-3, -5e-4, 8e-4, 3e-4],
    ),
    "tilted": (
        "rational_polynomial",
        [0.4, 0.1, 6e-4, -4e-4, 0.02, 0.6, 0.2, 0.03, 1e-3, -5e-4, 8e-4, 3e-4, 0.02, -0.03],
    ),
    "fisheye": ("equidistant", [-0.02, 0.004, -0.001, 2e-4]),
}


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip(f"shared data is not on this machine (looked at {SHARED})")
    return SHARED


@pytest.fixture(params=LENSES)
def model(request):
    name, coefficients = LENSES[request.param]
    K = [[700.0, 0.0, 636.2], [0.0, 705.0, 358.9], [0.0, 0.0, 1.0]]
    return CameraModel(K, coefficients, name, (1280, 720))


@pytest.fixture
def looking_down():
    """Build a camera at `position`, looking at `target`, image upright."""

    def build(model, position, target, camera_id="ceiling"):
        z = np.subtract(target, position).astype(float)
        z /= np.linalg.norm(z)
        x = np.cross(z, [0.0, 0.0, 1.0])
        x /= np.linalg.norm(x)
        rotation = np.column_stack([x, np.cross(z, x), z])
        return Camera(camera_id, model, Transform(rotation, np.array(position, dtype=float)))

    return build
