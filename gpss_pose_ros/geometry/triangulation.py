"""Keypoints in space from several cameras."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.consensus import agreeing_cameras
from gpss_pose_ros.geometry.reprojection import Reprojection, refined
from gpss_pose_ros.geometry.uncertainty import Uncertainty
from gpss_pose_ros.geometry.views import BoolArray, Views
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class Triangulation:
    """K keypoints in the factory frame; NaN where fewer than min_cameras of C agree.

    Attributes:
        points_m: (K, 3) in [m].
        covariances_m2: (K, 3, 3) of the points, in [m^2].
        reprojection_px: (K,) mean reprojection error over the inliers, in [px].
        inliers: (K, C) the cameras the point was computed from.
    """

    points_m: FloatArray
    covariances_m2: FloatArray
    reprojection_px: FloatArray
    inliers: BoolArray


def triangulate(
    cameras: Sequence[Camera],
    keypoints_px: npt.ArrayLike,
    scores: npt.ArrayLike,
    max_reprojection_px: float = 15.0,
    min_score: float = 0.3,
    min_cameras: int = 2,
    *,
    refine: bool = False,
    pixel_sigma_px: npt.ArrayLike | None = None,
    uncertainty: Uncertainty | None = None,
) -> Triangulation:
    """Triangulate keypoints by the direct linear transform over the cameras that agree.

    Each camera's equations are weighted by its score. With `refine`, Gauss-Newton steps then
    minimise the weighted reprojection error itself, which, unlike the linear solution, does not
    depend on where the factory frame's origin lies; for errors of a few pixels the two differ by
    less than a millimetre at a few metres.

    Args:
        cameras: C of them.
        keypoints_px: (C, K, 2) of one person, as measured (not undistorted); NaN where unseen.
        scores: (C, K) in [0, 1].
        max_reprojection_px: largest mean reprojection error of cameras that agree.
        min_score: a camera whose score is lower does not count for that keypoint.
        min_cameras: fewest cameras that make a point, at least 2.
        refine: whether to minimise the reprojection error itself.
        pixel_sigma_px: standard deviation of the pixels, one number or (C, K); uncertainty's if
            None.
        uncertainty: of the calibration, for the covariances.

    Raises:
        InputError: shapes do not match, or min_cameras is below 2.
    """
    if min_cameras < 2:
        raise InputError(f"min_cameras must be at least 2, got {min_cameras}")
    views = Views.build(cameras, keypoints_px, scores, min_score)
    inliers = agreeing_cameras(views, max_reprojection_px, min_cameras)
    found = np.flatnonzero(inliers.any(axis=1))
    views, used = views.only(found), inliers[found]
    points = views.fit(used)
    if refine:
        points = refined(views, used, points)
    uncertainty = uncertainty or Uncertainty()
    sigma = uncertainty.pixel_px if pixel_sigma_px is None else pixel_sigma_px
    sigmas = np.broadcast_to(np.asarray(sigma, dtype=np.float64), inliers.T.shape)[:, found]
    reprojection = Reprojection.build(views, used, points)
    covariances = reprojection.covariances_m2(sigmas, uncertainty, linear=not refine)
    K = len(inliers)
    return Triangulation(
        _scattered(points, found, K),
        _scattered(covariances, found, K),
        _scattered(reprojection.mean_px, found, K),
        inliers,
    )


def _scattered(values: FloatArray, rows: npt.NDArray[np.intp], count: int) -> FloatArray:
    """Return (count, ...) with values in the given rows and NaN in all others."""
    scattered = np.full((count, *values.shape[1:]), np.nan)
    scattered[rows] = values
    return scattered
