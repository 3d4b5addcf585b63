"""Simulated footage is written as footage of real cameras is, and shows the same."""

from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import SetupError
from gpss_pose_ros.recordings.recording import load_recording
from gpss_pose_ros.simulation.footage import Footage
from gpss_pose_ros.simulation.recorder import record_footage
from gpss_pose_ros.simulation.scenario import Scenario

ROOT = Path(__file__).resolve().parents[3]


def test_footage_is_what_the_factory_shows(tmp_path):
    world = Scenario("demo", people=1, cameras=2).load(ROOT)
    try:
        record_footage(tmp_path, world, 10.0, 0.3)
    except SetupError as error:
        pytest.skip(str(error))
    recording = load_recording(tmp_path)
    assert (recording.frames, recording.rate_hz) == (3, 10.0)
    footage = Footage(world, 10.0)
    for index, images in enumerate(recording.image_sets()):
        for camera, pixels in images.items():
            shown = footage.view(camera, index).pixels
            assert np.abs(pixels.astype(int) - shown).mean() < 4.0  # what JPEG loses
    footage.factory.close()
