"""Recorded footage: synchronised sets come out, or an error says what is wrong and where."""

import os
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import CalibrationError, RecordingError
from gpss_pose_ros.recordings.recording import calibration_file, load_recording

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))
BALANCING = SHARED / "data" / "pose2sim_balancing"


def test_sets_hold_the_same_instant_of_every_camera(footage):
    recording = load_recording(footage(frames=4))
    assert [c.camera.camera_id for c in recording.cameras] == ["cam_01", "cam_02"]
    assert (recording.frames, recording.rate_hz) == (4, 25.0)
    sets = list(recording.image_sets())
    assert len(sets) == 4
    for k, images in enumerate(sets):
        levels = {name: round(float(np.mean(image))) for name, image in images.items()}
        assert levels == pytest.approx({"cam_01": 40 + 10 * k, "cam_02": 45 + 10 * k}, abs=2)


def test_the_shortest_video_ends_the_recording(footage, write_video):
    folder = footage(frames=5)
    write_video(folder / "videos" / "cam02.avi", frames=3)
    recording = load_recording(folder)
    assert recording.frames == 3
    assert len(list(recording.image_sets())) == 3


def test_videos_may_lie_beside_the_calibration(footage):
    folder = footage()
    for video in (folder / "videos").iterdir():
        video.rename(folder / video.name)
    (folder / "videos").rmdir()
    assert len(load_recording(folder).cameras) == 2


def test_a_camera_without_a_video_is_named(footage):
    folder = footage()
    (folder / "videos" / "cam02.avi").unlink()
    with pytest.raises(RecordingError, match=r"camera cam_02 .*found: cam01\.avi") as caught:
        load_recording(folder)
    assert str(folder) in str(caught.value)


def test_a_video_that_is_none_is_named(footage):
    folder = footage()
    (folder / "videos" / "cam02.avi").write_bytes(b"not a video" * 100)
    with pytest.raises(RecordingError, match=r"decode video .*cam02\.avi"):
        load_recording(folder)


def test_videos_of_different_rates_are_refused(footage, write_video):
    folder = footage()
    write_video(folder / "videos" / "cam02.avi", rate_hz=30.0)
    with pytest.raises(RecordingError, match=r"frame rate: \[25\.0, 30\.0\]"):
        load_recording(folder)


@pytest.mark.parametrize("make", [lambda p: p / "nothing", lambda p: p], ids=["folder", "file"])
def test_a_folder_without_a_calibration_is_named(tmp_path, make):
    with pytest.raises(RecordingError, match=r"no folder|no calibration") as caught:
        calibration_file(make(tmp_path))
    assert str(make(tmp_path)) in str(caught.value)


def test_a_broken_calibration_names_the_file_and_the_camera(footage):
    folder = footage()
    path = folder / "Calib_test.toml"
    path.write_text(path.read_text().replace("translation = [0.0, 0.0, 3.0]", "", 1))
    with pytest.raises(CalibrationError, match=r"Calib_test\.toml, camera cam_01: missing trans"):
        load_recording(folder)


def test_black_bars_explain_another_size(footage):
    recording = load_recording(footage(calibrated=(640, 480), size=(640, 560), bars_px=(0, 40)))
    for recorded in recording.cameras:
        assert "letterboxed" in recorded.note
        assert recorded.camera.model.size == (640, 560)
        np.testing.assert_allclose(recorded.camera.project([[0, 0, 0]]), [[319.5, 279.5]])


def test_a_plain_resize_is_carried_over(footage):
    recording = load_recording(footage(calibrated=(1280, 960), size=(640, 480)))
    for recorded in recording.cameras:
        assert recorded.camera.model.size == (640, 480)
        np.testing.assert_allclose(recorded.camera.model.K[0, 0], 250.0)


def test_another_size_without_bars_is_refused(footage):
    folder = footage(calibrated=(640, 480), size=(640, 560))
    with pytest.raises(CalibrationError, match=r"calibrate at the video's size") as caught:
        load_recording(folder)
    for part in ("cam_01", "640x480", "640x560", "cam01.avi"):
        assert part in str(caught.value)


@pytest.mark.skipif(not BALANCING.is_dir(), reason=f"real footage is not here: {BALANCING}")
def test_real_letterboxed_footage_is_adapted():
    recording = load_recording(BALANCING)
    assert recording.frames == 100
    notes = {c.camera.camera_id: c.note for c in recording.cameras}
    assert {name for name, note in notes.items() if note} == {"cam_01", "cam_02"}
    images = next(recording.image_sets())
    for recorded in recording.cameras:
        height, width, _ = images[recorded.camera.camera_id].shape
        assert recorded.camera.model.size == (width, height)
