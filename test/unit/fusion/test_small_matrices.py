"""Closed forms are the inverses that LAPACK finds."""

import numpy as np
import pytest

from gpss_pose_ros.fusion.small_matrices import inverse_2x2, inverse_3x3


def test_inverses_are_those_of_lapack():
    matrices = covariances(2)
    np.testing.assert_allclose(inverse_2x2(matrices), np.linalg.inv(matrices), rtol=1e-7, atol=1e-9)


def test_inverses_of_matrices_that_come_last_are_those_of_lapack():
    matrices = covariances(3)
    found = inverse_3x3(matrices.transpose(2, 3, 0, 1)).transpose(2, 3, 0, 1)
    np.testing.assert_allclose(found, np.linalg.inv(matrices), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_what_has_no_inverse_is_nan(value):
    assert np.isnan(inverse_2x2(np.full((4, 2, 2), value))).all()
    assert np.isnan(inverse_3x3(np.full((3, 3, 4), value))).all()


def covariances(size):
    factors = np.random.default_rng(0).normal(size=(4, 50, size, size))
    return factors @ factors.swapaxes(-1, -2) + 0.1 * np.eye(size)
