"""Inverses of many small symmetric matrices at once: in closed form, far faster than LAPACK's."""

import numpy as np

from gpss_pose_ros.types import FloatArray


def inverse_2x2(matrices: FloatArray) -> FloatArray:
    """Invert symmetric matrices (..., 2, 2); NaN, not an error, for singular ones."""
    a, b, d = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    inverse = np.empty(matrices.shape)
    inverse[..., 0, 0], inverse[..., 1, 1] = d, a
    inverse[..., 0, 1] = inverse[..., 1, 0] = -b
    return _divided(inverse, a * d - b * b)


def inverse_3x3(matrices: FloatArray) -> FloatArray:
    """Invert symmetric matrices (..., 3, 3); NaN, not an error, for singular ones."""
    a, b, c = (matrices[..., 0, i] for i in range(3))
    d, e, f = matrices[..., 1, 1], matrices[..., 1, 2], matrices[..., 2, 2]
    inverse = np.empty(matrices.shape)
    inverse[..., 0, 0] = d * f - e * e
    inverse[..., 0, 1] = inverse[..., 1, 0] = c * e - b * f
    inverse[..., 0, 2] = inverse[..., 2, 0] = b * e - c * d
    inverse[..., 1, 1] = a * f - c * c
    inverse[..., 1, 2] = inverse[..., 2, 1] = b * c - a * e
    inverse[..., 2, 2] = a * d - b * b
    return _divided(inverse, (matrices[..., 0, :] * inverse[..., 0, :]).sum(axis=-1))


def _divided(adjugates: FloatArray, determinants: FloatArray) -> FloatArray:
    """Return adjugates / determinants, in place; NaN where the determinant is not above 0."""
    adjugates /= np.where(determinants > 0.0, determinants, np.nan)[..., None, None]
    return adjugates
