"""The same keypoints as several cameras see them: the equations triangulation solves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray, float_array

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Views:
    """K keypoints seen by C cameras; a subset of the cameras is a mask (..., K, C).

    Attributes:
        cameras: C of them.
        pixels_px: (C, K, 2) as measured, distortion included.
        directions: (K, C, 3) unit rays in the factory frame, NaN where there is none.
        weights: (K, C); 0 where a camera does not see a keypoint.
        normal_matrices: (K, C, 4, 4) A^T A of each camera's two weighted equations A (X, 1) = 0.
    """

    cameras: Sequence[Camera]
    pixels_px: FloatArray
    directions: FloatArray
    weights: FloatArray
    normal_matrices: FloatArray

    @classmethod
    def build(
        cls,
        cameras: Sequence[Camera],
        keypoints_px: npt.ArrayLike,
        scores: npt.ArrayLike,
        min_score: float,
    ) -> "Views":
        """Build from pixels (C, K, 2) and scores (C, K), which become the weights.

        A camera sees a keypoint when its score reaches min_score and its pixel has a ray.
        """
        if not cameras:
            raise InputError("triangulation needs cameras, got none")
        pixels = float_array(keypoints_px, "keypoints_px", (len(cameras), None, 2))
        weights = float_array(scores, "scores", pixels.shape[:2]).T
        directions = np.stack(
            [camera.rays(view)[1] for camera, view in zip(cameras, pixels, strict=True)], axis=1
        )
        seen = (weights >= min_score) & (weights > 0.0) & np.isfinite(directions).all(axis=2)
        weights = np.where(seen, weights, 0.0)
        normal_matrices = np.stack(
            [
                _normal_matrices(camera, directions[:, c], weights[:, c])
                for c, camera in enumerate(cameras)
            ],
            axis=1,
        )
        return cls(cameras, pixels, directions, weights, normal_matrices)

    @property
    def seen(self) -> BoolArray:
        """Tell (K, C) which camera sees which keypoint."""
        seen: BoolArray = self.weights > 0.0
        return seen

    @cached_property
    def sines(self) -> FloatArray:
        """Sine of the angle between the rays of each two cameras, (K, C, C); 0 where unseen."""
        cosines = self.directions @ self.directions.transpose(0, 2, 1)
        both = self.seen[:, :, None] & self.seen[:, None, :]
        return np.where(both, np.sqrt(np.maximum(1.0 - cosines**2, 0.0)), 0.0)

    def only(self, keypoints: npt.NDArray[np.intp]) -> "Views":
        """Return the views of some of the keypoints, by index."""
        return Views(
            self.cameras,
            self.pixels_px[:, keypoints],
            self.directions[keypoints],
            self.weights[keypoints],
            self.normal_matrices[keypoints],
        )

    def fit(self, subset: BoolArray) -> FloatArray:
        """Return the points (..., K, 3) of subsets (..., K, C) by the direct linear transform.

        Minimises |A (X, 1)| over |(X, 1)| (Hartley and Zisserman, Multiple View Geometry, 12.2)
        as the smallest eigenvector of A^T A. NaN at infinity; nothing is
        said about how good a point is.
        """
        normal = np.einsum("...kc,kcij->...kij", subset.astype(np.float64), self.normal_matrices)
        homogeneous = np.linalg.eigh(normal)[1][..., 0]
        scale = homogeneous[..., 3:]
        points: FloatArray = homogeneous[..., :3] / np.where(np.abs(scale) > 1e-9, scale, np.nan)
        return points

    def errors_px(self, points_m: FloatArray) -> FloatArray:
        """Return reprojection errors (..., K, C); infinite behind a camera and where unseen."""
        flat = points_m.reshape(-1, 3)
        errors = np.empty((*points_m.shape[:-1], len(self.cameras)))
        for c, (camera, pixels) in enumerate(zip(self.cameras, self.pixels_px, strict=True)):
            offset = camera.project(flat).reshape(*points_m.shape[:-1], 2) - pixels
            errors[..., c] = np.hypot(offset[..., 0], offset[..., 1])
        return np.where(self.seen & np.isfinite(errors), errors, np.inf)


def _normal_matrices(camera: Camera, directions: FloatArray, weights: FloatArray) -> FloatArray:
    """Return A^T A (K, 4, 4) of one camera's rays (K, 3) and weights (K,); zero where unseen.

    A ray reaches its point p at depth 1. With J = d pixel / d point there, J (X - p) = 0 says that
    X reprojects to the measured pixel: to first order J (X - p) is that error times X's depth. For
    a pinhole these are the textbook's u P3 - P1 and v P3 - P2; distortion takes nothing more.
    """
    depth = directions @ camera.factory_from_camera.rotation[:, 2:]
    _, J = camera.project_with_jacobian(camera.position_m + directions / depth)
    A = np.concatenate([J, -J @ camera.position_m[:, None]], axis=2) * weights[:, None, None]
    A = np.where(weights[:, None, None] > 0.0, A, 0.0)
    normal: FloatArray = A.transpose(0, 2, 1) @ A
    return normal
