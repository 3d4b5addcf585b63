"""The rays along which cameras see the keypoints of everybody at one instant.

Angles instead of pixels: once a pixel is a ray, nothing after it needs to know the lens. Undoing
the distortion costs much, so that it is done once, for association and triangulation alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_rays import ray_directions
from gpss_pose_ros.types import FloatArray, FloorObservation

IntArray = npt.NDArray[np.intp]

_CAMERAS_AT_ONCE = 8
"""So that what is computed on stays in the processor's cache."""


@dataclass(frozen=True, eq=False)
class KeypointRays:
    """At most K keypoints of each of N observations.

    Coordinates come first, here and in all that is computed from it: numpy works along the last
    dimension, and is slow where that has only three places.

    Attributes:
        counts: (N,) how many keypoints an observation has.
        origins_m: (3, N) centres of projection, factory frame; NaN where the camera is not known.
        directions: (3, N, K) unit rays, factory frame; NaN where there is none.
        scores: (N, K); 0 beyond an observation's own keypoints.
        keypoint_sigmas: (N,) as the observations have them, of the longer side of the box.
        spans_rad: (N,) of the longer side of the box, between its ends; NaN where one has no ray.
        sides_rad: (N,) of the longer side of the box, were it in the middle of the image.
    """

    counts: IntArray
    origins_m: FloatArray
    directions: FloatArray
    scores: FloatArray
    keypoint_sigmas: FloatArray
    spans_rad: FloatArray
    sides_rad: FloatArray

    @classmethod
    def of(
        cls, observations: Sequence[FloorObservation], cameras: Mapping[str, Camera]
    ) -> "KeypointRays":
        """Back-project N observations, those of several cameras in one call.

        Args:
            observations: of one instant, in any order.
            cameras: by camera_id; observations of others have no rays.
        """
        counts = np.array([len(o.keypoint_scores) for o in observations], dtype=np.intp)
        pixels, scores = _padded(observations, counts)
        boxes = np.array([o.box_xyxy_px for o in observations]).reshape(-1, 4)
        targets = np.concatenate([pixels, _ends(boxes)], axis=1).transpose(2, 0, 1)
        origins = np.full((3, len(counts)), np.nan)
        radians = np.full(len(counts), np.nan)  # a pixel in the middle of the image
        by_camera: dict[str, list[int]] = {}
        for i, observation in enumerate(observations):
            by_camera.setdefault(observation.camera_id, []).append(i)
        seen = [(cameras[name], rows) for name, rows in by_camera.items() if name in cameras]
        for camera, rows in seen:
            origins[:, rows] = camera.position_m[:, None]
            radians[rows] = 1.0 / np.sqrt(camera.model.K[0, 0] * camera.model.K[1, 1])
        rays = _rays(seen, targets)
        return cls(
            counts,
            origins,
            rays[..., :-2],
            scores,
            np.array([o.keypoint_sigma for o in observations]),
            np.linalg.norm(rays[..., -1] - rays[..., -2], axis=0),
            (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0.0) * radians,
        )

    def only(self, rows: Sequence[int]) -> "KeypointRays":
        """Return the rays of some of the observations, in the order of `rows`."""
        chosen = np.asarray(rows, dtype=np.intp)
        return KeypointRays(
            self.counts[chosen],
            self.origins_m[:, chosen],
            self.directions[:, chosen],
            self.scores[chosen],
            self.keypoint_sigmas[chosen],
            self.spans_rad[chosen],
            self.sides_rad[chosen],
        )


def _rays(seen: Sequence[tuple[Camera, list[int]]], targets_px: FloatArray) -> FloatArray:
    """Return the rays (3, N, T) of pixels; NaN in rows that no camera sees.

    Args:
        seen: cameras with the rows that each sees.
        targets_px: (2, N, T).
    """
    rays = np.full((3, *targets_px.shape[1:]), np.nan)
    seen = sorted(seen, key=lambda of: len(of[1]))  # alike ones together: little is padded
    for start in range(0, len(seen), _CAMERAS_AT_ONCE):
        rows, there = _directions(seen[start : start + _CAMERAS_AT_ONCE], targets_px)
        rays[:, rows] = there
    return rays


def _directions(
    seen: Sequence[tuple[Camera, list[int]]], targets_px: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the rows that some cameras see, (n,), and the rays there, (3, n, T)."""
    sizes = np.array([len(rows) for _, rows in seen])
    rows = np.array([row for _, of in seen for row in of], dtype=np.intp)
    c, i = np.nonzero(np.arange(sizes.max()) < sizes[:, None])
    pixels = np.full((2, len(seen), sizes.max(), targets_px.shape[2]), np.nan)
    pixels[:, c, i] = targets_px[:, rows]
    rays = ray_directions([camera for camera, _ in seen], pixels.reshape(2, len(seen), -1))
    return rows, rays.reshape(3, *pixels.shape[1:])[:, c, i]


def _padded(
    observations: Sequence[FloorObservation], counts: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return pixels (N, K, 2) and scores (N, K), NaN and 0 beyond what an observation has."""
    shape = len(observations), int(counts.max(initial=0))
    pixels, scores = np.full((*shape, 2), np.nan), np.zeros(shape)
    for count in set(counts.tolist()):
        rows = np.flatnonzero(counts == count).tolist()
        pixels[rows, :count] = np.array([observations[i].keypoints_px for i in rows])
        scores[rows, :count] = np.array([observations[i].keypoint_scores for i in rows])
    return pixels, scores


def _ends(boxes_xyxy_px: FloatArray) -> FloatArray:
    """Return the ends (N, 2, 2) of the line through the middle of each box along its longer side.

    A box is taken to be a pixel large at least.
    """
    low, high = boxes_xyxy_px[:, :2], boxes_xyxy_px[:, 2:]
    sides = np.maximum(high - low, 1.0)
    along = sides >= sides.max(axis=1, keepdims=True)
    half = np.where(along, sides, 0.0) / 2.0
    middles = (low + high) / 2.0
    return np.stack([middles - half, middles + half], axis=1)
