"""NEES: errors measured by the covariances that were claimed for them."""

import numpy as np

from gpss_pose_ros.types import FloatArray


def nees(errors_m: FloatArray, covariances_m2: FloatArray) -> FloatArray:
    """Return (n,) normalised estimation errors squared (Bar-Shalom et al. 2001, 5.4.2).

    Where covariances tell the truth it is chi-square distributed, with a mean of 2 in the plane;
    more is overconfident, less is timid.

    Args:
        errors_m: (n, 2) estimate minus truth, in [m].
        covariances_m2: (n, 2, 2) positive definite, in [m^2].
    """
    scaled = np.linalg.solve(covariances_m2, errors_m[..., None])[..., 0]
    squared: FloatArray = (errors_m * scaled).sum(axis=1)
    return squared
