"""Object keypoint similarity: how well predicted keypoints fit true ones, from 0 to 1."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class TrueKeypoints:
    """The annotated persons of one image.

    Attributes:
        keypoints_px: (G, K, 2) in [px].
        labelled: (G, K) whether a keypoint is annotated, visible or not.
        boxes_xyxy_px: (G, 4) in [px].
        areas_px2: (G,) of the person, in [px^2].
        crowd: (G,) whether it stands for many persons; such a one takes any number of detections.
    """

    keypoints_px: FloatArray
    labelled: npt.NDArray[np.bool_]
    boxes_xyxy_px: FloatArray
    areas_px2: FloatArray
    crowd: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.areas_px2)


def object_keypoint_similarity(
    predicted_px: FloatArray, truth: TrueKeypoints, sigmas: FloatArray
) -> FloatArray:
    """Return the similarity (D, G) of D predicted persons to G true ones.

    The mean over the labelled keypoints of exp(-d^2 / (2 s^2 k^2)), with the distance d, s^2 the
    person's area and k twice the keypoint's sigma; a keypoint that was not predicted (NaN) adds 0.
    For a person without labelled keypoints the distance is that to the box, widened on each side
    by its own size. (COCO keypoint evaluation, cocodataset.org.)

    Args:
        predicted_px: (D, K, 2) in [px].
        truth: the persons of the same image.
        sigmas: (K,) per-keypoint constants.

    Raises:
        InputError: a sigma is not finite: the skeleton has a keypoint without published one.
    """
    if not np.isfinite(sigmas).all():
        raise InputError(f"every keypoint needs a sigma, got {sigmas.tolist()}")
    gaps = predicted_px[:, None] - truth.keypoints_px[None]
    outside = _outside_widened_box(predicted_px, truth.boxes_xyxy_px)
    any_labelled = np.asarray(truth.labelled.any(axis=1))
    gaps = np.where(any_labelled[None, :, None, None], gaps, outside)
    counted = truth.labelled | ~any_labelled[:, None]
    scale = 2.0 * (truth.areas_px2[:, None] + np.spacing(1)) * (2.0 * sigmas) ** 2
    alike = np.exp(-(gaps**2).sum(axis=-1) / scale[None])
    alike = np.where(counted & np.isfinite(alike), alike, 0.0)
    similarity: FloatArray = alike.sum(axis=-1) / counted.sum(axis=-1)
    return similarity


def _outside_widened_box(points_px: FloatArray, boxes_xyxy_px: FloatArray) -> FloatArray:
    """Return by how much (D, G, K, 2) points (D, K, 2) leave boxes (G, 4) of threefold size."""
    size = boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2]
    low = (boxes_xyxy_px[:, :2] - size)[None, :, None]
    high = (boxes_xyxy_px[:, 2:] + size)[None, :, None]
    points = points_px[:, None]
    outside: FloatArray = np.maximum(low - points, 0.0) + np.maximum(points - high, 0.0)
    return outside
