"""PCK, the percentage of correct keypoints: nearer to the reference than a part of the torso."""

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray

# What a body's size is taken from: the first of these that is known.
_RULERS = (
    (("left_shoulder", "right_hip"), ("right_shoulder", "left_hip")),
    (("neck", "head"),),
    (("left_hip", "right_hip"),),
)


def body_size_px(
    keypoints_px: FloatArray, known: npt.NDArray[np.bool_], skeleton: Skeleton
) -> float:
    """Return a body's size: its torso, from shoulder to opposite hip, else head, else hips.

    Args:
        keypoints_px: (K, 2) of one person, in [px].
        known: (K,) which of them are to be believed.
        skeleton: their order.

    Returns:
        In [px]; NaN where none of the lengths is known.
    """
    for pairs in _RULERS:
        ends = [(skeleton.index(a), skeleton.index(b)) for a, b in pairs]
        lengths = [
            float(np.linalg.norm(keypoints_px[a] - keypoints_px[b]))
            for a, b in ends
            if a is not None and b is not None and known[a] and known[b]
        ]
        if lengths:
            return float(np.mean(lengths))
    return float("nan")


def correct_keypoints(
    predicted_px: FloatArray, reference_px: FloatArray, size_px: float, fraction: float = 0.2
) -> npt.NDArray[np.bool_]:
    """Tell (K,) which predicted keypoints are within `fraction` of the body's size.

    One that was not predicted (NaN) is not correct.
    """
    distances = np.linalg.norm(predicted_px - reference_px, axis=-1)
    correct: npt.NDArray[np.bool_] = distances <= fraction * size_px
    return correct
