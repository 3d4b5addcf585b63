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

    Args:
        folder: with a folder of files for each camera.
        camera: as the files are called, such as cam01.
        frame: number of the image.

    Returns:
        NaN where the file has no person.

    Raises:
        RecordingError: the file is missing or not in that format.
    """
    path = folder / f"{camera}_json" / f"{camera}.{frame:04d}.json"
    try:
        people = json.loads(path.read_text())["people"]
        values = people[0].get("pose_keypoints_2d") if people else None
        if not values:
            return np.full((len(PEER_SKELETON), 3), np.nan)
        return np.reshape(np.array(values, dtype=np.float64), (len(PEER_SKELETON), 3))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"cannot read keypoints {path}: {error}") from error
