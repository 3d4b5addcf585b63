"""Samples for the detector: a letterboxed image and the boxes of the persons in it."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from gpss_pose_ros.perception.model_description import DetectorDescription
from gpss_pose_ros.perception.nms import box_areas
from gpss_pose_ros.perception.preprocess import letterbox
from gpss_pose_ros.training.affine import about, compose, mirror, transform_boxes
from gpss_pose_ros.training.labels import BoolArray, LabelledImage
from gpss_pose_ros.training.settings import TrainingSettings
from gpss_pose_ros.training.view import augmented_view, part_of
from gpss_pose_ros.types import FloatArray, ImageArray

_LEAST_KEPT = 0.3
"""Of a box, by area, that is still in the input; of less, nothing is asked."""
_MOST_COVERED = 0.5
"""Of a box, by area, that shapes drawn over it may hide."""
_LEAST_SIDE_PX = 7.0
_LEAST_CONTRAST = 4.0
"""Standard deviation of the grey values in a box; with less, nobody sees a person there."""


@dataclass(frozen=True, eq=False)
class DetectorSample:
    """Pixels (height, width, 3) BGR; boxes (N, 4) in input pixels from its top-left edge.

    Nothing is asked of the boxes that are `ignored` (N,).
    """

    pixels: ImageArray
    boxes_xyxy_px: FloatArray
    ignored: BoolArray


def plain_detector_sample(image: LabelledImage, description: DetectorDescription) -> DetectorSample:
    """Return an image as the detector sees it at inference."""
    size = description.input.size
    pixels, input_from_image = letterbox(image.read(), size, description.fit, description.input.pad)
    boxes = transform_boxes(image.boxes_xyxy_px, input_from_image) + 0.5
    return DetectorSample(pixels, boxes, image.ignored)


def random_detector_sample(
    image: LabelledImage,
    description: DetectorDescription,
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> DetectorSample:
    """Return an image moved, covered and coloured at random."""
    pixels, size = image.read(), description.input.size
    letterboxed = _letterbox_transform(pixels.shape[:2], size, description.fit)
    affine = compose(_random_motion(image, size, settings, rng), letterboxed)
    view, covered = augmented_view(pixels, affine, description.input, settings, rng)
    boxes = transform_boxes(image.boxes_xyxy_px, affine) + 0.5
    clipped = np.clip(boxes, 0.0, np.tile(size, 2))
    kept = box_areas(clipped) / np.maximum(box_areas(boxes), 1e-6)
    hidden = np.array([part_of(covered, box).mean() for box in clipped]) > _MOST_COVERED
    smooth = cv2.blur(view, (5, 5))  # noise is no contrast
    faint = np.array([part_of(smooth, box).std(axis=(0, 1)).mean() for box in clipped])
    small = (clipped[:, 2:] - clipped[:, :2]).max(axis=1, initial=0.0) < _LEAST_SIDE_PX
    unclear = hidden.astype(bool) | small | (faint < _LEAST_CONTRAST)
    ignored = image.ignored | (kept < _LEAST_KEPT) | unclear
    seen = kept > 0.0
    return DetectorSample(view, clipped[seen], ignored[seen])


@lru_cache(maxsize=64)
def _letterbox_transform(shape: tuple[int, ...], size: tuple[int, int], fit: str) -> FloatArray:
    return letterbox(np.zeros((*shape, 3), dtype=np.uint8), size, fit, 0)[1]


def _random_motion(
    image: LabelledImage,
    size: tuple[int, int],
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> FloatArray:
    g = settings.geometry
    scale = np.exp(rng.uniform(*np.log(g.scale)))
    angle = np.deg2rad(rng.uniform(-g.rotation_deg, g.rotation_deg))
    shift = rng.uniform(-g.shift, g.shift, 2) * size
    motion = about(np.array(size) / 2.0, scale, angle, shift)
    across, upside_down = rng.random(2) < 0.5
    flip = mirror(size, bool(g.flip and across), bool(g.flip and upside_down and image.from_above))
    return compose(motion, flip)
