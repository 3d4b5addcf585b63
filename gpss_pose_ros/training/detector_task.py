"""Training the person detector."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from gpss_pose_ros.perception.detector_families import DECODERS
from gpss_pose_ros.perception.model_description import DetectorDescription
from gpss_pose_ros.training.detector_loss import Cells, Targets, detector_losses
from gpss_pose_ros.training.detector_metrics import ImageResult, detector_figures
from gpss_pose_ros.training.detector_network import DetectorNetwork, ExportedDetector
from gpss_pose_ros.training.detector_samples import (
    DetectorSample,
    plain_detector_sample,
    random_detector_sample,
)
from gpss_pose_ros.training.labels import LabelledImage
from gpss_pose_ros.training.order import SampleOrder
from gpss_pose_ros.training.settings import TrainingSettings
from gpss_pose_ros.training.task import Batch, Engine
from gpss_pose_ros.training.tensors import device, padded, pixel_batch, spread

_VALIDATION_BATCH = 16
_LOWEST_SCORE = 0.02


class DetectorTask:
    """One class, boxes around what is visible of a person."""

    def __init__(
        self,
        description: DetectorDescription,
        settings: TrainingSettings,
        train: tuple[LabelledImage, ...],
        val: tuple[LabelledImage, ...],
    ) -> None:
        self.network: nn.Module = DetectorNetwork(settings.network)
        self._description = description
        self._settings = settings
        self._images = train
        self._order = SampleOrder(np.ones(len(train)), settings.schedule.batch, settings.seed)
        self._cells = Cells(description.input.size, device())
        self._val = [plain_detector_sample(image, description) for image in val]

    def batch(self, step: int) -> Batch:
        """Return pixels, boxes (N, M, 4), and masks (N, M) of the wanted and the ignored."""
        samples = [
            random_detector_sample(
                self._images[group],
                self._description,
                self._settings,
                np.random.default_rng((self._settings.seed, step, slot)),
            )
            for slot, (group, _) in enumerate(self._order.at(step))
        ]
        labels = padded([_labels(sample) for sample in samples], 6)
        pixels = pixel_batch([sample.pixels for sample in samples])
        return pixels, labels[..., :4], labels[..., 4] > 0, labels[..., 5] > 0

    def losses(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Return the parts of the loss."""
        pixels, *targets = batch
        return detector_losses(network(pixels.float()), Targets(*targets), self._cells)

    def validate(self, engine: Engine) -> dict[str, float]:
        """Return figures on whole images, decoded as at inference."""
        description = replace(self._description, score_threshold=_LOWEST_SCORE)
        results: list[ImageResult] = []
        for start in range(0, len(self._val), _VALIDATION_BATCH):
            samples = self._val[start : start + _VALIDATION_BATCH]
            pixels = pixel_batch([sample.pixels for sample in samples]).float().contiguous()
            found = DECODERS[description.family](engine(pixels.numpy()), description)
            results += [
                ImageResult(boxes, scores, sample.boxes_xyxy_px, sample.ignored)
                for (boxes, scores), sample in zip(found, samples, strict=True)
            ]
        return detector_figures(results, self._description.score_threshold)

    def exported(self, network: nn.Module) -> nn.Module:
        """Return the module that gives raw YOLOX rows."""
        return ExportedDetector(network)

    def examples(self, count: int) -> Tensor:
        """Return pixels of real samples."""
        return pixel_batch([sample.pixels for sample in spread(self._val, count)]).contiguous()


def _labels(sample: DetectorSample) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return rows (N, 6): box, wanted, ignored."""
    return np.column_stack([sample.boxes_xyxy_px, ~sample.ignored, sample.ignored])


def build(
    description: DetectorDescription,
    settings: TrainingSettings,
    train: tuple[LabelledImage, ...],
    val: tuple[LabelledImage, ...],
) -> DetectorTask:
    """Return the task with weights that depend on the seed only."""
    torch.manual_seed(settings.seed)
    return DetectorTask(description, settings, train, val)
