"""The points of people by which cameras are compared: keypoints, or the place under a box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.score_law import error_factor
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.geometry.views import BoolArray
from gpss_pose_ros.types import FloatArray, FloorObservation

_PIXEL_SIGMA_PX = 2.0


@dataclass(frozen=True, eq=False)
class PointViews:
    """M points of P people as C cameras see them.

    Attributes:
        cameras: C of them.
        pixels_px: (C, M, 2), NaN where a camera does not see the point.
        sigmas_px: (C, M) standard deviations of the pixels along u and v.
        person: (M,) whose point it is, 0 .. P - 1.
        on_floor: (M,) whether the point is known to lie on the floor.
    """

    cameras: tuple[Camera, ...]
    pixels_px: FloatArray
    sigmas_px: FloatArray
    person: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    on_floor: BoolArray

    def only(self, points: BoolArray) -> "PointViews":
        """Return the views of some of the points (M,)."""
        return PointViews(
            self.cameras,
            self.pixels_px[:, points],
            self.sigmas_px[:, points],
            self.person[points],
            self.on_floor[points],
        )


def point_views(
    groups: Sequence[Sequence[FloorObservation]],
    cameras: Mapping[str, Camera],
    twists: FloatArray,
    min_score: float,
    min_keypoint_sigma: float,
) -> PointViews:
    """Gather the keypoints of people; of those without any, the floor under each box.

    Args:
        groups: the observations of each person, at most one a camera.
        cameras: by camera_id; all of them, in the order of the result.
        twists: (C, 6) by which the cameras have moved: the points are looked at from there.
        min_score: keypoints below this are not used.
        min_keypoint_sigma: no keypoint is taken to be more exact than this, as a fraction of the
            longer side of its box, whatever its observation says.
    """
    row = {camera_id: c for c, camera_id in enumerate(cameras)}
    C, P = len(cameras), len(groups)
    K = max((len(m.keypoint_scores) for members in groups for m in members), default=0)
    pixels = np.full((C, P, K + 1, 2), np.nan)
    sigmas = np.ones((C, P, K + 1))
    for p, members in enumerate(groups):
        for m in members:
            c, k = row[m.camera_id], len(m.keypoint_scores)
            unsure = ~(m.keypoint_scores >= min_score) | np.isinf(m.keypoints_px).any(axis=1)
            pixels[c, p, :k] = np.where(unsure[:, None], np.nan, m.keypoints_px)
            errors = np.maximum(min_keypoint_sigma, _keypoint_errors(m))
            sigmas[c, p, :k] = np.hypot(_extent_px(m) * errors, _PIXEL_SIGMA_PX)
        if not np.isfinite(pixels[:, p]).all(axis=-1).any():
            for m in members:
                c = row[m.camera_id]
                pixels[c, p, K], sigmas[c, p, K] = _floor_pixel(m, cameras[m.camera_id])
    return PointViews(
        tuple(moved(camera, xi) for camera, xi in zip(cameras.values(), twists, strict=True)),
        pixels.reshape(C, -1, 2),
        sigmas.reshape(C, -1),
        np.repeat(np.arange(P), K + 1),
        np.tile(np.arange(K + 1) == K, P),
    )


def usual_error(observation: FloorObservation, min_score: float) -> float:
    """Return the median error of the keypoints used, as a fraction of the box's longer side."""
    used = observation.keypoint_scores >= min_score
    if not used.any():
        return observation.keypoint_sigma
    return float(np.median(_keypoint_errors(observation)[used]))


def moved(camera: Camera, twist: FloatArray) -> Camera:
    """Return a camera after a motion (6,): translation in [m], rotation in [rad], factory frame."""
    turn = Transform.from_rotation_vector(twist[3:], np.zeros(3)).rotation
    pose = camera.factory_from_camera
    there = Transform(turn @ pose.rotation, pose.translation + twist[:3])
    return Camera(camera.camera_id, camera.model, there)


def _keypoint_errors(observation: FloorObservation) -> FloatArray:
    """Return by how much each keypoint (K,) errs, as a fraction of the box's longer side."""
    return observation.keypoint_sigma * error_factor(observation.keypoint_scores)


def _extent_px(observation: FloorObservation) -> float:
    """Return the longer side of the box in [px]."""
    left, top, right, bottom = observation.box_xyxy_px.tolist()
    return float(max(right - left, bottom - top))


def _floor_pixel(observation: FloorObservation, camera: Camera) -> tuple[FloatArray, float]:
    """Return where the camera sees the person stand (2,), and how sure, in [px]."""
    pixels, jacobians = camera.project_with_jacobian([[*observation.position_m, 0.0]])
    J = jacobians[0, :, :2]
    variance = float(np.trace(J @ observation.covariance_m2 @ J.T)) / 2.0
    return pixels[0], max(variance, 1.0) ** 0.5
