"""Rotation matrices from angles, written out in scalars: a pose needs dozens of them per instant.

Body axes: x forward, y left, z up. Yaw turns left about z, pitch about y lowers what is in front,
roll about x raises the left side.
"""

import math

import numpy as np

from gpss_pose_ros.types import FloatArray

TAU = 2.0 * math.pi


def rotation(yaw: float, pitch: float = 0.0, roll: float = 0.0) -> FloatArray:
    """Return Rz(yaw) Ry(pitch) Rx(roll), (3, 3); angles in [rad]."""
    cy, sy = math.cos(yaw), math.sin(yaw)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cr, sr = math.cos(roll), math.sin(roll)
    return np.array(
        (
            (cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr),
            (sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr),
            (-sp, cp * sr, cp * cr),
        )
    )


def about(axis: FloatArray, angle: float) -> FloatArray:
    """Return the rotation (3, 3) by `angle` in [rad] about the unit vector `axis` (3,)."""
    turned: FloatArray = exponential(axis[None] * angle)[0]
    return turned


def exponential(vectors: FloatArray) -> FloatArray:
    """Return the rotations (N, 3, 3) of rotation vectors (N, 3) in [rad] (Rodrigues' formula)."""
    angle = np.sqrt((vectors * vectors).sum(axis=1))
    safe = np.maximum(angle, 1e-12)
    sine = (np.sin(angle) / safe)[:, None, None]
    cosine = ((1.0 - np.cos(angle)) / (safe * safe))[:, None, None]
    K = np.zeros((len(vectors), 3, 3))
    K[:, 2, 1], K[:, 0, 2], K[:, 1, 0] = vectors.T
    K[:, 1, 2], K[:, 2, 0], K[:, 0, 1] = -vectors.T
    result: FloatArray = np.eye(3) + sine * K + cosine * (K @ K)
    return result


def logarithm(rotations: FloatArray) -> FloatArray:
    """Return the rotation vectors (N, 3) in [rad] of rotations (N, 3, 3), angles below pi."""
    R = rotations
    axis = np.stack(
        (R[:, 2, 1] - R[:, 1, 2], R[:, 0, 2] - R[:, 2, 0], R[:, 1, 0] - R[:, 0, 1]), axis=1
    )
    sine = np.linalg.norm(axis, axis=1) / 2.0
    angle = np.arctan2(sine, (np.trace(R, axis1=1, axis2=2) - 1.0) / 2.0)
    scale = np.where(sine > 1e-9, angle / np.maximum(2.0 * sine, 1e-12), 0.5)
    result: FloatArray = axis * scale[:, None]
    return result


def wrapped(angle: float) -> float:
    """Return `angle` in [rad] within [-pi, pi)."""
    return (angle + math.pi) % TAU - math.pi


def smooth(fraction: float) -> float:
    """Return a ramp from 0 to 1 with no slope and no curvature at its ends (Perlin 2002)."""
    u = min(max(fraction, 0.0), 1.0)
    return u * u * u * (u * (6.0 * u - 15.0) + 10.0)
