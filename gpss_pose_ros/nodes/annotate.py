"""Draws what was seen into the image, for people."""

import cv2
import numpy as np

from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import ImageArray, Poses2D

_BOX = (255, 180, 0)
_LEFT, _RIGHT, _MIDDLE = (80, 220, 80), (80, 80, 255), (230, 230, 230)
_MIN_SCORE = 0.3


def annotated(pixels: ImageArray, poses: Poses2D, skeleton: Skeleton) -> ImageArray:
    """Return a copy of (H, W, 3) pixels with boxes, skeletons and scores."""
    canvas = np.ascontiguousarray(pixels).copy()
    width = max(2, canvas.shape[0] // 400)
    for box, score in zip(poses.detections.boxes_xyxy_px, poses.detections.scores, strict=True):
        left, top, right, bottom = (round(v) for v in box)
        cv2.rectangle(canvas, (left, top), (right, bottom), _BOX, width)
        cv2.putText(
            canvas, f"{score:.2f}", (left, top - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.4 * width, _BOX, 2
        )
    for points, scores in zip(poses.keypoints_px, poses.scores, strict=True):
        sure = (scores >= _MIN_SCORE) & np.isfinite(points).all(axis=1)
        spots = np.where(sure[:, None], points, 0.0).round().astype(int).tolist()
        for a, b in skeleton.edges:
            if sure[a] and sure[b]:
                cv2.line(canvas, spots[a], spots[b], _colour(skeleton.keypoints[b]), width)
        for index in np.flatnonzero(sure):
            cv2.circle(canvas, spots[index], 2 * width, _colour(skeleton.keypoints[index]), -1)
    return canvas


def _colour(keypoint: str) -> tuple[int, int, int]:
    if keypoint.startswith("left_"):
        return _LEFT
    return _RIGHT if keypoint.startswith("right_") else _MIDDLE
