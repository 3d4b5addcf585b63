"""Laws of floor points: they reproject, move with the world, and are never surer than allowed."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.floor import Uncertainty, floor_points, project_to_plane, visible_floor
from gpss_pose_ros.geometry.transform import Transform

lawful = settings(derandomize=True, deadline=None, max_examples=80)
K = [[600, 0, 640], [0, 600, 360], [0, 0, 1]]
MODELS = [
    CameraModel(K, [-0.2, 0.05, 1e-3, -1e-3, 0], "plumb_bob", (1280, 720)),
    CameraModel(K, [0.3, 0.1, 0, 0, 0, 0.4, 0.1, 0], "rational_polynomial", (1280, 720)),
    CameraModel(K, [-0.02, 0.003, 0, 0], "equidistant", (1280, 720)),
]


def numbers(low, high):
    return st.floats(low, high, allow_nan=False)


@st.composite
def cameras(draw):
    """Cameras 2 to 12 m high, tilted from straight down to past the horizon."""
    down = Transform(np.diag([1.0, -1.0, -1.0]), np.zeros(3))
    tilt = Transform.from_rotation_vector([draw(numbers(0, 2.0)), 0, 0], np.zeros(3))
    position = [draw(numbers(-9, 9)), draw(numbers(-9, 9)), draw(numbers(2, 12))]
    turn = Transform.from_rotation_vector([0, 0, draw(numbers(-3, 3))], position)
    return Camera("c", draw(st.sampled_from(MODELS)), turn @ tilt @ down)


pixels = st.lists(
    st.tuples(numbers(-0.5, 1279.5), numbers(-0.5, 719.5)), min_size=1, max_size=8
).map(np.array)
heights = numbers(0, 1.5)
uncertainties = st.builds(
    Uncertainty, numbers(0.5, 8), numbers(0, 0.1), numbers(0, 0.05), numbers(0, 0.01)
)


@lawful
@given(cameras(), pixels, heights)
def test_points_lie_on_the_plane_and_reproject_to_their_pixels(camera, p, height):
    points = project_to_plane(camera, p, height)
    known = np.isfinite(points).all(axis=1)
    np.testing.assert_array_equal(known, ~np.isnan(points).all(axis=1))
    assert (points[known, 2] == height).all()
    near = known & (np.linalg.norm(points - camera.position_m, axis=1) < 1e3)
    np.testing.assert_allclose(camera.project(points[near]), p[near], atol=1e-5)


@lawful
@given(cameras(), pixels, heights)
def test_what_does_not_look_down_has_no_floor(camera, p, height):
    _, directions = camera.rays(p)
    points = project_to_plane(camera, p, height)
    assert np.isnan(points[~(directions[:, 2] < 0)]).all()
    assert np.isfinite(points[directions[:, 2] < -1e-5]).all()


@lawful
@given(cameras(), pixels, heights)
def test_the_floor_under_a_pixel_is_visible(camera, p, height):
    points = project_to_plane(camera, 1 + 0.99 * p, height)
    near = np.linalg.norm(points - camera.position_m, axis=1) < 1e3
    assert visible_floor(camera, points[near, :2], height).all()


@lawful
@given(cameras(), pixels, heights, uncertainties, numbers(-3, 3), numbers(-20, 20))
def test_floor_points_move_with_the_world(camera, p, height, sigma, angle, shift):
    move = Transform.from_rotation_vector([0, 0, angle], [shift, -shift / 2, 0])
    moved = replace(camera, factory_from_camera=move @ camera.factory_from_camera)
    here = floor_points(camera, p, height_m=height, uncertainty=sigma)
    there = floor_points(moved, p, height_m=height, uncertainty=sigma)
    near = np.linalg.norm(here.positions_m - camera.position_m[:2], axis=1) < 100
    R = move.rotation[:2, :2]
    expected = here.positions_m[near] @ R.T + move.translation[:2]
    np.testing.assert_allclose(there.positions_m[near], expected, atol=1e-6)
    rotated = R @ here.covariances_m2[near] @ R.T
    scale = np.abs(rotated).max(initial=1e-12)
    np.testing.assert_allclose(there.covariances_m2[near] / scale, rotated / scale, atol=1e-6)


@lawful
@given(
    cameras(),
    pixels,
    heights,
    uncertainties,
    st.sampled_from(["pixel_px", "height_m", "camera_position_m", "camera_rotation_rad"]),
)
def test_covariances_are_positive_and_grow_with_every_sigma(camera, p, height, sigma, name):
    less = floor_points(camera, p, height_m=height, uncertainty=sigma)
    grown = replace(sigma, **{name: 1.5 * getattr(sigma, name) + 1e-3})
    more = floor_points(camera, p, height_m=height, uncertainty=grown)
    known = np.isfinite(less.positions_m).all(axis=1)
    assert np.isfinite(less.covariances_m2[known]).all()
    less_m2, more_m2 = less.covariances_m2[known], more.covariances_m2[known]
    traces = np.trace(more_m2, axis1=1, axis2=2)
    assert (np.linalg.eigvalsh(less_m2)[:, 0] > 0).all() or (traces > 1e6).any()
    growth = np.linalg.eigvalsh(more_m2 - less_m2)
    assert (growth[:, 0] >= -1e-9 * traces).all()
    straight_below = np.linalg.norm(less.positions_m[known] - camera.position_m[:2], axis=1) < 1e-3
    assert ((growth[:, 1] > 0) | straight_below).all()
