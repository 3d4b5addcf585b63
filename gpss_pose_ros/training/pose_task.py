"""Training the pose network."""

from collections.abc import Iterator
from dataclasses import astuple

import numpy as np
import torch
from torch import Tensor, nn

from gpss_pose_ros.perception.codecs import codec
from gpss_pose_ros.perception.model_description import PoseDescription
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.training.labels import LabelledImage
from gpss_pose_ros.training.order import Indices, SampleOrder
from gpss_pose_ros.training.pose_loss import pose_losses
from gpss_pose_ros.training.pose_metrics import pose_figures
from gpss_pose_ros.training.pose_network import ExportedPose, PoseNetwork
from gpss_pose_ros.training.pose_samples import PoseSample, plain_pose_sample, random_pose_sample
from gpss_pose_ros.training.settings import TrainingSettings
from gpss_pose_ros.training.task import Batch, Engine
from gpss_pose_ros.training.tensors import pixel_batch, spread
from gpss_pose_ros.types import ImageArray

_VALIDATION_BATCH = 32
_FOOT_WEIGHT = 2.0
_LEAST_VISIBLE = 3
"""Keypoints that must be visible for a crop to teach anything."""


class PoseTask:
    """One person's crop, a heatmap for each keypoint."""

    def __init__(
        self,
        description: PoseDescription,
        settings: TrainingSettings,
        train: tuple[LabelledImage, ...],
        val: tuple[LabelledImage, ...],
    ) -> None:
        self.network: nn.Module = PoseNetwork(settings.network, description.network_keypoints)
        self._importance = _importance(description.skeleton)
        self._description = description
        self._settings = settings
        self._images = [image for image in train if len(_usable(image))]
        self._persons = [_usable(image) for image in self._images]
        sizes = [len(persons) for persons in self._persons]
        self._order = SampleOrder(sizes, settings.schedule.batch, settings.seed)
        self._val = [
            plain_pose_sample(pixels, image, int(person), description)
            for image in val
            for pixels in ([image.read()] if len(_usable(image)) else [])
            for person in _usable(image)
        ]

    def batch(self, step: int) -> Batch:
        """Return pixels, keypoints (N, K, 2) in input pixels and visibility (N, K)."""
        places = self._order.at(step)
        samples = [
            random_pose_sample(
                pixels,
                self._images[group],
                int(self._persons[group][number]),
                self._description,
                self._settings,
                np.random.default_rng((self._settings.seed, step, slot)),
            )
            for slot, ((group, number), pixels) in enumerate(
                zip(places, self._pixels(places), strict=True)
            )
        ]
        return _tensors(samples)

    def losses(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Return the parts of the loss."""
        pixels, keypoints, visibility = batch
        places, visible = network(pixels.float())
        return pose_losses(
            places,
            visible,
            keypoints,
            visibility,
            self._importance.to(places.device),
            self._description.heatmap_sigma,
        )

    def validate(self, engine: Engine) -> dict[str, float]:
        """Return figures on crops of the true boxes, decoded as at inference."""
        description = self._description
        decoder = codec(description.family, description.input.size, description.heatmap_sigma)
        keypoints, scores = [], []
        for start in range(0, len(self._val), _VALIDATION_BATCH):
            samples = self._val[start : start + _VALIDATION_BATCH]
            pixels = pixel_batch([s.pixels for s in samples]).float().contiguous()
            found = decoder.decode(engine(pixels.numpy()))
            keypoints.append(found[0])
            scores.append(found[1])
        return pose_figures(
            np.concatenate(keypoints),
            np.concatenate(scores),
            np.stack([sample.keypoints_px for sample in self._val]),
            np.stack([sample.visibility for sample in self._val]),
            description.skeleton,
        )

    def exported(self, network: nn.Module) -> nn.Module:
        """Return the module that gives heatmaps."""
        return ExportedPose(network, self._description.heatmap_sigma)

    def examples(self, count: int) -> Tensor:
        """Return pixels of real samples."""
        return pixel_batch([sample.pixels for sample in spread(self._val, count)]).contiguous()

    def _pixels(self, places: Indices) -> Iterator[ImageArray]:
        """Yield the image of each sample; those of one image follow each other."""
        read = -1
        for group, _ in places:
            if group != read:
                read, pixels = group, self._images[group].read()
            yield pixels


def _importance(skeleton: Skeleton) -> Tensor:
    """Return (K,) weights: feet are what the project is for, hands and faces are not."""
    feet = {index for foot in skeleton.feet.values() for index in astuple(foot)}
    return torch.tensor([_FOOT_WEIGHT if k in feet else 1.0 for k in range(len(skeleton))])


def _usable(image: LabelledImage) -> Indices:
    """Return the numbers of the persons worth a crop."""
    enough = (image.visibility == 2).sum(axis=1) >= _LEAST_VISIBLE
    return np.flatnonzero(enough & ~image.ignored)


def _tensors(samples: list[PoseSample]) -> Batch:
    return (
        pixel_batch([sample.pixels for sample in samples]),
        torch.from_numpy(np.stack([s.keypoints_px for s in samples]).astype(np.float32)),
        torch.from_numpy(np.stack([s.visibility for s in samples]).astype(np.float32)),
    )


def build(
    description: PoseDescription,
    settings: TrainingSettings,
    train: tuple[LabelledImage, ...],
    val: tuple[LabelledImage, ...],
) -> PoseTask:
    """Return the task with weights that depend on the seed only."""
    torch.manual_seed(settings.seed)
    return PoseTask(description, settings, train, val)
