"""Networks against a peer's keypoints: the right person, the right pixels, misses counted."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.evaluation.peer_keypoints import PEER_SKELETON, read_peer_keypoints
from gpss_pose_ros.evaluation.real_comparison import compare, real_figures, real_lines
from gpss_pose_ros.evaluation.real_footage import ReferenceImage, reference_images
from gpss_pose_ros.perception.skeleton import SKELETONS, Skeleton
from gpss_pose_ros.recordings.recording import calibration_file, load_recording
from gpss_pose_ros.types import Detections, Poses2D

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))
BALANCING = SHARED / "data" / "pose2sim_balancing"
KEYPOINTS = np.random.default_rng(5).uniform(100.0, 400.0, (len(PEER_SKELETON), 2))
BLACK = np.zeros((480, 640, 3), np.uint8)
OURS = SKELETONS["coco17_feet"]


@dataclass
class Eyes:
    """A detector and a pose estimator that find given persons in every image."""

    keypoints_px: np.ndarray
    skeleton: Skeleton = OURS
    inference_ns = 0

    def detect(self, images):
        boxes = [np.concatenate([k.min(axis=0), k.max(axis=0)]) for k in self.keypoints_px]
        return [Detections(np.reshape(boxes, (-1, 4)), np.ones(len(boxes)))] * len(images)

    def estimate(self, images, detections):
        indices = [PEER_SKELETON.index(name) for name in self.skeleton.keypoints]
        poses = self.keypoints_px[:, indices]
        return [Poses2D(poses, np.ones(poses.shape[:2]), found) for found in detections]


def image(known=None):
    known = np.ones(len(PEER_SKELETON), bool) if known is None else known
    return ReferenceImage("north", 0, BLACK, KEYPOINTS, known)


def look(*persons, skeleton=OURS, known=None):
    eyes = Eyes(np.reshape(persons, (-1, len(PEER_SKELETON), 2)), skeleton)
    return compare(image(known), eyes, eyes)


def values(*comparisons):
    return {f.name: f.value for f in real_figures(comparisons)}


def test_what_the_peer_sees_is_found_and_right():
    found = values(look(KEYPOINTS))
    assert found["recall"] == found["pck_0.2"] == found["pck_0.2_heels_and_toes"] == 1.0
    assert found["other_detections_per_image"] == 0.0


def test_everything_of_a_person_who_is_missed_is_wrong():
    found = values(look(KEYPOINTS), look(KEYPOINTS + 400.0), look())
    assert found["recall"] == found["pck_0.2"] == pytest.approx(1 / 3)
    assert found["other_detections_per_image"] == pytest.approx(1 / 3)


def test_of_several_persons_the_one_in_the_place_counts():
    assert values(look(KEYPOINTS + 30.0, KEYPOINTS, KEYPOINTS - 30.0))["pck_0.2"] == 1.0


def test_only_keypoints_that_both_know_count():
    known = np.ones(len(PEER_SKELETON), bool)
    known[[3, 20]] = False
    assert look(KEYPOINTS, known=known).counted.sum() == len(OURS) - 2
    body = look(KEYPOINTS, skeleton=SKELETONS["coco17"])
    assert body.counted.sum() == 17
    assert values(body)["pck_0.2_heels_and_toes"] is None


def test_a_part_that_is_off_is_told():
    moved = KEYPOINTS.copy()
    wrist = PEER_SKELETON.index("left_wrist")
    moved[wrist] = KEYPOINTS.mean(axis=0) + 200.0
    moved[wrist] = np.clip(moved[wrist], KEYPOINTS.min(axis=0), KEYPOINTS.max(axis=0))
    lines = {line.split()[0]: line.split()[1:] for line in real_lines([look(moved)]) if line}
    assert lines["north"][0] == "100.0%"
    assert lines["wrist"] == ["2", "50.0%"]
    assert lines["knee"] == ["2", "100.0%"]


def test_a_file_of_the_peer_that_is_missing_or_broken_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"cam01\.0003\.json"):
        read_peer_keypoints(tmp_path, "cam01", 3)
    path = tmp_path / "cam01_json" / "cam01.0003.json"
    path.parent.mkdir()
    for text, error in (
        ('{"people": []}', None),
        ('{"people": [{}]}', None),
        ("[]", "cannot read"),
    ):
        path.write_text(text)
        if error is None:
            assert np.isnan(read_peer_keypoints(tmp_path, "cam01", 3)).all()
        else:
            with pytest.raises(RecordingError, match=error):
                read_peer_keypoints(tmp_path, "cam01", 3)


@pytest.mark.skipif(not BALANCING.is_dir(), reason=f"real data is not here: {BALANCING}")
def test_the_peers_keypoints_mean_the_same_rays_in_the_videos():
    """Two videos are letterboxed: keypoints left in the calibrated size would point elsewhere."""
    recording = load_recording(BALANCING)
    calibrated = read_calibration(calibration_file(BALANCING))
    images = list(reference_images(recording, every=45))
    assert len(images) == 4 * 3
    for view, recorded in zip(images, recording.cameras * 3, strict=True):
        camera, video = recorded.camera, recorded.video
        assert (view.camera_id, view.pixels.shape[1::-1]) == (camera.camera_id, video.size)
        folder = BALANCING / "keypoints_associated"
        given = read_peer_keypoints(folder, video.path.stem, view.frame)
        np.testing.assert_allclose(
            camera.model.back_project(view.keypoints_px),
            calibrated[view.camera_id].model.back_project(given[:, :2]),
            atol=1e-9,
        )
