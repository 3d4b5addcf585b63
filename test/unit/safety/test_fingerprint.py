"""Fingerprints: of the same content the same, of another content another."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.calibrations import Calibrations
from gpss_pose_ros.safety.fingerprint import calibration_hash, configuration_hash

K = np.array([[600.0, 0, 320], [0, 600, 240], [0, 0, 1]])
MODEL = CameraModel(K, np.array([0.1, 0.0, 0.0, 0.0]), "plumb_bob", (640, 480))
DOWN = Transform(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 1.0, 4.0]))
CAMERA = Camera("a", MODEL, DOWN)


def test_a_configuration_is_named_by_the_beginning_of_its_sha256():
    assert configuration_hash(b"zones") == hashlib.sha256(b"zones").hexdigest()[:16]


def test_a_configuration_that_differs_in_a_byte_has_another_name():
    assert configuration_hash(b"zones") != configuration_hash(b"zones\n")


def test_a_calibration_is_named_by_16_hexadecimal_digits():
    name = calibration_hash([CAMERA])
    assert len(name) == 16
    assert int(name, 16)


def test_the_same_calibration_has_the_same_name_in_whatever_order():
    again = Camera("a", replace(MODEL, K=K.copy()), Transform(DOWN.rotation, DOWN.translation))
    other = replace(CAMERA, camera_id="b")
    assert calibration_hash([again, other]) == calibration_hash([other, CAMERA])


def test_0_and_minus_0_are_the_same():
    turned = Transform(DOWN.rotation, np.array([-0.0, 1.0, 4.0]))
    assert calibration_hash([replace(CAMERA, factory_from_camera=turned)]) == calibration_hash(
        [CAMERA]
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(CAMERA, camera_id="b"),
        replace(CAMERA, model=replace(MODEL, size=(640, 481))),
        replace(CAMERA, model=replace(MODEL, K=K + np.diag([1e-9, 0, 0]))),
        replace(CAMERA, model=replace(MODEL, distortion=np.array([0.1, 0.0, 0.0, 1e-9]))),
        replace(CAMERA, model=replace(MODEL, distortion=np.array([0.1, 0.0, 0.0, 0.0, 0.0]))),
        replace(CAMERA, model=replace(MODEL, model="equidistant")),
        replace(CAMERA, factory_from_camera=Transform(DOWN.rotation, [0.0, 1.0, 4.0 + 1e-9])),
        replace(
            CAMERA,
            factory_from_camera=Transform(np.diag([-1.0, 1.0, -1.0]), DOWN.translation),
        ),
    ],
    ids=["name", "size", "K", "distortion", "coefficients", "model", "position", "rotation"],
)
def test_any_difference_gives_another_name(other):
    assert calibration_hash([other]) != calibration_hash([CAMERA])
    assert calibration_hash([other, CAMERA]) != calibration_hash([CAMERA])


def test_calibrations_in_use_are_named_together():
    calibrations = Calibrations()
    assert calibrations.hash == calibration_hash([])
    calibrations.take(CAMERA)
    other = replace(CAMERA, camera_id="b")
    calibrations.take(other)
    assert calibrations.hash == calibration_hash([CAMERA, other])


def test_a_calibration_differs_only_from_another_one_of_the_same_camera():
    calibrations = Calibrations()
    moved = replace(CAMERA, factory_from_camera=Transform(DOWN.rotation, [0.0, 1.0, 4.1]))
    assert not calibrations.differ(CAMERA)
    calibrations.take(CAMERA)
    assert not calibrations.differ(CAMERA)
    assert not calibrations.differ(replace(moved, camera_id="b"))
    assert calibrations.differ(moved)
