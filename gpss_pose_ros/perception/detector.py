"""Finding persons in images."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from gpss_pose_ros.perception.backend import Backend
from gpss_pose_ros.perception.detector_families import DECODERS
from gpss_pose_ros.perception.model_description import DetectorDescription
from gpss_pose_ros.perception.preprocess import empty_batch, letterbox, to_image, write_input
from gpss_pose_ros.types import Detections, FloatArray, ImageArray


class Detector(Protocol):
    """Finds persons."""

    @property
    def inference_ns(self) -> int:
        """Wall-clock time spent inside the network since construction, in [ns]."""

    def detect(self, images: Sequence[ImageArray]) -> list[Detections]:
        """Return the persons in each BGR image (H, W, 3), best first."""


class LetterboxDetector:
    """A network that takes whole images, shrunk and padded to its input's size."""

    def __init__(self, backend: Backend, description: DetectorDescription) -> None:
        self._backend = backend
        self._description = description
        self._decode = DECODERS[description.family]

    @property
    def inference_ns(self) -> int:
        """Wall-clock time spent inside the network since construction, in [ns]."""
        return self._backend.inference_ns

    def detect(self, images: Sequence[ImageArray]) -> list[Detections]:
        """Return the persons in each BGR image (H, W, 3), best first."""
        if not images:
            return []
        description = self._description
        batch = empty_batch(len(images), description.input)
        transforms = []
        for image, slot in zip(images, batch, strict=True):
            canvas, input_from_image = letterbox(
                image, description.input.size, description.fit, description.input.pad
            )
            write_input(canvas, description.input, slot)
            transforms.append(input_from_image)
        results = self._decode(self._backend.run(batch), description)
        return [
            Detections(_in_image(boxes, transform, image), scores)
            for (boxes, scores), transform, image in zip(results, transforms, images, strict=True)
        ]


def _in_image(boxes: FloatArray, input_from_image: FloatArray, image: ImageArray) -> FloatArray:
    """Map boxes to image pixels and clip them to the image."""
    # Networks measure from the top-left edge; our (0, 0) is the centre of the first pixel.
    corners = to_image(boxes.reshape(-1, 2, 2) - 0.5, input_from_image)
    far = np.array([image.shape[1], image.shape[0]]) - 0.5
    return np.clip(corners, -0.5, far).reshape(-1, 4)
