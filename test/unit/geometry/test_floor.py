import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.floor import (
    Uncertainty,
    floor_points,
    project_to_plane,
    visible_floor,
)
from gpss_pose_ros.geometry.transform import Transform

EXACT = Uncertainty(pixel_px=0, height_m=0, camera_position_m=0, camera_rotation_rad=0)
PINHOLE = CameraModel([[800, 0, 640], [0, 800, 360], [0, 0, 1]], [], "plumb_bob", (1280, 720))
FISHEYE = CameraModel(
    [[400, 0, 640], [0, 400, 360], [0, 0, 1]], [-0.02, 0.004, -0.001, 2e-4], "fisheye", (1280, 720)
)
STRAIGHT_DOWN = Camera("down", PINHOLE, Transform(np.diag([1.0, -1.0, -1.0]), [2.0, 3.0, 4.0]))


def test_a_camera_looking_straight_down():
    """800 px focal length 4 m above the floor: 200 px per metre; 0.8 m higher, 250."""
    pixels = [[640, 360], [840, 360], [640, 560]]
    floor = project_to_plane(STRAIGHT_DOWN, pixels)
    np.testing.assert_allclose(floor, [[2, 3, 0], [3, 3, 0], [2, 2, 0]], atol=1e-12)
    raised = project_to_plane(STRAIGHT_DOWN, pixels, 0.8)
    np.testing.assert_allclose(raised, [[2, 3, 0.8], [2.8, 3, 0.8], [2, 2.2, 0.8]], atol=1e-12)


def test_each_pixel_may_have_its_own_height():
    points = project_to_plane(STRAIGHT_DOWN, [[840, 360], [840, 360]], [0.0, 0.8])
    np.testing.assert_allclose(points, [[3, 3, 0], [2.8, 3, 0.8]], atol=1e-12)


def test_covariance_of_a_camera_looking_straight_down():
    """5 mm a pixel; 1 m off axis, 1 m of height or depth is 1/4 m, and a tilt costs 4 + 1/4 m."""
    pixels = [[840.0, 360.0]]
    by_pixel = floor_points(STRAIGHT_DOWN, pixels, 2.0, 0.0, 0.0, EXACT)
    np.testing.assert_allclose(by_pixel.covariances_m2[0], np.diag([0.01**2, 0.01**2]), atol=1e-12)
    by_height = floor_points(STRAIGHT_DOWN, pixels, 0.0, 0.0, 0.04, EXACT)
    np.testing.assert_allclose(by_height.covariances_m2[0], np.diag([0.01**2, 0]), atol=1e-12)
    shifted = Uncertainty(0, 0, camera_position_m=0.04, camera_rotation_rad=0)
    by_position = floor_points(STRAIGHT_DOWN, pixels, uncertainty=shifted)
    expected = np.diag([0.04**2 * (1 + 1 / 16), 0.04**2])
    np.testing.assert_allclose(by_position.covariances_m2[0], expected, atol=1e-12)
    turned = Uncertainty(0, 0, camera_position_m=0, camera_rotation_rad=0.001)
    by_rotation = floor_points(STRAIGHT_DOWN, pixels, uncertainty=turned)
    expected = 1e-6 * np.diag([4.25**2, 4.0**2 + 1.0])
    np.testing.assert_allclose(by_rotation.covariances_m2[0], expected, atol=1e-12)


def test_what_is_not_given_comes_from_the_uncertainty():
    pixels = [[700.0, 500.0], [100.0, 300.0]]
    given = floor_points(STRAIGHT_DOWN, pixels, [2.0, 2.0], 0.09, [0.03, 0.03], EXACT)
    taken = floor_points(
        STRAIGHT_DOWN, pixels, height_m=0.09, uncertainty=Uncertainty(2.0, 0.03, 0, 0)
    )
    np.testing.assert_allclose(given.covariances_m2, taken.covariances_m2)


def tilted(model, tilt_deg, position=(0.5, -0.3, 4.0), yaw=0.4):
    """A camera tilted from straight down towards the horizon."""
    down = Transform(np.diag([1.0, -1.0, -1.0]), np.zeros(3))
    tilt = Transform.from_rotation_vector([np.deg2rad(tilt_deg), 0, 0], np.zeros(3))
    turn = Transform.from_rotation_vector([0, 0, yaw], np.array(position))
    return Camera("tilted", model, turn @ tilt @ down)


