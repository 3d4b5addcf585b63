"""What is written as a recording is read as the same recording."""

import numpy as np
import pytest

from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.recordings.recording import load_recording
from gpss_pose_ros.recordings.write import write_recording

SIZE = (64, 48)
K = np.array([[40.0, 0.0, 31.0], [0.0, 41.0, 24.0], [0.0, 0.0, 1.0]])
DISTORTIONS = {
    "plumb_bob": [-0.2, 0.05, 0.001, -0.002, 0.01],
    "rational_polynomial": [-0.2, 0.05, 0.001, -0.002, 0.0, 0.1, 0.01, 0.0],
    "equidistant": [0.05, -0.01, 0.002, 0.0],
}
CAMERAS = [
    Camera(
        f"ceiling.{model}",  # a dot would split a bare key in two tables
        CameraModel(K, np.array(distortion), model, SIZE),
        Transform.from_rotation_vector([2.5, 0.4, -0.3], [0.3, -1.0, 4.0 + i]),
    )
    for i, (model, distortion) in enumerate(DISTORTIONS.items())
]


def images(level):
    return {
        camera.camera_id: np.full((48, 64, 3), level + 20 * i, np.uint8)
        for i, camera in enumerate(CAMERAS)
    }


def test_a_recording_comes_back(tmp_path):
    sets = [images(level) for level in (40, 90, 140)]
    write_recording(tmp_path / "new", CAMERAS, 10.0, sets)
    recording = load_recording(tmp_path / "new")
    assert (recording.frames, recording.rate_hz) == (3, 10.0)
    points = np.random.default_rng(0).uniform([-1, -2, 0], [1, 0, 1.8], (40, 3))
    for recorded, camera in zip(recording.cameras, CAMERAS, strict=True):
        assert recorded.camera.camera_id == camera.camera_id
        assert recorded.camera.model.model == camera.model.model
        np.testing.assert_allclose(recorded.camera.project(points), camera.project(points))
    for written, read in zip(sets, recording.image_sets(), strict=True):
        for name, pixels in written.items():
            np.testing.assert_allclose(read[name], pixels, atol=2.0)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match=r"cannot write to .*file"):
        write_recording(tmp_path / "file", CAMERAS, 10.0, [])
