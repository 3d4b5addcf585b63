"""The main job on one page: from one set of images to every person on the floor.

    ImageSet -> Detections -> Poses2D -> FloorObservations -> PersonObservations -> Tracks

Each arrow is one call below, each noun a class in `types.py`. Nothing here knows ROS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.fusion.merge import MergeSettings, merge
from gpss_pose_ros.fusion.observe import CameraObservations, ObservationSettings, observe
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.floor import visible_floor
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.pose_estimator import PoseEstimator
from gpss_pose_ros.stopwatch import Stopwatch
from gpss_pose_ros.types import (
    FloatArray,
    FloorObservation,
    ImageArray,
    ImageSet,
    Poses2D,
    Track,
)

_WATCHED_HEIGHTS_M = (0.0, 0.9)  # a person is seen by the feet or by the hips


@dataclass(frozen=True)
class PipelineSettings:
    """Settings of every step after the networks."""

    observation: ObservationSettings = field(default_factory=ObservationSettings)
    merge: MergeSettings = field(default_factory=MergeSettings)
    tracker: TrackerSettings = field(default_factory=TrackerSettings)


@dataclass(frozen=True)
class PipelineResult:
    """Everything one image set led to.

    Attributes:
        stamp_ns: oldest capture time of the set, in [ns].
        tracks: every person known, seen or not.
        observations: what each camera saw, the evidence.
        poses: by camera, for drawing.
        unplaced: by camera, persons that could not be placed on the floor.
        stages_ns: time by stage; `inference` is the networks alone, `perception` what surrounds it.
    """

    stamp_ns: int
    tracks: tuple[Track, ...]
    observations: tuple[FloorObservation, ...]
    poses: dict[str, Poses2D]
    unplaced: dict[str, int]
    stages_ns: dict[str, int]


class Pipeline:
    """Networks, settings, and the only state there is: the tracks."""

    def __init__(
        self, detector: Detector, estimator: PoseEstimator, settings: PipelineSettings
    ) -> None:
        self.detector = detector
        self.estimator = estimator
        self.settings = settings
        self.tracker = Tracker(settings.tracker)

    def process(self, images: ImageSet, cameras: Mapping[str, Camera]) -> PipelineResult:
        """Take one set of images; return everybody on the floor.

        Args:
            images: of the cameras that delivered; a camera without a calibration must not be in it.
            cameras: by camera_id, calibrated at the time of capture.
        """
        watch = Stopwatch()
        poses = self._perceive([image.pixels for image in images.images], watch)
        with watch.stage("geometry"):
            seen = [
                self._observe(cameras[image.camera_id], image.stamp_ns, poses_in_image)
                for image, poses_in_image in zip(images.images, poses, strict=True)
            ]
            observations = tuple(o for camera in seen for o in camera.observations)
        with watch.stage("fusion"):
            persons = merge(observations, cameras, self.settings.merge)
            live = [cameras[image.camera_id] for image in images.images]
            tracks = self.tracker.update(
                persons, images.stamp_ns, lambda position_m: _is_watched(position_m, live)
            )
        names = [image.camera_id for image in images.images]
        return PipelineResult(
            stamp_ns=images.stamp_ns,
            tracks=tracks,
            observations=observations,
            poses=dict(zip(names, poses, strict=True)),
            unplaced={name: s.unplaced for name, s in zip(names, seen, strict=True)},
            stages_ns=watch.stages_ns,
        )

    def _perceive(self, pixels: Sequence[ImageArray], watch: Stopwatch) -> list[Poses2D]:
        networks = (self.detector, self.estimator)
        before_ns = sum(network.inference_ns for network in networks)
        with watch.stage("perception"):
            detections = self.detector.detect(pixels)
            poses = self.estimator.estimate(pixels, detections)
        inference_ns = sum(network.inference_ns for network in networks) - before_ns
        watch.move("perception", "inference", inference_ns)
        return poses

    def _observe(self, camera: Camera, stamp_ns: int, poses: Poses2D) -> CameraObservations:
        return observe(camera, stamp_ns, poses, self.estimator.skeleton, self.settings.observation)


def _is_watched(position_m: FloatArray, live: Sequence[Camera]) -> bool:
    """Tell whether a live camera would see a person standing at a floor position (2,)."""
    place = np.asarray(position_m)[None]
    return any(
        visible_floor(camera, place, height)[0] for camera in live for height in _WATCHED_HEIGHTS_M
    )
