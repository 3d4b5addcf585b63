"""What tf_transformations promises: passes with the overlay and with the real package."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tf_transformations import (
    concatenate_matrices,
    euler_from_quaternion,
    inverse_matrix,
    quaternion_about_axis,
    quaternion_from_euler,
    quaternion_from_matrix,
    quaternion_inverse,
    quaternion_matrix,
    quaternion_multiply,
    quaternion_slerp,
    rotation_matrix,
    translation_matrix,
)

law = settings(derandomize=True, deadline=None)
angles = st.floats(-math.pi, math.pi)
vectors = arrays(float, 3, elements=st.floats(-10.0, 10.0))
directions = vectors.filter(lambda v: np.linalg.norm(v) > 0.1)
quaternions = (
    arrays(float, 4, elements=st.floats(-1.0, 1.0))
    .filter(lambda q: np.linalg.norm(q) > 0.1)
    .map(lambda q: q / np.linalg.norm(q))
)
ENDS = [f"{a}{b}{c}" for a in "xyz" for b in "xyz" for c in "xyz" if a != b != c]
AXES = [frame + end for frame in "sr" for end in ENDS]


def turn(axis: str, angle: float) -> np.ndarray:
    """Rotation about one axis, written out."""
    c, s = math.cos(angle), math.sin(angle)
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(actual, expected, atol=1e-9)


def same_rotation(p: object, q: object) -> None:
    """Compare quaternions up to their sign."""
    assert abs(abs(float(np.dot(p, q))) - 1.0) < 1e-9


def test_a_quarter_turn_to_the_left_is_xyzw() -> None:
    half = math.sqrt(0.5)
    close(quaternion_from_euler(0.0, 0.0, math.pi / 2), (0.0, 0.0, half, half))
    close(euler_from_quaternion((0.0, 0.0, half, half)), (0.0, 0.0, math.pi / 2))


@law
@given(angles, angles, angles)
def test_roll_pitch_yaw_turn_about_fixed_axes(roll: float, pitch: float, yaw: float) -> None:
    matrix = quaternion_matrix(quaternion_from_euler(roll, pitch, yaw))
    close(matrix[:3, :3], turn("z", yaw) @ turn("y", pitch) @ turn("x", roll))


@pytest.mark.parametrize("axes", AXES)
@settings(derandomize=True, deadline=None, max_examples=20)
@given(angles, angles, angles)
def test_every_axis_sequence(axes: str, ai: float, aj: float, ak: float) -> None:
    a, b, c = (turn(*pair) for pair in zip(axes[1:], (ai, aj, ak), strict=True))
    expected = c @ b @ a if axes[0] == "s" else a @ b @ c
    quaternion = quaternion_from_euler(ai, aj, ak, axes)
    close(quaternion_matrix(quaternion)[:3, :3], expected)
    again = quaternion_from_euler(*euler_from_quaternion(quaternion, axes), axes)
    np.testing.assert_allclose(abs(np.dot(again, quaternion)), 1.0, atol=1e-7)


@law
@given(quaternions, quaternions)
def test_products_of_quaternions_are_products_of_matrices(p: np.ndarray, q: np.ndarray) -> None:
    product = quaternion_matrix(quaternion_multiply(p, q))
    close(product, quaternion_matrix(p) @ quaternion_matrix(q))


@law
@given(quaternions, st.floats(0.1, 10.0))
def test_inverse_of_a_quaternion_of_any_length(q: np.ndarray, length: float) -> None:
    close(quaternion_multiply(length * q, quaternion_inverse(length * q)), (0.0, 0.0, 0.0, 1.0))


@law
@given(quaternions, vectors)
def test_matrix_to_quaternion_and_back(q: np.ndarray, position: np.ndarray) -> None:
    pose = concatenate_matrices(translation_matrix(position), quaternion_matrix(q))
    same_rotation(quaternion_from_matrix(pose), q)


@law
@given(angles, directions, vectors)
def test_rotation_about_an_axis_through_a_point(
    angle: float, axis: np.ndarray, point: np.ndarray
) -> None:
    about = rotation_matrix(angle, axis)
    close(about, quaternion_matrix(quaternion_about_axis(angle, axis)))
    close(about[:3, :3] @ axis, axis)
    close(np.trace(about), 2.0 + 2.0 * math.cos(angle))
    through = rotation_matrix(angle, axis, point)
    close(through @ [*point, 1.0], [*point, 1.0])
    close(through[:3, :3], about[:3, :3])


@law
@given(quaternions, vectors)
def test_matrices_concatenate_from_left_to_right_and_invert(
    q: np.ndarray, position: np.ndarray
) -> None:
    move, turned = translation_matrix(position), quaternion_matrix(q)
    pose = concatenate_matrices(move, turned)
    close(pose @ [0.0, 0.0, 0.0, 1.0], [*position, 1.0])
    close(concatenate_matrices(pose, inverse_matrix(pose)), np.eye(4))
    close(concatenate_matrices(), np.eye(4))


@law
@given(quaternions, quaternions, st.floats(0.0, 1.0))
def test_slerp_moves_evenly_and_takes_the_short_way(
    p: np.ndarray, q: np.ndarray, fraction: float
) -> None:
    between = quaternion_slerp(p, q, fraction)
    same_rotation(between, quaternion_slerp(-p, q, fraction))
    whole = math.acos(min(1.0, abs(float(np.dot(p, q)))))
    done = math.acos(min(1.0, abs(float(np.dot(p, between)))))
    assert done == pytest.approx(fraction * whole, abs=1e-6)


@law
@given(quaternions, quaternions)
def test_slerp_begins_and_ends_at_its_ends(p: np.ndarray, q: np.ndarray) -> None:
    close(quaternion_slerp(p, q, 0.0), p)
    close(quaternion_slerp(p, q, 1.0), q)
