"""What a detector and a pose estimator would make of what a camera truly sees, with their errors.

T instants, P persons, N detections, K keypoints.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.crowd_sight import Mask, Sight
from gpss_pose_ros.fusion.score_law import error_factor
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.perception.skeleton import COCO17_FEET, Skeleton
from gpss_pose_ros.types import Detections, FloatArray, ImageArray, Poses2D

_SEEN_SCORES, _GUESSED_SCORES = (0.55, 0.95), (0.0, 0.4)
_SCORES = (0.4, 0.95)  # of detections, true and false: a detector cannot tell either


@dataclass(frozen=True)
class DetectionErrors:
    """What detector and pose estimator do wrong.

    Attributes:
        dropped: part of the detections that are missing, each for itself, in [0, 1].
        false: detections of nobody, as a part of the true ones.
        pixel_noise_px: standard deviation of keypoints and of the edges of boxes, unknown to the
            pipeline, in [px].
        keypoint_sigma: standard deviation of keypoints of the usual score, of the longer side of
            the box; others err as much as their score says.
        believed_sigma: what the pipeline takes keypoint_sigma for.
        box_sigma: standard deviation of each edge of a box, of the longer side.
        swapped: part of the poses whose left and right are confused.
        least_fraction: a person is found where at least so much of them is visible, in [0, 1].
    """

    dropped: float = 0.0
    false: float = 0.0
    pixel_noise_px: float = 0.0
    keypoint_sigma: float = 0.02
    believed_sigma: float = 0.02
    box_sigma: float = 0.03
    swapped: float = 0.02
    least_fraction: float = 0.2

    def __post_init__(self) -> None:
        require_finite(self, "detection errors")


def synthetic_poses(
    sight: Sight, errors: DetectionErrors, rng: np.random.Generator
) -> list[Poses2D]:
    """Return the poses a camera's images lead to, T in the order of the instants.

    A false detection is the pose of anybody at any instant, moved to anywhere in the image.
    """
    extents = (sight.boxes_xyxy_px[..., 2:] - sight.boxes_xyxy_px[..., :2]).max(axis=2)
    keypoints, scores = _keypoints(sight, extents, errors, rng)
    boxes = _boxes(sight, extents, errors, rng)
    found = np.isfinite(extents) & (sight.fractions >= errors.least_fraction)
    taken = found & (rng.random(found.shape) >= errors.dropped)
    anybody = np.argwhere(found)
    invented = rng.poisson(errors.false * found.sum(axis=1))
    poses = []
    for t, count in enumerate(invented):
        people = np.flatnonzero(taken[t])
        true = np.column_stack([np.full(len(people), t), people])
        false = anybody[rng.integers(len(anybody), size=count)] if count else anybody[:0]
        here = tuple(np.concatenate([true, false]).T)
        shifts = _shifts(sight, boxes[here], rng) * (np.arange(len(here[0])) >= len(true))[:, None]
        confidence = rng.uniform(*_SCORES, len(here[0]))
        found_here = Detections(boxes[here] + np.tile(shifts, 2), confidence)
        moved = keypoints[here] + shifts[:, None]
        poses.append(Poses2D(moved, scores[here], found_here, errors.believed_sigma))
    return poses


def _boxes(
    sight: Sight, extents_px: FloatArray, errors: DetectionErrors, rng: np.random.Generator
) -> FloatArray:
    """Return boxes (T, P, 4) with their errors."""
    spread = np.hypot(errors.box_sigma * extents_px, errors.pixel_noise_px)[..., None]
    return _in_image(
        sight, sight.boxes_xyxy_px + spread * rng.standard_normal((*spread.shape[:2], 4))
    )


def _shifts(sight: Sight, boxes_xyxy_px: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return shifts (N, 2) that take boxes (N, 4) to anywhere in the image."""
    room = np.array(sight.camera.model.size) - (boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2])
    shifts: FloatArray = rng.random(room.shape) * room - 0.5 - boxes_xyxy_px[:, :2]
    return shifts


def _keypoints(
    sight: Sight, extents_px: FloatArray, errors: DetectionErrors, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return keypoints (T, P, K, 2) and scores (T, P, K) with every error but the missing."""
    shape = sight.visible.shape
    seen, guessed = (rng.uniform(*r, shape) for r in (_SEEN_SCORES, _GUESSED_SCORES))
    scores = np.where(sight.visible, seen, guessed)
    usual = errors.keypoint_sigma * np.nan_to_num(extents_px)[..., None]
    spread = np.hypot(usual * error_factor(scores), errors.pixel_noise_px)[..., None]
    keypoints = sight.pixels_px + spread * rng.standard_normal((*shape, 2))
    _swap(keypoints, scores, rng.random(shape[:2]) < errors.swapped)
    return _in_image(sight, keypoints), scores


def _swap(keypoints: FloatArray, scores: FloatArray, which: Mask) -> None:
    order = np.arange(len(COCO17_FEET))
    for left, right in COCO17_FEET.flip_pairs:
        order[[left, right]] = right, left
    keypoints[which], scores[which] = keypoints[which][:, order], scores[which][:, order]


def _in_image(sight: Sight, pixels_px: FloatArray) -> FloatArray:
    """Clip x, y in the last axis to the image; an estimator does not look beyond it."""
    far = np.tile(np.array(sight.camera.model.size) - 0.5, pixels_px.shape[-1] // 2)
    clipped: FloatArray = np.clip(pixels_px, -0.5, far)
    return clipped


class SyntheticEyes:
    """A detector and pose estimator that sees what it is told to: `Detector`, `PoseEstimator`."""

    inference_ns = 0
    person_threshold = 0.0

    def __init__(self) -> None:
        self._poses: list[Poses2D] = []

    @property
    def skeleton(self) -> Skeleton:
        """The keypoints of simulated people."""
        return COCO17_FEET

    def show(self, poses: Sequence[Poses2D]) -> None:
        """Settle what is seen in the next images, one entry an image."""
        self._poses = list(poses)

    def detect(self, images: Sequence[ImageArray]) -> list[Detections]:
        """Return the persons in each image."""
        return [poses.detections for poses, _ in zip(self._poses, images, strict=True)]

    def estimate(
        self, images: Sequence[ImageArray], detections: Sequence[Detections]
    ) -> list[Poses2D]:
        """Return the poses in each image."""
        return [poses for poses, *_ in zip(self._poses, images, detections, strict=True)]
