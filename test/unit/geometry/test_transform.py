import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.transform import Transform

QUARTER_TURN = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]


def test_a_quarter_turn_about_z_takes_x_to_y():
    for turn in (
        Transform.from_quaternion([0, 0, np.sqrt(0.5), np.sqrt(0.5)], [1, 2, 3]),
        Transform.from_rotation_vector([0, 0, np.pi / 2], [1, 2, 3]),
        Transform.from_matrix(np.column_stack([QUARTER_TURN, [1, 2, 3]])),
        Transform(QUARTER_TURN, [1, 2, 3]),
    ):
        np.testing.assert_allclose(turn.apply([[1, 0, 0]]), [[1, 3, 3]], atol=1e-15)


@pytest.mark.parametrize("axis", np.eye(3))
def test_quaternion_of_a_half_turn(axis):
    """w = 0: where the textbook formula divides by zero."""
    rotation, _ = cv2.Rodrigues(np.pi * axis)
    quaternion = Transform(rotation, np.zeros(3)).as_quaternion()
    np.testing.assert_allclose(np.abs(quaternion), [*axis, 0.0], atol=1e-8)


def test_small_drift_is_removed():
    transform = Transform(np.array(QUARTER_TURN) * 1.0003, np.zeros(3))
    np.testing.assert_allclose(transform.rotation, QUARTER_TURN, atol=1e-12)


@pytest.mark.parametrize(
    ("rotation", "message"),
    [
        (np.array(QUARTER_TURN) * 1.01, "differs from the identity by 0.0201"),
        (np.diag([1.0, 1.0, -1.0]), "reflection"),
        (np.zeros((3, 3)), "not orthonormal"),
        (np.full((3, 3), np.nan), "finite"),
        (np.eye(4), "shape"),
    ],
)
def test_what_is_no_rotation_is_refused(rotation, message):
    with pytest.raises(CalibrationError, match=message):
        Transform(rotation, np.zeros(3))


@pytest.mark.parametrize("quaternion", [[0, 0, 0, 0], [0, 0, 0, 2], [0, 0, 1], [0, 0, 0, np.nan]])
def test_what_is_no_unit_quaternion_is_refused(quaternion):
    with pytest.raises(CalibrationError, match="quaternion"):
        Transform.from_quaternion(quaternion, [0, 0, 0])


def test_a_projective_matrix_is_refused():
    with pytest.raises(CalibrationError, match="last row"):
        Transform.from_matrix(np.ones((4, 4)))
    with pytest.raises(CalibrationError, match="transform matrix"):
        Transform.from_matrix(7.0)


def test_nan_translation_is_refused():
    with pytest.raises(CalibrationError, match="translation"):
        Transform(np.eye(3), [0, np.nan, 0])
