"""Rays of many cameras at once are those of each camera."""

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.camera_rays import projections, ray_directions

LENSES = [
    ("plumb_bob", []),
    ("plumb_bob", [-0.28, 0.09, 0.0012, -0.0008, -0.011]),
    ("equidistant", [-0.02, 0.004, -0.001, 2e-4]),
    ("rational_polynomial", [0.9, 0.3, 6e-4, -4e-4, 0.02, 1.2, 0.45, 0.05]),
    (
        "rational_polynomial",
        [0.4, 0.1, 6e-4, -4e-4, 0.02, 0.6, 0.2, 0.03, 1e-3, -5e-4, 8e-4, 3e-4, 0.02, -0.03],
    ),
]
"""From none to thin prisms on a tilted sensor."""


@pytest.fixture
def cameras(looking_down):
    """One of each lens, each with its own focal length, skew and place."""
    built = []
    for n, (name, coefficients) in enumerate(LENSES):
        K = [[600.0 + 20.0 * n, 3.0 * n, 636.2], [0.0, 705.0, 358.9 + n], [0.0, 0.0, 1.0]]
        model = CameraModel(K, coefficients, name, (1280, 720))
        built.append(looking_down(model, (n, -4.0, 3.0), (2.0, n, 0.0)))
    return built


def pixels(count):
    """Some outside the image, some where no lens sees anything, some missing."""
    drawn = np.random.default_rng(4).uniform((-300, -300), (1580, 1020), (count, 40, 2))
    drawn[:, :3] *= 100.0
    drawn[:, 3:6] = np.nan
    return drawn


def test_rays_are_those_of_each_camera_whatever_its_lens(cameras):
    asked = pixels(len(cameras))
    together = ray_directions(cameras, asked.transpose(2, 0, 1))
    alone = np.array([c.rays(seen)[1] for c, seen in zip(cameras, asked, strict=True)])
    np.testing.assert_allclose(together.transpose(1, 2, 0), alone, atol=1e-12)
    assert np.isfinite(together).any(axis=(0, 2)).all()


@pytest.mark.parametrize("fisheye", [True, False])
def test_nor_does_it_matter_whether_all_have_the_same_kind_of_lens(cameras, fisheye):
    alike = [camera for camera in cameras if (camera.model.model == "equidistant") == fisheye]
    asked = pixels(len(alike))
    together = ray_directions(alike, asked.transpose(2, 0, 1))
    alone = np.array([c.rays(seen)[1] for c, seen in zip(alike, asked, strict=True)])
    np.testing.assert_allclose(together.transpose(1, 2, 0), alone, atol=1e-12)


@pytest.mark.parametrize("count", [3, 5])
def test_projections_are_those_of_each_camera(cameras, count):
    points = np.random.default_rng(5).uniform((-6, -9, -2), (6, 9, 4), (60, 3))
    together = projections(cameras[-count:], points.T)
    alone = np.array([camera.project(points) for camera in cameras[-count:]])
    np.testing.assert_allclose(together.transpose(1, 2, 0), alone, rtol=1e-9)
    assert np.isnan(alone).any()
    assert np.isfinite(alone).any()


def test_no_pixels_have_no_rays(cameras):
    assert ray_directions(cameras, np.empty((2, len(cameras), 0))).shape == (3, len(cameras), 0)


def test_pixels_of_other_cameras_are_refused(cameras):
    with pytest.raises(InputError, match="pixels_px must have shape"):
        ray_directions(cameras, np.zeros((2, 1, 5)))
