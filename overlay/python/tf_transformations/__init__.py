"""Rotations and rigid motions: the part of ROS's `tf_transformations` that this project uses.

As upstream, a thin layer over `transforms3d`, so that the 24 axis sequences and every corner case
are the same numbers. Quaternions are (x, y, z, w); matrices are 4x4 and act on columns from the
left; angles are in radians; `axes` is `s` (fixed) or `r` (rotating axes) and three of x, y, z.
"""

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray
from transforms3d import affines, axangles, euler, quaternions

__all__ = [
    "concatenate_matrices",
    "euler_from_quaternion",
    "inverse_matrix",
    "quaternion_about_axis",
    "quaternion_from_euler",
    "quaternion_from_matrix",
    "quaternion_inverse",
    "quaternion_matrix",
    "quaternion_multiply",
    "quaternion_slerp",
    "rotation_matrix",
    "translation_matrix",
]

Quaternion = tuple[float, float, float, float]
Matrix = NDArray[np.float64]

_SAME = 4.0 * np.finfo(float).eps
"""Below this, two rotations are the same and slerp would divide by zero."""


def _wxyz(quaternion: Sequence[float]) -> Quaternion:
    x, y, z, w = quaternion
    return w, x, y, z


def _xyzw(quaternion: Sequence[float]) -> Quaternion:
    w, x, y, z = quaternion
    return x, y, z, w


def translation_matrix(direction: ArrayLike) -> Matrix:
    """Return the 4x4 matrix that moves by `direction` (3,)."""
    return affines.compose(direction, np.eye(3), np.ones(3))


def rotation_matrix(angle: float, direction: ArrayLike, point: ArrayLike | None = None) -> Matrix:
    """Return the 4x4 matrix that rotates about the axis `direction` (3,) through `point`."""
    return axangles.axangle2aff(direction, angle, point=point)


def concatenate_matrices(*matrices: ArrayLike) -> Matrix:
    """Return the product of the matrices from left to right; none gives the identity."""
    return reduce(np.dot, matrices, np.identity(4))


def inverse_matrix(matrix: ArrayLike) -> Matrix:
    """Return the inverse of a square matrix."""
    return np.linalg.inv(matrix)


def quaternion_from_euler(ai: float, aj: float, ak: float, axes: str = "sxyz") -> Quaternion:
    """Return the quaternion of three angles about `axes`; by default roll, pitch, yaw."""
    return _xyzw(euler.euler2quat(ai, aj, ak, axes=axes))


def euler_from_quaternion(
    quaternion: Sequence[float], axes: str = "sxyz"
) -> tuple[float, float, float]:
    """Return three angles about `axes` that make the rotation of `quaternion`."""
    return euler.mat2euler(quaternion_matrix(quaternion), axes=axes)


def quaternion_about_axis(angle: float, axis: ArrayLike) -> Quaternion:
    """Return the quaternion of a turn by `angle` about `axis` (3,) of any length."""
    return _xyzw(quaternions.axangle2quat(axis, angle))


def quaternion_matrix(quaternion: Sequence[float]) -> Matrix:
    """Return the 4x4 rotation matrix of a quaternion of any length."""
    return affines.compose(np.zeros(3), quaternions.quat2mat(_wxyz(quaternion)), np.ones(3))


def quaternion_from_matrix(matrix: ArrayLike) -> Quaternion:
    """Return the quaternion of the rotation in a 4x4 matrix."""
    return _xyzw(quaternions.mat2quat(affines.decompose(np.asarray(matrix))[1]))


def quaternion_multiply(quaternion1: Sequence[float], quaternion0: Sequence[float]) -> Quaternion:
    """Return the product: the rotation `quaternion0` followed by `quaternion1`."""
    return _xyzw(quaternions.qmult(_wxyz(quaternion1), _wxyz(quaternion0)))


def quaternion_inverse(quaternion: Sequence[float]) -> Matrix:
    """Return the inverse (4,) of a quaternion of any length but zero."""
    x, y, z, w = quaternion
    return np.array([-x, -y, -z, w]) / np.dot(quaternion, quaternion)


def quaternion_slerp(
    quat0: ArrayLike,
    quat1: ArrayLike,
    fraction: float,
    spin: int = 0,
    shortestpath: bool = True,
) -> Matrix:
    """Return the rotation (4,) at `fraction` of the way on the great arc from `quat0` to `quat1`.

    `spin` adds half turns; without `shortestpath` the signs of the quaternions decide the way.
    Source: K. Shoemake, Animating Rotation with Quaternion Curves, SIGGRAPH 1985.
    """
    start, end = (np.asarray(q, dtype=float) / np.linalg.norm(q) for q in (quat0, quat1))
    if fraction in (0.0, 1.0):
        return start if fraction == 0.0 else end
    cosine = float(np.dot(start, end))
    if abs(abs(cosine) - 1.0) < _SAME:
        return start
    if shortestpath and cosine < 0.0:
        cosine, end = -cosine, -end
    angle = math.acos(cosine) + spin * math.pi
    if abs(angle) < _SAME:
        return start
    weights = math.sin((1.0 - fraction) * angle), math.sin(fraction * angle)
    return (weights[0] * start + weights[1] * end) / math.sin(angle)
