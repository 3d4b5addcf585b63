"""How well points reproject to the keypoints they were triangulated from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gpss_pose_ros.geometry.uncertainty import Uncertainty
from gpss_pose_ros.geometry.views import BoolArray, Views
from gpss_pose_ros.types import FloatArray

_MAX_STEPS = 5  # of Gauss-Newton, which starts millimetres from the minimum


@dataclass(frozen=True, eq=False)
class Reprojection:
    """Reprojection of K points into C cameras, linearised; 0 where a camera is not used.

    Attributes:
        views: what was measured.
        points_m: (K, 3) in the factory frame.
        residuals_px: (C, K, 2) measured minus reprojected.
        jacobians: (C, K, 2, 3) d pixel / d point in [px/m].
        weights: (C, K).
    """

    views: Views
    points_m: FloatArray
    residuals_px: FloatArray
    jacobians: FloatArray
    weights: FloatArray

    @classmethod
    def build(cls, views: Views, used: BoolArray, points_m: FloatArray) -> "Reprojection":
        """Reproject points (K, 3) into the cameras used (K, C)."""
        projected = [camera.project_with_jacobian(points_m) for camera in views.cameras]
        residuals = views.pixels_px - np.stack([pixels for pixels, _ in projected])
        jacobians = np.stack([jacobian for _, jacobian in projected])
        mask = used.T
        return cls(
            views,
            points_m,
            np.where(mask[:, :, None], residuals, 0.0),
            np.where(mask[:, :, None, None], jacobians, 0.0),
            np.where(mask, views.weights.T, 0.0),
        )

    @property
    def mean_px(self) -> FloatArray:
        """Mean reprojection error (K,) over the cameras used."""
        errors = np.hypot(self.residuals_px[..., 0], self.residuals_px[..., 1])
        mean: FloatArray = errors.sum(axis=0) / (self.weights > 0.0).sum(axis=0)
        return mean

    @cached_property
    def cost(self) -> FloatArray:
        """Weighted sum of squared errors (K,)."""
        cost: FloatArray = (self.weights**2 * (self.residuals_px**2).sum(axis=2)).sum(axis=0)
        return cost

    def gauss_newton_step(self) -> FloatArray:
        """Return the points (K, 3) that would minimise the cost if reprojection were linear."""
        gradient = np.einsum("ck,ckiu,cki->ku", self.weights**2, self.jacobians, self.residuals_px)
        step = np.linalg.solve(_normal(self.jacobians, self.weights), gradient[:, :, None])
        moved: FloatArray = self.points_m + step[:, :, 0]
        return moved

    def covariances_m2(
        self, pixel_sigmas_px: FloatArray, uncertainty: Uncertainty, linear: bool
    ) -> FloatArray:
        """Return the covariances (K, 3, 3) of the points, for pixel sigmas (C, K).

        A point that minimises sum w^2 |r|^2 moves with the pixels u by H^-1 sum w^2 J^T du, with
        H = sum w^2 J^T J. Hence, with S the covariance of a pixel (`Uncertainty.in_image`),

            covariance = H^-1 (sum w^4 J^T S J) H^-1

        The residuals of a `linear` solution are pixels times depth: its w is weight times depth.
        """
        J, w, cameras = self.jacobians, self.weights, self.views.cameras
        if linear:
            w = w * np.stack([c.camera_from_factory.apply(self.points_m)[:, 2] for c in cameras])
        S = np.stack(
            [
                uncertainty.in_image(camera, self.points_m, jacobians, sigmas)
                for camera, jacobians, sigmas in zip(cameras, J, pixel_sigmas_px, strict=True)
            ]
        )
        spread = np.einsum("ck,ckuv->kuv", w**4, J.transpose(0, 1, 3, 2) @ S @ J)
        H_inverse = np.linalg.inv(_normal(J, w))
        covariances = H_inverse @ spread @ H_inverse
        symmetric: FloatArray = (covariances + covariances.transpose(0, 2, 1)) / 2
        return symmetric


def refined(views: Views, used: BoolArray, points_m: FloatArray) -> FloatArray:
    """Return the points (K, 3) after Gauss-Newton steps on the cost, each taken while it falls."""
    current = Reprojection.build(views, used, points_m)
    points, cost = points_m, current.cost
    for _ in range(_MAX_STEPS):
        current = Reprojection.build(views, used, current.gauss_newton_step())
        better = current.cost < cost
        if not better.any():
            break
        points = np.where(better[:, None], current.points_m, points)
        cost = np.where(better, current.cost, cost)
    return points


def _normal(jacobians: FloatArray, weights: FloatArray) -> FloatArray:
    """Return sum over cameras of w^2 J^T J, (K, 3, 3)."""
    weighted = jacobians * weights[:, :, None, None]
    normal: FloatArray = (weighted.transpose(0, 1, 3, 2) @ weighted).sum(axis=0)
    return normal
