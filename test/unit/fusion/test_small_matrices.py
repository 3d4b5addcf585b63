"""Closed forms are the inverses that LAPACK finds."""

import numpy as np
import pytest

from gpss_pose_ros.fusion.small_matrices import inverse_2x2, inverse_3x3


@pytest.mark.parametrize(("inverse", "size"), [(inverse_2x2, 2), (inverse_3x3, 3)])
def test_inverses_are_those_of_lapack(inverse, size):
    factors = np.random.default_rng(0).normal(size=(4, 50, size, size))
    matrices = factors @ factors.swapaxes(-1, -2) + 0.1 * np.eye(size)
    np.testing.assert_allclose(inverse(matrices), np.linalg.inv(matrices), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("inverse", "size"), [(inverse_2x2, 2), (inverse_3x3, 3)])
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_what_has_no_inverse_is_nan(inverse, size, value):
    assert np.isnan(inverse(np.full((3, size, size), value))).all()
