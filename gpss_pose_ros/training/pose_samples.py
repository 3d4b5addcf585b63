"""Samples for the pose network: one person's crop and where the keypoints are in it."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.perception.model_description import PoseDescription
from gpss_pose_ros.perception.preprocess import crop_transform, warp
from gpss_pose_ros.training.affine import compose, mirror, transform
from gpss_pose_ros.training.found_boxes import of_nobody, of_person, shows_nobody
from gpss_pose_ros.training.labels import LabelledImage
from gpss_pose_ros.training.settings import TrainingSettings
from gpss_pose_ros.training.view import augmented_view, part_of
from gpss_pose_ros.types import FloatArray, ImageArray

_CUT_FRACTION = 0.15
"""Of the boxes, this part loses up to 40 % at one side, as where a detector sees half a body."""
_MOST_CUT = 0.4
_FOUND_FRACTION = 0.5
"""Of the boxes, this part is a detector's, where it found the person."""
_BACKGROUND_TRIES = 12
_BACKGROUND_CHOICES = 3


@dataclass(frozen=True, eq=False)
class PoseSample:
    """Pixels (height, width, 3) BGR; keypoints (K, 2) in input pixels.

    Visibility (K,) is 0 outside the image or crop, 1 hidden, 2 visible.
    """

    pixels: ImageArray
    keypoints_px: FloatArray
    visibility: FloatArray


def plain_pose_sample(
    pixels: ImageArray, image: LabelledImage, person: int, description: PoseDescription
) -> PoseSample:
    """Return a person as the network sees it at inference behind a perfect detector."""
    spec = description.input
    affine = crop_transform(image.boxes_xyxy_px[person], spec.size, description.box_padding)
    keypoints = transform(image.keypoints_px[person], affine)
    visibility = _inside(keypoints, image.visibility[person], spec.size)
    return PoseSample(warp(pixels, affine, spec.size, spec.pad), keypoints, visibility)


def random_pose_sample(
    pixels: ImageArray,
    image: LabelledImage,
    person: int,
    description: PoseDescription,
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> PoseSample:
    """Return a person turned, moved, covered and coloured at random; sometimes, nobody."""
    size, g = description.input.size, settings.geometry
    if rng.random() < g.background_fraction:
        background = _background_box(pixels, image, person, rng)
        if background is not None:
            affine = crop_transform(background, size, description.box_padding)
            view, _ = augmented_view(pixels, affine, description.input, settings, rng)
            nobody = np.zeros_like(image.keypoints_px[person])
            return PoseSample(view, nobody, nobody[:, 0])
    box = _box_in_use(image, person, settings, rng)
    angle = np.deg2rad(rng.uniform(-g.rotation_deg, g.rotation_deg))
    affine = crop_transform(box, size, description.box_padding, angle)
    flipped = bool(g.flip and rng.random() < 0.5)
    affine = compose(mirror(size, flipped, False), affine)
    view, covered = augmented_view(pixels, affine, description.input, settings, rng)
    order = _order(description, flipped)
    keypoints = transform(image.keypoints_px[person], affine)[order]
    visibility = _inside(keypoints, image.visibility[person][order], size)
    cells = np.clip(keypoints.round().astype(int), 0, np.array(size) - 1)
    hidden = covered[cells[:, 1], cells[:, 0]]
    return PoseSample(view, keypoints, np.where(hidden, np.minimum(visibility, 1.0), visibility))


def _box_in_use(
    image: LabelledImage, person: int, settings: TrainingSettings, rng: np.random.Generator
) -> FloatArray:
    """Return a box (4,) of the person that a detector gave, or might have given instead."""
    found = of_person(image, person)
    if len(found) and rng.random() < _FOUND_FRACTION:
        chosen: FloatArray = rng.choice(found)
        return chosen
    return _random_box(image.boxes_xyxy_px[person], settings, rng)


def _random_box(
    box: FloatArray, settings: TrainingSettings, rng: np.random.Generator
) -> FloatArray:
    """Return a box (4,) that a detector might have given instead."""
    g = settings.geometry
    low, high = box[:2].copy(), box[2:].copy()
    if rng.random() < _CUT_FRACTION:
        axis, kept = int(rng.integers(2)), 1.0 - rng.uniform(0.0, _MOST_CUT)
        if rng.random() < 0.5:
            low[axis] = high[axis] - kept * (high[axis] - low[axis])
        else:
            high[axis] = low[axis] + kept * (high[axis] - low[axis])
    extent = high - low
    centre = (low + high) / 2.0 + rng.uniform(-g.shift, g.shift, 2) * extent
    # A larger box is a smaller person.
    half = extent / 2.0 * np.exp(-rng.uniform(*np.log(g.scale)))
    return np.concatenate([centre - half, centre + half])


def _background_box(
    pixels: ImageArray, image: LabelledImage, person: int, rng: np.random.Generator
) -> FloatArray | None:
    """Return a box (4,) with nobody in it; None if there is none.

    One that a detector took for somebody; else, of a few as large as the person's, the liveliest,
    since a detector takes things and parts of two for a person, not the bare floor.
    """
    mistaken = of_nobody(image)
    if len(mistaken):
        mistake: FloatArray = rng.choice(mistaken)
        return mistake
    left, top, right, bottom = image.boxes_xyxy_px[person]
    half = np.array([right - left, bottom - top]) / 2.0 * np.exp(rng.uniform(-0.4, 0.4))
    centres = rng.uniform(0.0, 1.0, (_BACKGROUND_TRIES, 2)) * pixels.shape[1::-1]
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    free = boxes[shows_nobody(boxes, image.boxes_xyxy_px)]
    if not len(free):
        return None
    lively = [part_of(pixels, box).std(axis=(0, 1)).mean() for box in free[:_BACKGROUND_CHOICES]]
    chosen: FloatArray = free[int(np.argmax(lively))]
    return chosen


def _order(description: PoseDescription, flipped: bool) -> list[int]:
    """Return which keypoint of the image is which of the sample: left and right trade places."""
    order = list(range(len(description.skeleton)))
    for left, right in description.skeleton.flip_pairs if flipped else ():
        order[left], order[right] = right, left
    return order


def _inside(keypoints: FloatArray, visibility: FloatArray, size: tuple[int, int]) -> FloatArray:
    inside = ((keypoints >= 0.0) & (keypoints <= np.array(size) - 1.0)).all(axis=-1)
    return np.where(inside, visibility, 0.0)
