"""Normal distributions on the floor."""

import numpy as np

from gpss_pose_ros.types import FloatArray


def fuse(positions_m: FloatArray, covariances_m2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the covariance-weighted mean (2,) and its covariance (2, 2).

    Args:
        positions_m: (n, 2) in [m].
        covariances_m2: (n, 2, 2) in [m^2], positive definite.
    """
    information = np.linalg.inv(covariances_m2)
    fused = np.linalg.inv(information.sum(axis=0))
    fused = (fused + fused.T) / 2.0
    return fused @ np.einsum("nij,nj->i", information, positions_m), fused