@pytest.mark.parametrize("model", [PINHOLE, FISHEYE], ids=["pinhole", "fisheye"])
@pytest.mark.parametrize("tilt_deg", [5, 35, 55])
def test_covariance_is_the_spread_of_a_monte_carlo_run(model, tilt_deg):
    """Every source of error sampled for itself, through the exact equations."""
    camera, pixel, height = tilted(model, tilt_deg), np.array([820.0, 430.0]), 0.09
    sigma = Uncertainty(2.0, 0.02, 0.01, 0.002)
    rng, n = np.random.default_rng(3), 20000
    pixels = pixel + rng.normal(0, sigma.pixel_px, (n, 2))
    rays = model.back_project(pixels) @ camera.factory_from_camera.rotation.T
    turns = rng.normal(0, sigma.camera_rotation_rad, (n, 3))
    rays = rays + np.cross(turns, rays)
    origins = camera.position_m + rng.normal(0, sigma.camera_position_m, (n, 3))
    heights = height + rng.normal(0, sigma.height_m, n)
    samples = origins + rays * ((heights - origins[:, 2]) / rays[:, 2])[:, None]

    first_order = floor_points(camera, pixel[None], height_m=height, uncertainty=sigma)
    np.testing.assert_allclose(first_order.positions_m[0], samples[:, :2].mean(axis=0), atol=5e-3)
    whitener = np.linalg.inv(np.linalg.cholesky(first_order.covariances_m2[0]))
    spread = np.cov((samples[:, :2] @ whitener.T).T)
    np.testing.assert_allclose(spread, np.eye(2), atol=0.06)


def numeric_jacobian(function, at, step):
    columns = [(function(at + d) - function(at - d)) / (2 * step) for d in step * np.eye(len(at))]
    return np.column_stack(columns)


def test_covariance_is_that_of_numeric_derivatives(model):
    camera = tilted(model, 30)
    pixel, sigma = np.array([400.0, 200.0]), Uncertainty(1.5, 0.03, 0.02, 0.004)

    def floor(u, v, height, dx, dy, dz, *turn):
        moved = Transform(np.eye(3), camera.position_m + np.array([dx, dy, dz]))
        turned = Transform.from_rotation_vector(turn, np.zeros(3))
        rotation = Transform(camera.factory_from_camera.rotation, np.zeros(3))
        wrong = Camera("wrong", model, moved @ turned @ rotation)
        return project_to_plane(wrong, [[u, v]], height)[0, :2]

    at = np.array([*pixel, 0.09, 0, 0, 0, 0, 0, 0])
    J = numeric_jacobian(lambda a: floor(*a), at, 1e-5)
    sigmas = [sigma.pixel_px] * 2 + [sigma.height_m]
    sigmas += [sigma.camera_position_m] * 3 + [sigma.camera_rotation_rad] * 3
    expected = J @ np.diag(np.square(sigmas)) @ J.T
    got = floor_points(camera, pixel[None], height_m=0.09, uncertainty=sigma)
    np.testing.assert_allclose(got.covariances_m2[0], expected, rtol=1e-5)


def test_at_and_above_the_horizon_is_nan():
    camera = tilted(PINHOLE, 90)
    points = project_to_plane(camera, [[640, 360.0], [640, 200], [640, 361]])
    assert np.isnan(points[:2]).all()
    assert np.isfinite(points[2]).all()
    floor = floor_points(camera, [[640, 200.0]])
    assert np.isnan(floor.positions_m).all()
    assert np.isnan(floor.covariances_m2).all()


def test_a_plane_at_or_above_the_camera_is_nan():
    up_and_down = [[640.0, 700.0], [640.0, 20.0]]
    for height in (4.0, 5.0):
        assert np.isnan(project_to_plane(tilted(PINHOLE, 90), up_and_down, height)).all()


def test_unknown_pixels_and_heights_are_nan_and_leave_others_alone():
    points = project_to_plane(STRAIGHT_DOWN, [[np.nan, 1], [640, 360], [640, 360]], [0, 0, np.nan])
    np.testing.assert_array_equal(np.isnan(points).all(axis=1), [True, False, True])


def test_no_pixels_give_no_points():
    floor = floor_points(STRAIGHT_DOWN, np.empty((0, 2)))
    assert floor.positions_m.shape == (0, 2)
    assert floor.covariances_m2.shape == (0, 2, 2)


def test_the_floor_a_camera_sees():
    """At 200 px a metre the image reaches 3.2 m right of the centre and 1.8 m ahead."""
    points = [[5.19, 3.0], [5.22, 3.0], [2.0, 4.79], [2.0, 4.82]]
    np.testing.assert_array_equal(visible_floor(STRAIGHT_DOWN, points), [True, False] * 2)
    assert not visible_floor(STRAIGHT_DOWN, [[5.19, 3.0]], height_m=1.0)[0]


@pytest.mark.parametrize("field", ["pixel_px", "height_m", "camera_position_m"])
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_impossible_uncertainty_is_refused(field, value):
    with pytest.raises(InputError, match=field):
        Uncertainty(**{field: value})
