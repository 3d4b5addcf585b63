"""Reads the keypoints a peer toolkit found in recorded footage: OpenPose-style JSON files."""

import json
from pathlib import Path

import numpy as np

from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import FloatArray

PEER_SKELETON = SKELETONS["body_25b"]


def read_peer_keypoints(folder: Path, camera: str, frame: int) -> FloatArray:
    """Return the first person's keypoints (25, 3): u, v in [px] of the calibrated image, score.

    NaN where the file has no person; else as `read_peer_people`.
    """
    people = read_peer_people(folder, camera, frame)
    return people[0] if len(people) else np.full((len(PEER_SKELETON), 3), np.nan)


def read_peer_people(folder: Path, camera: str, frame: int) -> FloatArray:
    """Return the keypoints (N, 25, 3) of everybody in an image: u, v in [px], score.

    Args:
        folder: with a folder of files for each camera.
        camera: as the files are called, such as cam01.
        frame: number of the image.

    Raises:
        RecordingError: the file is missing or not in that format.
    """
    path = folder / f"{camera}_json" / f"{camera}.{frame:04d}.json"
    try:
        people = json.loads(path.read_text())["people"]
        values = [person.get("pose_keypoints_2d") for person in people]
        found = [np.array(value, dtype=np.float64) for value in values if value]
        return np.reshape(found, (len(found), len(PEER_SKELETON), 3))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(f"cannot read keypoints {path}: {error}") from error
