"""Our triangulation on given keypoints: against a peer's points, and a board of known size."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from gpss_pose_ros.calibration.toml_file import read_calibration, read_toml
from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.evaluation.peer_association import FEET
from gpss_pose_ros.evaluation.peer_keypoints import read_peer_keypoints
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.geometry.triangulation import triangulate
from gpss_pose_ros.recordings.recording import calibration_file
from gpss_pose_ros.recordings.trc import read_trc
from gpss_pose_ros.types import FloatArray


def feet_errors_mm(directory: Path) -> FloatArray:
    """Return (F, 8) distances of triangulated foot keypoints from the peer's, in [mm].

    Both take the peer's keypoints. The peer leaves the lens's distortion out, so we do here.

    Args:
        directory: a recording with keypoints_associated/ and reference_unfiltered.trc.
    """
    cameras = [
        replace(camera, model=_without_distortion(camera.model))
        for camera in read_calibration(calibration_file(directory)).values()
    ]
    reference = read_trc(directory / "reference_unfiltered.trc")
    peer = np.stack([reference.marker(name) for name in FEET], axis=1)[:, :, [2, 0, 1]]
    ours = []
    for frame in range(len(peer)):
        keypoints = _peer_keypoints(directory / "keypoints_associated", len(cameras), frame)
        points = triangulate(cameras, keypoints[:, :, :2], keypoints[:, :, 2]).points_m
        ours.append(points[list(FEET.values())])
    errors: FloatArray = 1e3 * np.linalg.norm(np.array(ours) - peer, axis=2)
    return errors


def board_errors_mm(directory: Path, *, refine: bool = False) -> FloatArray:
    """Return (n,) errors of the distances between triangulated corners of a board, in [mm].

    Args:
        directory: a recording with camera_array.toml and CHARUCO/xy_CHARUCO.csv.
        refine: minimise the reprojection error after the linear solution.
    """
    cameras = _board_cameras(directory / "camera_array.toml")
    seen, board = _board_views(directory / "CHARUCO" / "xy_CHARUCO.csv")
    errors_mm = []
    for views in seen.values():
        pixels = np.full((len(cameras), len(board), 2), np.nan)
        for camera, corners in views.items():
            pixels[camera, list(corners)] = list(corners.values())
        found = triangulate(cameras, pixels, np.ones(pixels.shape[:2]), refine=refine).points_m
        for a, b in combinations(np.flatnonzero(np.isfinite(found[:, 0])), 2):
            distance = np.linalg.norm(found[a] - found[b])
            errors_mm.append(1e3 * abs(distance - np.linalg.norm(board[a] - board[b])))
    return np.array(errors_mm)


def _without_distortion(model: CameraModel) -> CameraModel:
    return replace(model, distortion=np.zeros(0))


def _peer_keypoints(folder: Path, cameras: int, frame: int) -> FloatArray:
    """Return (C, 25, 3) u, v, score; NaN where a file has no person."""
    names = (f"cam{c + 1:02d}" for c in range(cameras))
    return np.array([read_peer_keypoints(folder, name, frame) for name in names])


def _board_cameras(path: Path) -> Sequence[Camera]:
    """Read the cameras, a metre raised: in the board's frame some are below z = 0."""
    raised = Transform(np.eye(3), np.array([0.0, 0.0, 1.0]))
    cameras = []
    for name, table in read_toml(path)["cameras"].items():
        model = CameraModel(table["matrix"], table["distortions"], "plumb_bob", table["size"])
        camera_from_board = Transform(table["rotation"], table["translation"])
        cameras.append(Camera(f"cam_{name}", model, raised @ camera_from_board.inverse()))
    return cameras


def _board_views(
    path: Path,
) -> tuple[dict[int, dict[int, dict[int, tuple[float, float]]]], FloatArray]:
    """Return pixels by instant, camera and corner, and the corners (n, 3) on the board in [m]."""
    seen: dict[int, dict[int, dict[int, tuple[float, float]]]] = {}
    board: dict[int, list[float]] = {}
    try:
        with path.open() as file:
            for row in csv.DictReader(file):
                corner = int(row["keypoint_id"])
                board[corner] = [float(row[f"obj_loc_{axis}"]) for axis in "xyz"]
                views = seen.setdefault(int(row["sync_index"]), {})
                pixel = (float(row["img_loc_x"]), float(row["img_loc_y"]))
                views.setdefault(int(row["cam_id"]), {})[corner] = pixel
    except (OSError, KeyError, ValueError) as error:
        raise RecordingError(f"cannot read corners {path}: {error}") from error
    return seen, np.array([board[corner] for corner in sorted(board)])
