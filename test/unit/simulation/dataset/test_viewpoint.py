import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.simulation.dataset.viewpoint import look, random_camera

HALL_M = np.array([16.0, 12.0])


def cameras(settings, kind, count=40):
    for seed in range(count):
        rng = np.random.default_rng(seed)
        yield random_camera(kind, rng.uniform(-4.0, 4.0, 2), tuple(HALL_M), settings, rng)


def opencv_distorts(model, rays):
    points = rays[:, None] / rays[:, None, 2:]
    if model.model == "equidistant":
        return cv2.fisheye.projectPoints(
            points, np.zeros(3), np.zeros(3), model.K, model.distortion
        )[0][:, 0]
    return cv2.projectPoints(points, np.zeros(3), np.zeros(3), model.K, model.distortion)[0][:, 0]


@pytest.mark.parametrize("kind", ["top", "side"])
def test_cameras_keep_their_ranges(settings, kind):
    view = getattr(settings, kind)
    seen = set()
    for camera in cameras(settings, kind):
        *place, z = camera.position_m
        assert (np.abs(place) < HALL_M / 2).all()
        assert view.height_m[0] <= z <= view.height_m[1]
        forward = camera.factory_from_camera.rotation[:, 2]
        tilt = math.degrees(math.acos(-forward[2]))
        least = view.tilt_deg[0] if kind == "side" else 0.0
        assert least - 1e-6 <= tilt <= view.tilt_deg[1] + 1e-6
        seen.add((camera.model.model, camera.model.size))
    assert len({model for model, _ in seen}) == 3
    assert len({size for _, size in seen}) > 1


def test_a_top_camera_sees_its_target(settings):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        target = rng.uniform(-4.0, 4.0, 2)
        camera = random_camera("top", target, tuple(HALL_M), settings, rng)
        assert camera.model.contains(camera.project([[*target, 0.0]])).all()


def test_every_pixel_has_a_ray_that_opencv_projects_back(settings):
    for camera in (*cameras(settings, "top", 20), *cameras(settings, "side", 20)):
        width, height = camera.model.size
        u, v = np.meshgrid(np.linspace(0, width - 1, 9), np.linspace(0, height - 1, 9))
        pixels = np.column_stack([u.ravel(), v.ravel()])
        rays = camera.model.back_project(pixels)
        assert np.isfinite(rays).all()
        np.testing.assert_allclose(opencv_distorts(camera.model, rays), pixels, atol=1e-3)


@given(
    tilt=st.floats(0.0, math.pi),
    azimuth=st.floats(-math.pi, math.pi),
    roll=st.floats(-math.pi, math.pi),
)
def test_look_is_a_rotation_that_looks_where_it_is_told(tilt, azimuth, roll):
    R = look(tilt, azimuth, roll)
    np.testing.assert_allclose(R.T @ R, np.eye(3), atol=1e-12)
    assert np.linalg.det(R) == pytest.approx(1.0)
    assert R[2, 2] == pytest.approx(-math.cos(tilt), abs=1e-12)
    np.testing.assert_allclose(
        R[:2, 2], math.sin(tilt) * np.array([math.cos(azimuth), math.sin(azimuth)]), atol=1e-12
    )
    level = look(tilt, azimuth, 0.0)
    assert level[2, 0] == 0.0
    if 0.01 < tilt < math.pi - 0.01:
        assert level[2, 1] < 0.0  # the image's y axis points down
