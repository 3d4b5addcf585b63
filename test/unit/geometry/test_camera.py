import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform

K = [[700.0, 0.0, 640.0], [0.0, 705.0, 360.0], [0.0, 0.0, 1.0]]


@pytest.fixture
def camera(looking_down):
    return looking_down(CameraModel(K, [], "plumb_bob", (1280, 720)), (1, -4, 3), (2, 2, 0))


def test_the_target_is_in_the_middle_and_higher_points_are_higher_up(camera):
    target, above, right = camera.project([[2, 2, 0], [2, 2, 0.5], [2.5, 2, 0]])
    np.testing.assert_allclose(target, [640, 360], atol=1e-9)
    assert above[1] < target[1]
    assert right[0] > target[0]


def test_projection_matrix_is_the_projection_without_distortion(camera):
    points = np.random.default_rng(0).uniform((0, 0, 0), (4, 4, 2), (50, 3))
    homogeneous = np.column_stack([points, np.ones(50)]) @ camera.projection_matrix.T
    np.testing.assert_allclose(homogeneous[:, :2] / homogeneous[:, 2:], camera.project(points))


@pytest.mark.parametrize("scale", [1.0, -0.02])
def test_a_camera_is_recovered_from_its_projection_matrix(camera, scale):
    P = scale * camera.projection_matrix
    again = Camera.from_projection_matrix("again", P, (1280, 720))
    np.testing.assert_allclose(again.position_m, camera.position_m, atol=1e-9)
    np.testing.assert_allclose(again.model.K, camera.model.K, atol=1e-8)
    points = np.random.default_rng(0).uniform((0, 0, 0), (4, 4, 2), (50, 3))
    np.testing.assert_allclose(again.project(points), camera.project(points), atol=1e-8)


def test_decomposition_equals_opencv(camera):
    P = camera.projection_matrix
    K_cv, R_cv, centre = cv2.decomposeProjectionMatrix(P)[:3]
    again = Camera.from_projection_matrix("again", P, (1280, 720))
    np.testing.assert_allclose(again.model.K, K_cv / K_cv[2, 2], atol=1e-8)
    np.testing.assert_allclose(again.camera_from_factory.rotation, R_cv, atol=1e-9)
    np.testing.assert_allclose(again.position_m, (centre[:3] / centre[3])[:, 0], atol=1e-9)


def test_an_affine_projection_matrix_is_refused():
    P = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    with pytest.raises(CalibrationError, match="of far is of a camera at infinity"):
        Camera.from_projection_matrix("far", P, (1280, 720))


def test_an_inverted_camera_under_the_floor_is_refused_with_the_fix(camera, looking_down):
    good = looking_down(camera.model, (1, 6, 3), (2, 9, 0)).factory_from_camera
    with pytest.raises(CalibrationError, match=r"cam_7 .* probably inverted .*z = 3\.000 m"):
        Camera("cam_7", camera.model, good.inverse())


def test_a_camera_on_the_floor_is_refused(camera):
    with pytest.raises(CalibrationError, match=r"cam_7 is at z = 0\.000 m.*z axis point up"):
        Camera("cam_7", camera.model, Transform(np.eye(3), [1.0, 1.0, 0.0]))
