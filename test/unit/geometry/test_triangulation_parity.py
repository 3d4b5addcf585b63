"""Real footage: a peer's points from the same keypoints, and a board of known size."""

import csv
import json
from itertools import combinations

import numpy as np
import pytest

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.geometry.triangulation import triangulate

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10: pytest depends on it there
    import tomli as tomllib

FEET = {
    "RAnkle": 16, "RBigToe": 22, "RSmallToe": 23, "RHeel": 24,
    "LAnkle": 15, "LBigToe": 19, "LSmallToe": 20, "LHeel": 21,
}  # fmt: skip
"""Columns of the TRC file and their indices in BODY_25B."""


def read_toml(path):
    with path.open("rb") as file:
        return tomllib.load(file)


def read_keypoints(folder, cameras, frame):
    """(C, 25, 3) u, v, score; NaN where a file has no person."""
    keypoints = np.full((len(cameras), 25, 3), np.nan)
    for c in range(len(cameras)):
        name = f"cam{c + 1:02d}"
        people = json.loads((folder / f"{name}_json" / f"{name}.{frame:04d}.json").read_text())
        values = people["people"][0].get("pose_keypoints_2d") if people["people"] else None
        if values:
            keypoints[c] = np.reshape(values, (25, 3))
    return keypoints


def read_feet(path):
    """(frames, feet, 3) in the world's axes: the file's (X, Y, Z) are the world's (Y, Z, X)."""
    lines = path.read_text().splitlines()
    names = lines[3].split("\t")[2::3]
    table = np.genfromtxt(lines[5:])[:, 2:].reshape(len(lines) - 5, -1, 3)
    return table[:, [names.index(name) for name in FEET]][:, :, [2, 0, 1]]


def balancing_camera(values):
    """Distortion is left out: the peer triangulated raw pixels."""
    model = CameraModel(values["matrix"], [], "plumb_bob", values["size"])
    world = Transform.from_rotation_vector(values["rotation"], values["translation"])
    return Camera(values["name"], model, world.inverse())


def test_feet_of_the_balancing_recording_equal_the_peers(shared):
    folder = shared / "data" / "pose2sim_balancing"
    calibration = read_toml(folder / "Calib_qualisys.toml")
    cameras = [balancing_camera(v) for name, v in calibration.items() if name != "metadata"]
    peer = read_feet(folder / "reference_unfiltered.trc")
    ours = []
    for frame in range(len(peer)):
        keypoints = read_keypoints(folder / "keypoints_associated", cameras, frame)
        result = triangulate(cameras, keypoints[:, :, :2], keypoints[:, :, 2])
        ours.append(result.points_m[list(FEET.values())])
    errors_mm = 1e3 * np.linalg.norm(np.array(ours) - peer, axis=2)
    assert np.isfinite(errors_mm).all()
    assert np.median(errors_mm) <= 0.05
    assert np.mean(errors_mm <= 0.05) > 0.9  # we also leave out a camera that stands out


def read_board(path):
    """Board instants: {sync: {camera: {corner: (u, v)}}}, and corner positions on the board [m]."""
    seen, board = {}, {}
    with path.open() as file:
        for row in csv.DictReader(file):
            corner = int(row["keypoint_id"])
            board[corner] = [float(row[f"obj_loc_{axis}"]) for axis in "xyz"]
            views = seen.setdefault(int(row["sync_index"]), {})
            pixel = (float(row["img_loc_x"]), float(row["img_loc_y"]))
            views.setdefault(int(row["cam_id"]), {})[corner] = pixel
    return seen, np.array([board[corner] for corner in sorted(board)])


def board_camera(values):
    """The recording's frame is the board's at one instant; raised: no camera underground."""
    model = CameraModel(values["matrix"], values["distortions"], "plumb_bob", values["size"])
    camera_from_world = Transform(values["rotation"], values["translation"])
    raised = Transform(np.eye(3), [0.0, 0.0, 1.0])
    return Camera(f"cam_{values['cam_id']}", model, raised @ camera_from_world.inverse())


@pytest.mark.parametrize("refine", [False, True])
def test_triangulated_corners_keep_the_boards_distances(shared, refine):
    folder = shared / "data" / "caliscope_charuco"
    cameras = [board_camera(v) for v in read_toml(folder / "camera_array.toml")["cameras"].values()]
    seen, board = read_board(folder / "CHARUCO" / "xy_CHARUCO.csv")
    errors_mm = []
    for views in seen.values():
        pixels = np.full((len(cameras), len(board), 2), np.nan)
        for camera, corners in views.items():
            pixels[camera, list(corners)] = list(corners.values())
        found = triangulate(cameras, pixels, np.ones(pixels.shape[:2]), refine=refine).points_m
        for a, b in combinations(np.flatnonzero(np.isfinite(found[:, 0])), 2):
            distance = np.linalg.norm(found[a] - found[b])
            errors_mm.append(1e3 * abs(distance - np.linalg.norm(board[a] - board[b])))
    assert len(errors_mm) > 1000
    assert np.median(errors_mm) <= 0.65
