"""Products and inverses of many small vectors and matrices at once, far faster than LAPACK's."""

import numpy as np

from gpss_pose_ros.types import FloatArray

_WRAPPED = np.ix_([0, 1, 2, 0, 1], [0, 1, 2, 0, 1])


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the scalar products (...) of vectors (3, ...); the coordinates come first."""
    products: FloatArray = np.einsum("i...,i...->...", a, b)
    return products


def inverse_2x2(matrices: FloatArray) -> FloatArray:
    """Invert symmetric matrices (..., 2, 2); NaN, not an error, for singular ones."""
    a, b, d = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    inverse = np.empty(matrices.shape)
    inverse[..., 0, 0], inverse[..., 1, 1] = d, a
    inverse[..., 0, 1] = inverse[..., 1, 0] = -b
    determinants = a * d - b * b
    inverse /= np.where(determinants > 0.0, determinants, np.nan)[..., None, None]
    return inverse


def inverse_3x3(matrices: FloatArray) -> FloatArray:
    """Invert symmetric matrices (3, 3, ...); NaN, not an error, for singular ones.

    The cofactor of row i and column j is m[i+1, j+1] m[i+2, j+2] - m[i+1, j+2] m[i+2, j+1], where
    the indices wrap around.
    """
    m = matrices[_WRAPPED]
    cofactors: FloatArray = m[1:4, 1:4] * m[2:5, 2:5] - m[1:4, 2:5] * m[2:5, 1:4]
    determinants = dot(matrices[0], cofactors[0])
    cofactors /= np.where(determinants > 0.0, determinants, np.nan)
    return cofactors
