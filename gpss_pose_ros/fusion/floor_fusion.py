"""Everybody on the floor from what several cameras detect: the fusion by itself, without images.

cameras = {
    "east": Camera.from_projection_matrix("east", P_east, (1920, 1080)),
    "west": Camera("west", CameraModel(K, distortion, "plumb_bob", (1920, 1080)), pose),
}
fusion = FloorFusion()
for stamp_ns, boxes in recording:  # by camera (N, 5): left, top, right, bottom, score
    seen = {name: Detections(b[:, :4], b[:, 4]) for name, b in boxes.items()}
    for track in fusion.update(stamp_ns, cameras, seen):
        print(track.track_id, track.status.name, track.position_m, track.covariance[:2, :2])
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.fusion.association import associate
from gpss_pose_ros.fusion.drift import DriftMonitor, DriftSettings
from gpss_pose_ros.fusion.expectation import ExpectedBoxes, boxes_of
from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.fusion.merge import MergeSettings
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.fusion.person import persons
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.fusion.wardrobe import Wardrobe
from gpss_pose_ros.fusion.watch import View, shown_empty
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.perception.skeleton import COCO17, Skeleton
from gpss_pose_ros.types import Detections, FloatArray, FloorObservation, Poses2D, Track

_NO_KEYPOINTS = Skeleton("none", ())


@dataclass(frozen=True)
class FusionSettings:
    """Settings of every step after the networks.

    Attributes:
        min_person_px: a place where a person is narrower than this in an image is not watched by
            that camera, in [px].
        observation: what is assumed about bodies and keypoints.
        merge: how cameras are merged.
        tracker: how persons are followed.
        drift: when a camera counts as moved.
    """

    min_person_px: float = 20.0
    observation: ObservationSettings = field(default_factory=ObservationSettings)
    merge: MergeSettings = field(default_factory=MergeSettings)
    tracker: TrackerSettings = field(default_factory=TrackerSettings)
    drift: DriftSettings = field(default_factory=DriftSettings)

    def __post_init__(self) -> None:
        require_finite(self, "fusion")


@dataclass(frozen=True)
class Outcome:
    """What one instant led to.

    Attributes:
        tracks: every person known, seen or not.
        track_ids: as whom each observation is followed, in their order; None: as nobody.
    """

    tracks: tuple[Track, ...]
    track_ids: tuple[int | None, ...]


class FloorFusion:
    """From detections of several cameras to tracks.

    All state there is: `tracker`, who is where; `drift`, where cameras seem to be; and `wardrobe`,
    how much colours tell.

    Args:
        settings: of every step; defaults where None.
        track_ids: yields the identities, from 1 on by default.
    """

    def __init__(
        self, settings: FusionSettings | None = None, track_ids: Iterator[int] | None = None
    ) -> None:
        self.settings = settings or FusionSettings()
        self.tracker = Tracker(self.settings.tracker, track_ids)
        self.drift = DriftMonitor(self.settings.drift)
        self.wardrobe = Wardrobe()

    def update(
        self,
        stamp_ns: int,
        cameras: Mapping[str, Camera],
        seen: Mapping[str, Detections | Poses2D],
        skeleton: Skeleton = COCO17,
    ) -> tuple[Track, ...]:
        """Take what all cameras detect at one instant; return everybody known, seen or not.

        Args:
            stamp_ns: capture time, in [ns].
            cameras: by camera_id, calibrated at that time.
            seen: by camera_id, boxes alone or boxes with keypoints. A camera that is alive and
                sees nobody must say so with none: one that is left out has not looked, and what
                nobody looked at is not empty.
            skeleton: meaning of the keypoints.

        Raises:
            InputError: `seen` names a camera that `cameras` lacks.
        """
        poses = {name: _poses(given) for name, given in seen.items()}
        for name in poses:
            if name not in cameras:
                raise InputError(unknown_choice("camera", name, cameras, "seen"))
        observations = tuple(
            observation
            for name, in_image in poses.items()
            for observation in observe(
                cameras[name],
                stamp_ns,
                in_image,
                skeleton if in_image.keypoints_px.shape[1] else _NO_KEYPOINTS,
                self.settings.observation,
            ).observations
        )
        boxes = {name: in_image.detections.boxes_xyxy_px for name, in_image in poses.items()}
        return self.follow(stamp_ns, cameras, observations, boxes).tracks

    def expected_boxes(
        self, stamp_ns: int, cameras: Mapping[str, Camera]
    ) -> dict[str, ExpectedBoxes]:
        """Return by camera the boxes in which those who are followed should be.

        Args:
            stamp_ns: capture time, in [ns].
            cameras: by camera_id.
        """
        return boxes_of(self.tracker.bodies(stamp_ns), cameras)

    def follow(
        self,
        stamp_ns: int,
        cameras: Mapping[str, Camera],
        observations: Sequence[FloorObservation],
        boxes_xyxy_px: Mapping[str, FloatArray],
    ) -> Outcome:
        """Merge observations of one instant into persons, and follow them.

        Args:
            stamp_ns: capture time, in [ns].
            cameras: by camera_id.
            observations: everybody who could be placed on the floor, by whichever camera.
            boxes_xyxy_px: by camera (N, 4), all that may be somebody, for every camera that looked.
        """
        settings = self.settings
        rays = KeypointRays.of(observations, cameras)
        groups = associate(observations, cameras, settings.merge.association, rays)
        self.wardrobe.learn(observations, groups)
        if self.drift.is_due(stamp_ns):
            gathered = [[observations[i] for i in members] for members in groups]
            self.drift.update(gathered, cameras, stamp_ns)
        views = [View(cameras[name], boxes) for name, boxes in boxes_xyxy_px.items()]
        people = persons(groups, observations, cameras, settings.merge.person, rays)
        tracks = self.tracker.update(
            people,
            stamp_ns,
            lambda positions_m: shown_empty(positions_m, views, settings.min_person_px),
            self.wardrobe.evidence,
        )
        track_ids: list[int | None] = [None] * len(observations)
        for members, track_id in zip(groups, self.tracker.identities(people), strict=True):
            for i in members:
                track_ids[i] = track_id
        return Outcome(tracks, tuple(track_ids))


def _poses(given: Detections | Poses2D) -> Poses2D:
    """Return boxes as poses without keypoints."""
    if isinstance(given, Poses2D):
        return given
    count = len(given)
    return Poses2D(np.full((count, 0, 2), np.nan), np.empty((count, 0)), given)
