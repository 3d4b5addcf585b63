"""Whether covariances tell the truth: how often an ellipse contains it."""

import numpy as np

from gpss_pose_ros.types import FloatArray

CHI2_95 = 5.991464547107979  # 95 % of a chi-square of 2 degrees of freedom: -2 ln 0.05


def ellipse_coverage(
    errors_m: FloatArray, covariances_m2: FloatArray, chi2: float = CHI2_95
) -> float | None:
    """Return the fraction of errors (n, 2) inside their ellipses, None where there is none.

    Args:
        errors_m: estimate minus truth, in [m].
        covariances_m2: (n, 2, 2), positive definite, in [m^2].
        chi2: squared Mahalanobis radius of the ellipse, by default that of 95 %.
    """
    if not len(errors_m):
        return None
    scaled = np.linalg.solve(covariances_m2, errors_m[..., None])[..., 0]
    return float(((errors_m * scaled).sum(axis=1) <= chi2).mean())
