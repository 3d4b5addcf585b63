"""Our association and fusion on everybody a peer saw: do they find the person the peer kept?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.evaluation.peer_keypoints import (
    PEER_SKELETON,
    read_peer_keypoints,
    read_peer_people,
)
from gpss_pose_ros.fusion.association import associate
from gpss_pose_ros.fusion.merge import MergeSettings
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.fusion.person import persons
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.recordings.recording import calibration_file
from gpss_pose_ros.recordings.trc import read_trc
from gpss_pose_ros.types import Detections, FloatArray, FloorObservation, Poses2D

FEET = {
    "RAnkle": 16,
    "RBigToe": 22,
    "RSmallToe": 23,
    "RHeel": 24,
    "LAnkle": 15,
    "LBigToe": 19,
    "LSmallToe": 20,
    "LHeel": 21,
}
"""Markers of the peer's file, and their indices in its keypoints (BODY_25B)."""
_RATE_HZ = 60.0


@dataclass(frozen=True, eq=False)
class PeerAgreement:
    """How our persons compare with the one the peer kept, over F instants.

    Attributes:
        bystanders: (F,) observations of others that were there to be mixed up.
        same_person: (F,) whether one group is exactly the peer's observations, one a camera.
        feet_mm: (F, 8) distance of that group's triangulated foot keypoints from the peer's; NaN
            where it is another group, or has no such point.
    """

    bystanders: FloatArray
    same_person: FloatArray
    feet_mm: FloatArray


def peer_agreement(directory: Path) -> PeerAgreement:
    """Associate and fuse everybody in keypoints_raw/, and compare with keypoints_associated/.

    Args:
        directory: a recording with both, and reference_unfiltered.trc.

    Raises:
        RecordingError: something of that is missing.
    """
    cameras = read_calibration(calibration_file(directory))
    files = {name: f"cam{number:02d}" for number, name in enumerate(cameras, 1)}
    reference = read_trc(directory / "reference_unfiltered.trc")
    peer_m = np.stack([reference.marker(name) for name in FEET], axis=1)[:, :, [2, 0, 1]]
    bystanders, same, feet_mm = [], [], []
    for frame in range(len(peer_m)):
        seen = _observations(directory, cameras, files, frame)
        kept = _kept(directory, files, frame, seen)
        groups = associate(seen, cameras, MergeSettings().association)
        found = [group for group in groups if set(group) == kept]
        bystanders.append(len(seen) - len(kept))
        same.append(bool(found))
        points_m = np.full((len(PEER_SKELETON), 3), np.nan)
        if found:
            points_m = persons(found, seen, cameras, MergeSettings().person)[0].keypoints_m
        feet_mm.append(1e3 * np.linalg.norm(points_m[list(FEET.values())] - peer_m[frame], axis=1))
    return PeerAgreement(np.array(bystanders, float), np.array(same, float), np.array(feet_mm))


def _observations(
    directory: Path, cameras: Mapping[str, Camera], files: Mapping[str, str], frame: int
) -> list[FloorObservation]:
    """Return what every camera says of everybody in its image."""
    seen: list[FloorObservation] = []
    for name, camera in cameras.items():
        people = read_peer_people(directory / "keypoints_raw", files[name], frame)
        known = people[..., 2:] > 0.0
        points = np.where(known, people[..., :2], np.nan)
        boxes = np.column_stack([np.nanmin(points, axis=1), np.nanmax(points, axis=1)])
        boxes = boxes.reshape(-1, 4)
        poses = Poses2D(points, people[..., 2], Detections(boxes, np.ones(len(boxes))))
        stamp_ns = round(frame * 1e9 / _RATE_HZ)
        seen += observe(camera, stamp_ns, poses, PEER_SKELETON, ObservationSettings()).observations
    return seen


def _kept(
    directory: Path, files: Mapping[str, str], frame: int, seen: list[FloorObservation]
) -> set[int]:
    """Return the indices of the observations that the peer took for the one person."""
    folder = directory / "keypoints_associated"
    kept = set()
    for name, file in files.items():
        scores = read_peer_keypoints(folder, file, frame)[:, 2]
        if np.isnan(scores).all():
            continue  # the peer took nobody of this camera
        own = [i for i, o in enumerate(seen) if o.camera_id == name]
        same = [i for i in own if np.array_equal(seen[i].keypoint_scores, scores)]
        if not same:
            raise RecordingError(f"{folder}: {file}.{frame:04d} is of nobody in keypoints_raw")
        kept.add(same[0])
    return kept
