"""How well networks see the person in recorded footage, against a peer's keypoints."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.evaluation.pck import body_size_px, correct_keypoints
from gpss_pose_ros.evaluation.peer_keypoints import PEER_SKELETON
from gpss_pose_ros.evaluation.real_footage import ReferenceImage
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.perception.pose_estimator import PoseEstimator
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.types import FloatArray, Poses2D

_SAME_PERSON_IOU = 0.5
_BODY = 17  # COCO's keypoints come first in PEER_SKELETON
_NAMES = PEER_SKELETON.keypoints


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the networks made of one image.

    Attributes:
        camera_id: the camera.
        frame: number of the image.
        found: whether the person was detected.
        others: other detections in the image, which the reference says nothing about.
        counted: (25,) keypoints that the reference knows and the networks' skeleton has.
        correct: (25,) of those, the ones within 0.2 of the body's size.
    """

    camera_id: str
    frame: int
    found: bool
    others: int
    counted: npt.NDArray[np.bool_]
    correct: npt.NDArray[np.bool_]


def compare(image: ReferenceImage, detector: Detector, estimator: PoseEstimator) -> Comparison:
    """Detect everybody, estimate their poses, and compare the reference person's.

    The person is found where a detected box overlaps the box around the reference keypoints with
    an IoU of at least 0.5; of several the best counts. All keypoints of a person not found are
    wrong, and so is every keypoint farther off than 0.2 of the body's size, whatever its score.
    """
    detections = detector.detect([image.pixels])
    poses = estimator.estimate([image.pixels], detections)[0].only_confirmed()
    overlaps = intersection_over_union(image.box_xyxy_px[None], poses.detections.boxes_xyxy_px)[0]
    found = bool(overlaps.max(initial=0.0) >= _SAME_PERSON_IOU)
    counted = image.known & [estimator.skeleton.index(k) is not None for k in _NAMES]
    correct = np.zeros_like(counted)
    if found:
        predicted = _in_peer_order(poses, int(np.argmax(overlaps)), estimator.skeleton)
        size = body_size_px(image.keypoints_px, image.known, PEER_SKELETON)
        correct = correct_keypoints(predicted, image.keypoints_px, size) & counted
    others = len(poses) - int(found)
    return Comparison(image.camera_id, image.frame, found, others, counted, correct)


def real_figures(comparisons: Sequence[Comparison]) -> tuple[Figure, ...]:
    """Return recall of the person, and PCK@0.2 of all keypoints, of COCO's 17 and of the feet."""
    found = [c.found for c in comparisons]
    return (
        Figure("images", float(len(comparisons)), "1"),
        Figure("recall", sum(found) / len(found) if found else None, "1"),
        Figure("pck_0.2", _pck(comparisons, slice(None)), "1"),
        Figure("pck_0.2_coco17", _pck(comparisons, slice(_BODY)), "1"),
        Figure("pck_0.2_heels_and_toes", _pck(comparisons, slice(_BODY, None)), "1"),
        Figure(
            "other_detections_per_image",
            sum(c.others for c in comparisons) / len(comparisons) if comparisons else None,
            "1",
        ),
    )


def real_lines(comparisons: Sequence[Comparison]) -> list[str]:
    """Return recall and PCK of each camera, and PCK of each part of the body."""
    lines = [f"{'camera':<12} {'recall':>8} {'PCK@0.2':>8}"]
    for camera in sorted({c.camera_id for c in comparisons}):
        own = [c for c in comparisons if c.camera_id == camera]
        recall = sum(c.found for c in own) / len(own)
        lines.append(f"{camera:<12} {recall:8.1%} {_percent(_pck(own, slice(None)))}")
    lines += ["", f"{'part':<12} {'keypoints':>8} {'PCK@0.2':>8}"]
    for part, indices in _parts().items():
        count = sum(int(c.counted[indices].sum()) for c in comparisons)
        if count:
            lines.append(f"{part:<12} {count:9} {_percent(_pck(comparisons, indices))}")
    return lines


def _parts() -> dict[str, list[int]]:
    """Return the indices of each part of the body, left and right together."""
    parts: dict[str, list[int]] = {}
    for index, name in enumerate(_NAMES):
        parts.setdefault(name.removeprefix("left_").removeprefix("right_"), []).append(index)
    return parts


def _pck(comparisons: Sequence[Comparison], indices: slice | list[int]) -> float | None:
    counted = sum(int(c.counted[indices].sum()) for c in comparisons)
    correct = sum(int(c.correct[indices].sum()) for c in comparisons)
    return correct / counted if counted else None


def _in_peer_order(poses: Poses2D, person: int, skeleton: Skeleton) -> FloatArray:
    """Return one person's keypoints (25, 2); NaN where their skeleton has none."""
    indices = [skeleton.index(name) for name in _NAMES]
    keypoints = poses.keypoints_px[person]
    return np.array([[np.nan, np.nan] if i is None else keypoints[i] for i in indices])


def _percent(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:8.1%}"
