"""Calibration files: read right, or refused with the file, the camera and the reason."""

import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import CalibrationError

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))
TURNED = "[3.141592653589793, 0.0, 0.0]"


def test_a_camera_that_looks_down_from_three_metres(calibration):
    cameras = read_calibration(calibration("cam_02", "cam_01"))
    assert list(cameras) == ["cam_02", "cam_01"]
    camera = cameras["cam_01"]
    np.testing.assert_allclose(camera.position_m, [0, 0, 3], atol=1e-9)
    np.testing.assert_allclose(camera.project([[0.3, 0.0, 0.0]]), [[369.5, 239.5]], atol=1e-6)
    assert camera.model.size == (640, 480)


def test_a_rotation_may_be_a_matrix(calibration):
    matrix = "[[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]"
    vector = read_calibration(calibration())["cam_01"]
    camera = read_calibration(calibration(replace=TURNED, by=matrix))["cam_01"]
    points = [[0.3, 0.2, 0.0], [-0.4, 0.1, 1.0]]
    np.testing.assert_allclose(camera.project(points), vector.project(points), atol=1e-9)


@pytest.mark.parametrize(
    ("distortions", "fisheye", "model"),
    [
        ("[0.0, 0.0, 0.0, 0.0]", "false", "plumb_bob"),
        ("[0.0, 0.0, 0.0, 0.0, 0.1]", "false", "plumb_bob"),
        ("[0.1, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0]", "false", "rational_polynomial"),
        ("[0.01, 0.0, 0.0, 0.0]", "true", "equidistant"),
    ],
)
def test_the_lens_model_follows_from_the_file(tmp_path, calibration, distortions, fisheye, model):
    path = calibration(replace="[0.0, 0.0, 0.0, 0.0]", by=distortions)
    path.write_text(path.read_text().replace("fisheye = false", f"fisheye = {fisheye}"))
    assert read_calibration(path)["cam_01"].model.model == model


@pytest.mark.parametrize("field", ["size", "matrix", "distortions", "rotation", "translation"])
def test_a_missing_field_is_named(calibration, field):
    path = calibration("cam_01", "cam_02", replace=f"{field} =", by="other =")
    with pytest.raises(CalibrationError, match=f"missing {field}") as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)
    assert "cam_01" in str(caught.value)


@pytest.mark.parametrize(
    ("replace", "by", "reason"),
    [
        (TURNED, "[[1.1, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]", "not orthonormal"),
        (TURNED, "[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]]", "reflection"),
        (TURNED, "[0.0, 0.0]", "rotation|reshape"),
        (TURNED, "[nan, 0.0, 0.0]", "finite"),
        ("[0.0, 0.0, 3.0]", "[0.0, 0.0, -3.0]", "under the floor"),
        ("[0.0, 0.0, 3.0]", '["a", "b", "c"]', "could not convert"),
        ("[[500.0, 0.0, 319.5]", "[[0.0, 0.0, 319.5]", "focal"),
        ("[640.0, 480.0]", "[640.0, 0.0]", "size"),
        ("[640.0, 480.0]", "[640.0]", "index|size"),
        ("[0.0, 0.0, 0.0, 0.0]", "[0.0, 0.0, 0.0]", "coefficients"),
    ],
)
def test_the_impossible_is_refused_with_file_camera_and_reason(calibration, replace, by, reason):
    path = calibration(replace=replace, by=by)
    with pytest.raises(CalibrationError, match=reason) as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)
    assert "cam_01" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[cam_01\nsize = 3", "not valid TOML"),
        (b"\xff\xfe\x00\x81", "not valid TOML"),
        (b"", "no camera"),
        (b"[metadata]\nerror = 0.1\n", "no camera"),
        (b"[cameras]\n0 = 3\n", "cam_0: not a table"),
    ],
)
def test_what_is_no_calibration_is_named(tmp_path, content, reason):
    path = tmp_path / "calib.toml"
    path.write_bytes(content)
    with pytest.raises(CalibrationError, match=reason) as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)


def test_two_cameras_of_one_name_are_refused(calibration):
    path = calibration("cam_01", "cam_02", replace='name = "cam_02"', by='name = "cam_01"')
    with pytest.raises(CalibrationError, match="two cameras called cam_01"):
        read_calibration(path)


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "calib.toml"
    with pytest.raises(CalibrationError, match=re.escape(str(path))):
        read_calibration(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"shared data is not here: {SHARED}")
def test_real_calibrations_agree_with_opencv():
    path = SHARED / "data" / "pose2sim_balancing" / "Calib_qualisys.toml"
    cameras = read_calibration(path)
    assert list(cameras) == ["cam_01", "cam_02", "cam_03", "cam_04"]
    point = np.array([[-1.5, 0.1, 0.8]])
    for camera in cameras.values():
        world = camera.camera_from_factory
        rotation, _ = cv2.Rodrigues(world.rotation)
        expected, _ = cv2.projectPoints(
            point, rotation, world.translation, camera.model.K, camera.model.distortion
        )
        np.testing.assert_allclose(camera.project(point), expected[0], atol=1e-6)
        assert camera.position_m[2] > 0.5


def test_nested_cameras_are_read(calibration):
    path = calibration("0", "3")
    path.write_text(path.read_text().replace("[0]", "[cameras.0]").replace("[3]", "[cameras.3]"))
    assert list(read_calibration(path)) == ["cam_0", "cam_3"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"shared data is not here: {SHARED}")
def test_a_real_calibration_in_a_board_s_frame_is_no_factory():
    path = SHARED / "data" / "caliscope_charuco" / "camera_array.toml"
    with pytest.raises(CalibrationError, match=r"cam_0 is at z = -0\.164 m, at or under"):
        read_calibration(path)
