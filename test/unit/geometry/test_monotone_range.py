import numpy as np
import pytest

from gpss_pose_ros.geometry.monotone_range import first_positive_root


@pytest.mark.parametrize(
    ("coefficients", "root"),
    [
        ([1.0], np.inf),
        ([1.0, 0.5, 0.2], np.inf),
        ([1.0, -0.5], 2.0),
        ([6.0, -5.0, 1.0], 2.0),
        ([1.0, 0.0, -0.25, 0.0], 2.0),
        ([1.0, -0.5, 1e-300], 2.0),
        ([1.0, 0.0, 5e-324], np.inf),
        ([-6.0, 5.0, -1.0], 2.0),
    ],
)
def test_first_positive_root(coefficients, root):
    assert first_positive_root(coefficients) == pytest.approx(root)
