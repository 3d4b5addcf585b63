"""How well networks see the persons of a dataset, image by image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gpss_pose_ros.evaluation.average_precision import (
    ImageSimilarity,
    average_precision,
    keypoint_statistics,
)
from gpss_pose_ros.evaluation.dataset_images import AnnotatedImage
from gpss_pose_ros.evaluation.oks import object_keypoint_similarity
from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.perception.pose_estimator import PoseEstimator
from gpss_pose_ros.perception.skeleton import COCO17_FEET, Skeleton
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.types import Detections, FloatArray, Poses2D

VIEWS = ("top", "side")
_OVERLAP = (0.5,)
_MAX_BOXES = 100
_FOOT_PARTS = ("ankle", "heel", "big_toe", "small_toe")
_GOALS = {"top_oks_ap": 0.80}


@dataclass(frozen=True, eq=False)
class ImageResult:
    """What the networks made of one image.

    Attributes:
        view: "top" or "side".
        boxes: detections against true boxes, similarity is IoU.
        poses: poses in detected boxes against true ones, similarity is OKS.
        poses_in_true_boxes: the same with the true boxes in place of detected ones.
        feet_px: (n,) distances of visible ankles, heels and toes, in true boxes, in [px].
    """

    view: str
    boxes: ImageSimilarity
    poses: ImageSimilarity
    poses_in_true_boxes: ImageSimilarity
    feet_px: FloatArray


def look_at(image: AnnotatedImage, detector: Detector, estimator: PoseEstimator) -> ImageResult:
    """Detect everybody and estimate poses, in the boxes detected and in the true ones."""
    pixels = image.pixels()
    (detections,) = detector.detect([pixels])
    given = Detections(image.truth.boxes_xyxy_px, np.ones(len(image.truth)))
    (poses,) = estimator.estimate([pixels], [detections])
    (poses_given,) = estimator.estimate([pixels], [given])
    iou = intersection_over_union(detections.boxes_xyxy_px, image.truth.boxes_xyxy_px)
    return ImageResult(
        image.view,
        _similarity(image, iou, detections.scores, detections),
        _pose_similarity(image, poses, estimator.skeleton),
        _pose_similarity(image, poses_given, estimator.skeleton),
        _feet_px(image, poses_given, estimator.skeleton),
    )


def dataset_figures(results: Sequence[ImageResult]) -> tuple[Figure, ...]:
    """Return the figures of top views and of side views.

    OKS takes the area that the dataset gives, and counts hidden keypoints as COCO does. A pose's
    confidence is its detection's times the mean of its keypoints'. Boxes are right from IoU 0.5.
    """
    return tuple(
        figure
        for view in VIEWS
        for figure in _figures(view, [r for r in results if r.view == view])
    )


def _figures(view: str, results: Sequence[ImageResult]) -> list[Figure]:
    poses = keypoint_statistics([r.poses for r in results])
    given = keypoint_statistics([r.poses_in_true_boxes for r in results])
    boxes = average_precision([r.boxes for r in results], _OVERLAP, max_detections=_MAX_BOXES)
    feet = [float(d) for r in results for d in r.feet_px]
    fractions = {
        "oks_ap": poses["AP"],
        "oks_ap50": poses["AP50"],
        "oks_ar": poses["AR"],
        "oks_ap_true_boxes": given["AP"],
        "box_ap50": float(boxes.precision[0]),
        "box_recall50": float(boxes.recall[0]),
    }
    return [
        Figure(f"{view}_images", float(len(results)), "1"),
        *(
            Figure(name, value if np.isfinite(value) else None, "1", at_least=_GOALS.get(name))
            for name, value in ((f"{view}_{key}", value) for key, value in fractions.items())
        ),
        Figure(f"{view}_feet_px_median", quantile(feet, 0.5), "px"),
        Figure(f"{view}_feet_px_p95", quantile(feet, 0.95), "px"),
    ]


def _similarity(
    image: AnnotatedImage, similarity: FloatArray, scores: FloatArray, detections: Detections
) -> ImageSimilarity:
    boxes, truth = detections.boxes_xyxy_px, image.truth
    return ImageSimilarity(
        similarity,
        scores,
        (boxes[:, 2:] - boxes[:, :2]).prod(axis=1),
        truth.areas_px2,
        truth.crowd | ~truth.labelled.any(axis=1),
        truth.crowd,
    )


def _pose_similarity(image: AnnotatedImage, poses: Poses2D, skeleton: Skeleton) -> ImageSimilarity:
    ours, theirs = _shared(skeleton)
    truth = replace(
        image.truth,
        keypoints_px=image.truth.keypoints_px[:, ours],
        labelled=image.truth.labelled[:, ours],
    )
    sigmas = COCO17_FEET.sigmas[ours]
    similarity = object_keypoint_similarity(poses.keypoints_px[:, theirs], truth, sigmas)
    scores = poses.detections.scores * poses.scores[:, theirs].mean(axis=1)
    return _similarity(image, similarity, scores, poses.detections)


def _feet_px(image: AnnotatedImage, poses: Poses2D, skeleton: Skeleton) -> FloatArray:
    """Return the distances of visible foot keypoints; persons to be ignored do not count."""
    pairs = [
        (ours, theirs)
        for ours, theirs in zip(*_shared(skeleton), strict=True)
        if COCO17_FEET.keypoints[ours].partition("_")[2] in _FOOT_PARTS
    ]
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    gaps = poses.keypoints_px[:, theirs] - image.truth.keypoints_px[:, ours]
    counted = image.visible[:, ours] & ~image.truth.crowd[:, None]
    distances: FloatArray = np.linalg.norm(gaps, axis=-1)[counted]
    return distances


def _shared(skeleton: Skeleton) -> tuple[list[int], list[int]]:
    """Return the indices of the keypoints both skeletons have: in the dataset's, in the other."""
    pairs = [(i, skeleton.index(name)) for i, name in enumerate(COCO17_FEET.keypoints)]
    known = [(i, j) for i, j in pairs if j is not None]
    return [i for i, _ in known], [j for _, j in known]
