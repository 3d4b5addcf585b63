"""The main job on one page: from one set of images to every person on the floor.

    ImageSet -> Detections -> Poses2D -> FloorObservations -> PersonObservations -> Tracks

Each arrow is one call below, each noun a class in `types.py`. Who is followed is looked for again
where they are expected, so the tracks lead back to the detections. Nothing here knows ROS.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.expectation import ExpectedBoxes
from gpss_pose_ros.fusion.floor_fusion import FloorFusion, FusionSettings
from gpss_pose_ros.fusion.observe import CameraObservations, observe
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.appearance import dressed
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.pose_estimator import PoseEstimator
from gpss_pose_ros.perception.second_look import unexpected, with_expected
from gpss_pose_ros.stopwatch import Stopwatch
from gpss_pose_ros.types import (
    Detections,
    FloatArray,
    FloorObservation,
    ImageSet,
    Poses2D,
    Track,
)


@dataclass(frozen=True)
class Sighting:
    """What the cameras of one image set see, each for itself.

    Attributes:
        images: the set.
        cameras: by camera_id, at the time of capture.
        poses: by camera, of the persons that the pose estimator confirms.
        boxes_xyxy_px: by camera (N, 4), all that the detector took for persons, and in which the
            pose estimator confirms one: where such a box is, the floor has not been shown empty.
        observations: everybody who could be placed on the floor, the evidence.
        unplaced: by camera, persons that could not be placed; who is seen where somebody is surely
            expected is not counted: it is known where they are.
        stages_ns: time by stage; `inference` is the networks alone, `perception` what surrounds it.
    """

    images: ImageSet
    cameras: Mapping[str, Camera]
    poses: dict[str, Poses2D]
    boxes_xyxy_px: dict[str, FloatArray]
    observations: tuple[FloorObservation, ...]
    unplaced: dict[str, int]
    stages_ns: dict[str, int]


@dataclass(frozen=True)
class PipelineResult:
    """Everything one image set led to.

    Attributes:
        sighting: what the cameras saw.
        tracks: every person known, seen or not.
        track_ids: as whom each observation of the sighting is followed; None: as nobody, since it
            is too weak to begin with.
        stages_ns: time by stage, those of the sighting included.
    """

    sighting: Sighting
    tracks: tuple[Track, ...]
    track_ids: tuple[int | None, ...]
    stages_ns: dict[str, int]


class Pipeline:
    """Networks, and the fusion, which holds all state there is."""

    def __init__(
        self,
        detector: Detector,
        estimator: PoseEstimator,
        settings: FusionSettings,
        track_ids: Iterator[int] | None = None,
    ) -> None:
        self.detector = detector
        self.estimator = estimator
        self.fusion = FloorFusion(settings, track_ids)

    def process(self, images: ImageSet, cameras: Mapping[str, Camera]) -> PipelineResult:
        """Take one set of images; return everybody on the floor.

        Args:
            images: of the cameras that delivered, at least one.
            cameras: by camera_id, calibrated at the time of capture.
        """
        return self.follow(self.look(images, cameras))

    def look(self, images: ImageSet, cameras: Mapping[str, Camera]) -> Sighting:
        """Find everybody in each image, and where they stand; changes no track.

        Who is followed is looked for where they are expected, whether detected there or not.
        """
        watch = Stopwatch()
        with watch.stage("geometry"):
            expected = self.fusion.expected_boxes(images.stamp_ns, cameras)
        detected, found = self._perceive(images, expected, watch)
        with watch.stage("perception"):
            poses = [
                dressed(image.pixels, in_image.only_confirmed(), self.estimator.skeleton)
                for image, in_image in zip(images.images, found, strict=True)
            ]
        with watch.stage("geometry"):
            seen = {
                image.camera_id: self._observe(cameras[image.camera_id], image.stamp_ns, in_image)
                for image, in_image in zip(images.images, poses, strict=True)
            }
        return Sighting(
            images=images,
            cameras=cameras,
            poses=dict(zip(seen, poses, strict=True)),
            boxes_xyxy_px={
                name: np.concatenate([own.boxes_xyxy_px, in_image.detections.boxes_xyxy_px])
                for name, own, in_image in zip(seen, detected, poses, strict=True)
            },
            observations=tuple(o for camera in seen.values() for o in camera.observations),
            unplaced={
                name: _strangers(own, in_image, camera, expected[name])
                for (name, camera), own, in_image in zip(seen.items(), detected, found, strict=True)
            },
            stages_ns=watch.stages_ns,
        )

    def follow(self, sighting: Sighting) -> PipelineResult:
        """Merge what the cameras see into persons, and follow them."""
        watch = Stopwatch()
        with watch.stage("fusion"):
            outcome = self.fusion.follow(
                sighting.images.stamp_ns,
                sighting.cameras,
                sighting.observations,
                sighting.boxes_xyxy_px,
            )
        stages_ns = {**sighting.stages_ns, **watch.stages_ns}
        return PipelineResult(sighting, outcome.tracks, outcome.track_ids, stages_ns)

    def _perceive(
        self, images: ImageSet, expected: Mapping[str, ExpectedBoxes], watch: Stopwatch
    ) -> tuple[list[Detections], list[Poses2D]]:
        networks = (self.detector, self.estimator)
        before_ns = sum(network.inference_ns for network in networks)
        pixels = [image.pixels for image in images.images]
        with watch.stage("perception"):
            detected = self.detector.detect(pixels)
            poses = self.estimator.estimate(pixels, self._with_expected(images, expected, detected))
        inference_ns = sum(network.inference_ns for network in networks) - before_ns
        watch.move("perception", "inference", inference_ns)
        return detected, poses

    def _with_expected(
        self,
        images: ImageSet,
        expected: Mapping[str, ExpectedBoxes],
        detected: list[Detections],
    ) -> list[Detections]:
        """Return where to look for persons in each image."""
        threshold = self.estimator.person_threshold
        if not threshold:
            return detected
        there = [expected[image.camera_id] for image in images.images]
        return [
            with_expected(own, boxes.xyxy_px[boxes.whole], boxes.doubted[boxes.whole], threshold)
            for own, boxes in zip(detected, there, strict=True)
        ]

    def _observe(self, camera: Camera, stamp_ns: int, poses: Poses2D) -> CameraObservations:
        settings = self.fusion.settings.observation
        return observe(camera, stamp_ns, poses, self.estimator.skeleton, settings)


def _strangers(
    own: Detections, found: Poses2D, seen: CameraObservations, expected: ExpectedBoxes
) -> int:
    """Return how many persons are not placed who are seen where nobody is surely expected."""
    sure_px = expected.xyxy_px[~expected.doubted]
    strange = np.zeros(len(found), dtype=bool)
    strange[: len(own)] = unexpected(own.boxes_xyxy_px, sure_px)
    kept = slice(None) if found.confirmed is None else found.confirmed
    return int((strange[kept] & ~seen.placed).sum())
