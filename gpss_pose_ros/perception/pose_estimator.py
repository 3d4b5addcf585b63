"""Finding the keypoints of detected persons."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.perception.backend import Backend
from gpss_pose_ros.perception.codecs import codec
from gpss_pose_ros.perception.confirmation import confirmed, rescored
from gpss_pose_ros.perception.model_description import PoseDescription
from gpss_pose_ros.perception.preprocess import (
    crop_transform,
    empty_batch,
    to_image,
    warp,
    write_input,
)
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.perception.upright import upright_transform
from gpss_pose_ros.types import Detections, FloatArray, ImageArray, Poses2D


class PoseEstimator(Protocol):
    """Finds keypoints."""

    @property
    def skeleton(self) -> Skeleton:
        """The keypoints it gives."""

    @property
    def inference_ns(self) -> int:
        """Wall-clock time spent inside the network since construction, in [ns]."""

    @property
    def person_threshold(self) -> float:
        """The least score of a person; 0 if it takes every box for one."""

    def estimate(
        self, images: Sequence[ImageArray], detections: Sequence[Detections]
    ) -> list[Poses2D]:
        """Return for each BGR image (H, W, 3) the poses of its detections, in their order."""


class TopDownEstimator:
    """A network that takes one person's crop; all persons of all images go in one batch."""

    def __init__(self, backend: Backend, description: PoseDescription) -> None:
        self._backend = backend
        self._description = description
        self._codec = codec(description.family, description.input.size, description.heatmap_sigma)

    @property
    def skeleton(self) -> Skeleton:
        """The keypoints it gives."""
        return self._description.skeleton

    @property
    def person_threshold(self) -> float:
        """The least score of a person, by box and keypoints; 0 if it takes every box for one."""
        return self._description.person_threshold

    @property
    def inference_ns(self) -> int:
        """Wall-clock time spent inside the network since construction, in [ns]."""
        return self._backend.inference_ns

    def estimate(
        self, images: Sequence[ImageArray], detections: Sequence[Detections]
    ) -> list[Poses2D]:
        """Return for each BGR image (H, W, 3) the poses of its detections, in their order."""
        if len(images) != len(detections):
            raise InputError(f"{len(images)} images, but detections of {len(detections)}")
        crops = [image for image, d in zip(images, detections, strict=True) for _ in range(len(d))]
        boxes = [box for d in detections for box in d.boxes_xyxy_px]
        size, padding = self._description.input.size, self._description.box_padding
        keypoints, scores = self._run(crops, [crop_transform(b, size, padding) for b in boxes])
        if self._description.refine == "upright":
            self._refine(crops, keypoints, scores)
        ends = np.cumsum([len(d) for d in detections])[:-1]
        return [
            self._poses(*parts)
            for parts in zip(
                np.split(keypoints, ends), np.split(scores, ends), detections, strict=True
            )
        ]

    def _poses(self, keypoints: FloatArray, scores: FloatArray, detections: Detections) -> Poses2D:
        description, persons = self._description, rescored(scores, detections)
        return Poses2D(
            keypoints,
            scores,
            persons,
            description.keypoint_sigma,
            confirmed(
                keypoints,
                scores,
                persons,
                self.skeleton,
                description.person_threshold,
                description.same_pose_threshold,
            ),
            newcomer_score=description.newcomer_threshold,
        )

    def _refine(self, images: list[ImageArray], keypoints: FloatArray, scores: FloatArray) -> None:
        """Average in a second pass on crops turned along the bodies, where these are seen."""
        size = self._description.input.size
        turned = [
            upright_transform(k, s, self.skeleton, size)
            for k, s in zip(keypoints, scores, strict=True)
        ]
        seen = [i for i, transform in enumerate(turned) if transform is not None]
        again, again_scores = self._run(
            [images[i] for i in seen], [t for t in turned if t is not None]
        )
        both = np.stack([keypoints[seen], again])
        weights = np.stack([scores[seen], again_scores])
        total = np.maximum(weights.sum(axis=0), 1e-9)
        mean = (both * weights[..., None]).sum(axis=0) / total[..., None]
        keypoints[seen] = np.where(np.isfinite(both).all(axis=0), mean, np.nan)
        scores[seen] = weights.mean(axis=0)

    def _run(
        self, images: list[ImageArray], transforms: list[FloatArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Return keypoints (P, K, 2) in image pixels and scores (P, K) of P crops."""
        k = len(self.skeleton)
        if not images:
            return np.empty((0, k, 2)), np.empty((0, k))
        spec = self._description.input
        batch = empty_batch(len(images), spec)
        for image, transform, slot in zip(images, transforms, batch, strict=True):
            write_input(warp(image, transform, spec.size, spec.pad), spec, slot)
        keypoints, scores = self._codec.decode(self._backend.run(batch))
        keypoints, scores = keypoints[:, :k], scores[:, :k]
        known = np.isfinite(scores) & np.isfinite(keypoints).all(axis=-1)
        keypoints = np.stack([to_image(k, t) for k, t in zip(keypoints, transforms, strict=True)])
        keypoints[~known] = np.nan
        return keypoints, np.where(known, np.clip(scores, 0.0, 1.0), 0.0)
