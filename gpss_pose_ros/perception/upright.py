"""A crop turned so that the body in it stands upright.

Pose networks are trained on upright people. A ceiling camera sees them at any angle.
"""

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.preprocess import similarity
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray

# On four tilted cameras, 1.15 gave the smallest errors of 1.15, 1.2, 1.25 and 1.35.
_PADDING = 1.15
_SEEN_SCORE = 0.2


def upright_transform(
    keypoints_px: FloatArray, scores: FloatArray, skeleton: Skeleton, size: tuple[int, int]
) -> FloatArray | None:
    """Return input_from_image (2, 3) of the crop along the axis from shoulders to ankles.

    Args:
        keypoints_px: (K, 2) of one person in [px].
        scores: (K,)
        skeleton: order of the keypoints.
        size: (width, height) of the crop in [px].

    Returns:
        None where shoulders or ankles are not seen, or the body has no length.
    """
    seen = np.isfinite(keypoints_px).all(axis=-1) & (scores > _SEEN_SCORE)
    shoulders = _seen_middle(keypoints_px, seen, skeleton, "shoulder")
    ankles = _seen_middle(keypoints_px, seen, skeleton, "ankle")
    if shoulders is None or ankles is None or np.linalg.norm(ankles - shoulders) < 1.0:
        return None
    down = ankles - shoulders
    angle = np.arctan2(-down[0], down[1])
    turn = similarity(np.zeros(2), 1.0, angle, (1, 1))[:, :2]
    turned = keypoints_px[seen] @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    scale = float(np.min(np.array(size) / (np.maximum(high - low, 1.0) * _PADDING)))
    return similarity(turn.T @ ((low + high) / 2.0), scale, angle, size)


def _seen_middle(
    keypoints_px: FloatArray, seen: npt.NDArray[np.bool_], skeleton: Skeleton, part: str
) -> FloatArray | None:
    pair = [skeleton.index(f"{side}_{part}") for side in ("left", "right")]
    points = [keypoints_px[i] for i in pair if i is not None and seen[i]]
    return np.mean(points, axis=0) if points else None
