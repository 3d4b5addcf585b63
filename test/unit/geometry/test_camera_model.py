import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.camera_model import CameraModel

K = [[700.0, 0.0, 640.0], [0.0, 705.0, 360.0], [0.0, 0.0, 1.0]]


def opencv_project(model, points):
    """The oracle."""
    if model.model == "equidistant":
        pixels, _ = cv2.fisheye.projectPoints(
            points[:, None], np.zeros(3), np.zeros(3), model.K.copy(), model.distortion.copy()
        )
    else:
        pixels, _ = cv2.projectPoints(
            points[:, None], np.zeros(3), np.zeros(3), model.K.copy(), model.distortion.copy()
        )
    return pixels[:, 0]


@pytest.fixture
def points():
    rng = np.random.default_rng(1)
    return rng.uniform((-2.4, -1.4, 2.5), (2.4, 1.4, 9.0), (300, 3))


def test_projection_equals_opencv(model, points):
    pixels = model.project(points)
    assert np.isfinite(pixels).all()
    np.testing.assert_allclose(pixels, opencv_project(model, points), atol=1e-8)


def test_opencv_projects_our_rays_back_to_their_pixels(model):
    u, v = np.meshgrid(np.linspace(-0.5, 1279.5, 33), np.linspace(-0.5, 719.5, 19))
    pixels = np.column_stack([u.ravel(), v.ravel()])
    rays = model.back_project(pixels)
    assert np.isfinite(rays).all()
    np.testing.assert_allclose(np.linalg.norm(rays, axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(opencv_project(model, 3.0 * rays), pixels, atol=1e-6)


def test_jacobian_is_the_derivative_of_projection(model, points):
    _, jacobian = model.project_with_jacobian(points)
    step = 1e-6
    for axis in range(3):
        d = np.zeros(3)
        d[axis] = step
        numeric = (model.project(points + d) - model.project(points - d)) / (2 * step)
        np.testing.assert_allclose(jacobian[:, :, axis], numeric, rtol=1e-5, atol=1e-3)


def test_jacobian_on_the_optical_axis(model):
    _, jacobian = model.project_with_jacobian([[0.0, 0.0, 2.0]])
    _, beside = model.project_with_jacobian([[1e-7, 1e-7, 2.0]])
    assert np.isfinite(jacobian).all()
    np.testing.assert_allclose(jacobian, beside, atol=1e-3)


def test_no_points_give_no_pixels(model):
    assert model.project(np.empty((0, 3))).shape == (0, 2)
    assert model.back_project(np.empty((0, 2))).shape == (0, 3)


def test_barrel_distortion_ends_where_its_radius_stops_growing():
    """x - 0.3 x^3 grows up to x = 1 / sqrt(0.9)."""
    model = CameraModel(K, [-0.3, 0.0, 0.0, 0.0], "plumb_bob", (1280, 720))
    limit = 1 / np.sqrt(0.9)
    inside, outside = model.project([[0.999 * limit, 0, 1], [1.001 * limit, 0, 1]])
    assert np.isfinite(inside).all()
    assert np.isnan(outside).all()
    edge = 640 + 700 * (limit - 0.3 * limit**3)
    rays = model.back_project([[edge - 0.5, 360.0], [edge + 0.5, 360.0]])
    assert 0.9 * limit < rays[0, 0] / rays[0, 2] < limit
    assert np.isnan(rays[1]).all()


def test_a_ray_beyond_the_pole_of_a_rational_model_is_nan():
    """1 / (1 - 0.25 r^2) has its pole at r = 2."""
    model = CameraModel(K, [0, 0, 0, 0, 0, -0.25, 0, 0], "rational_polynomial", (1280, 720))
    before, after = model.project([[1.99, 0, 1], [2.01, 0, 1]])
    assert np.isfinite(before).all()
    assert np.isnan(after).all()


def test_fisheye_ends_where_its_angle_stops_growing():
    """theta - 0.4 theta^3 grows up to theta = 1 / sqrt(1.2)."""
    model = CameraModel(K, [-0.4, 0, 0, 0], "fisheye", (1280, 720))
    limit = 1 / np.sqrt(1.2)
    angles = np.array([limit - 1e-3, limit + 1e-3])
    pixels = model.project(np.column_stack([np.sin(angles), 0 * angles, np.cos(angles)]))
    assert np.isfinite(pixels[0]).all()
    assert np.isnan(pixels[1]).all()
    edge = 640 + 700 * (limit - 0.4 * limit**3)
    rays = model.back_project([[edge - 0.1, 360.0], [edge + 0.1, 360.0]])
    assert np.isfinite(rays[0]).all()
    assert np.isnan(rays[1]).all()


def test_behind_and_beside_the_camera_is_nan(model):
    points = [[0.1, 0.2, -1.0], [0.1, 0.2, 0.0], [0.0, 0.0, 0.0], [np.nan, 0.0, 1.0]]
    assert np.isnan(model.project(points)).all()


def test_the_image_spans_half_a_pixel_around_its_pixel_centres(model):
    inside = [[-0.5, -0.5], [1279.5, 719.5], [0, 0]]
    outside = [[-0.51, 0], [0, 719.51], [1279.51, 0], [0, -0.51], [np.nan, 0]]
    assert model.contains(inside).all()
    assert not model.contains(outside).any()


def test_a_binned_pixel_lies_in_the_middle_of_its_block(model, points):
    binned = model.cropped_and_binned(binning_x=2, binning_y=4)
    assert binned.size == (640, 180)
    u, v = model.project(points).T
    np.testing.assert_allclose(
        binned.project(points), np.column_stack([(u - 0.5) / 2, (v - 1.5) / 4]), atol=1e-9
    )


def test_region_of_interest_is_cut_before_binning(model, points):
    cut = model.cropped_and_binned(100, 40, 640, 480, 2, 2)
    assert cut.size == (320, 240)
    block = np.array([[100.5, 40.5]])  # the first 2x2 block of the region
    np.testing.assert_allclose(cut.back_project([[0.0, 0.0]]), model.back_project(block), atol=1e-9)


def test_no_region_and_no_binning_change_nothing(model, points):
    same = model.cropped_and_binned()
    assert same.size == model.size
    np.testing.assert_allclose(same.project(points), model.project(points), atol=1e-9)


@pytest.mark.parametrize("roi", [(700, 0, 640, 480), (0, 400, 640, 480), (-1, 0, 10, 10)])
def test_a_region_outside_the_image_is_refused(roi):
    model = CameraModel(K, [], "plumb_bob", (1280, 720))
    with pytest.raises(CalibrationError, match="leaves the image of 1280x720"):
        model.cropped_and_binned(*roi)


def test_binning_everything_away_is_refused():
    model = CameraModel(K, [], "plumb_bob", (1280, 720))
    with pytest.raises(CalibrationError, match="size"):
        model.cropped_and_binned(binning_x=2000)


def test_letterbox_of_the_balancing_recording_has_bars_of_seven_pixels():
    full = CameraModel(K, [], "plumb_bob", (1088, 1920))
    boxed = full.letterboxed((1080, 1920))
    corners = full.back_project([[-0.5, -0.5], [1087.5, 1919.5]])
    first, last = boxed.project(corners)
    scale = 1080 / 1088
    bar = (1920 - scale * 1920) / 2
    assert 7.0 < bar < 7.1
    np.testing.assert_allclose(first, [-0.5, bar - 0.5], atol=1e-6)
    np.testing.assert_allclose(last, [1079.5, 1919.5 - bar], atol=1e-6)


def test_fisheye_is_another_name_of_equidistant():
    assert CameraModel(K, [0, 0, 0, 0], "fisheye", (4, 3)).model == "equidistant"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"K": np.zeros((3, 3))}, "not calibrated"),
        ({"K": np.full((3, 3), np.nan)}, "K must be finite"),
        ({"K": np.eye(4)}, "K must have shape"),
        ({"K": np.transpose(K)}, "transposed"),
        ({"K": [[700, 0, 1], [0, -700, 1], [0, 0, 1]]}, "fy = -700"),
        ({"model": "brown"}, "valid: plumb_bob, rational_polynomial, equidistant"),
        ({"distortion": [0, 0, 0]}, "takes 0 or 4 or 5 coefficients, got 3"),
        ({"distortion": [0, 0, np.inf, 0]}, "distortion must be finite"),
        ({"model": "equidistant", "distortion": []}, "takes 4 coefficients, got 0"),
        ({"model": "rational_polynomial", "distortion": [0] * 6}, "5 or 8 or 12 or 14"),
        ({"size": (0, 720)}, "size"),
        ({"size": (1280.5, 720)}, "whole pixels"),
        ({"size": None}, "size must be"),
    ],
)
def test_an_impossible_model_is_refused_by_name(change, message):
    good = {"K": K, "distortion": [0, 0, 0, 0], "model": "plumb_bob", "size": (1280, 720)}
    with pytest.raises(CalibrationError, match=message):
        CameraModel(**(good | change))


def test_a_model_does_not_change_with_the_array_it_was_built_from():
    matrix = np.array(K)
    model = CameraModel(matrix, [], "plumb_bob", (1280, 720))
    matrix[0, 0] = 1.0
    assert model.K[0, 0] == 700.0


def test_a_pole_does_not_disturb_the_middle_of_the_image():
    coefficients = [0, 0, 0, 0, 0, -0.277585463, 0, 1e-14]
    model = CameraModel(K, coefficients, "rational_polynomial", (1280, 720))
    rays = model.back_project([[640.0, 360.0], [500.0, 300.0]])
    np.testing.assert_allclose(model.project(2 * rays), [[640, 360], [500, 300]], atol=1e-9)
