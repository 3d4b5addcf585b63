"""Both networks on four cameras of real footage, against a peer's 2D keypoints.

The peer (OpenPose, in the calibrated 1088 x 1920 image) is an estimate too, so the tolerance is
what two good estimators differ by on a person 700 px tall, not our own result.
"""

import json

import cv2
import numpy as np
import pytest

from gpss_pose_ros.perception.load import load_detector, load_pose_estimator
from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.types import Side

CAMERAS = ("cam01", "cam02", "cam03", "cam04")
FRAMES = (0, 10, 20, 30, 40)


def read_frames(path):
    capture = cv2.VideoCapture(str(path))
    frames = [capture.read()[1] for _ in range(FRAMES[-1] + 1)]
    capture.release()
    return [frames[i] for i in FRAMES]


def peer_keypoints(folder, camera, frame, size):
    """Return the balancing person's 25 keypoints (25, 3) = x, y, likelihood in video pixels."""
    text = (folder / f"{camera}_json" / f"{camera}.{frame:04d}.json").read_text()
    keypoints = np.array(json.loads(text)["people"][0]["pose_keypoints_2d"]).reshape(-1, 3)
    # Two of the videos hold the calibrated image shrunk to their width, with bars above and below.
    scale = size[0] / 1088
    bar = (size[1] - 1920 * scale) / 2
    keypoints[:, :2] = (keypoints[:, :2] + 0.5) * scale - 0.5 + [0.0, bar]
    return keypoints


@pytest.fixture(scope="module")
def footage(shared):
    folder = shared / "data" / "pose2sim_balancing"
    if not folder.is_dir():
        pytest.skip(f"no footage at {folder}")
    return folder


@pytest.fixture(scope="module")
def results(bundled, shared, footage):
    """Per camera and frame: detections, poses and the peer's keypoints."""
    models = [shared / "models"]
    detector = load_detector(load_model_description("yolox_nano", [bundled]), models, threads=2)
    estimator = load_pose_estimator(
        load_model_description("movenet_lightning", [bundled]), models, threads=2
    )
    videos = [read_frames(footage / "videos" / f"{c}.mp4") for c in CAMERAS]
    found = {camera: [] for camera in CAMERAS}
    for index, frame in enumerate(FRAMES):
        images = [video[index] for video in videos]
        poses = estimator.estimate(images, detector.detect(images))
        for camera, image, pose in zip(CAMERAS, images, poses, strict=True):
            size = (image.shape[1], image.shape[0])
            peer = peer_keypoints(footage / "keypoints_associated", camera, frame, size)
            found[camera].append((pose, peer))
    assert detector.inference_ns > 0
    assert estimator.inference_ns > 0
    return found, estimator.skeleton


def balancing_person(pose, peer):
    """Return the index of the pose whose box holds the peer's keypoints best, and their IoU."""
    sure = peer[peer[:, 2] > 0.3, :2]
    box = np.concatenate([sure.min(axis=0), sure.max(axis=0)])[None]
    iou = intersection_over_union(box, pose.detections.boxes_xyxy_px)[0]
    return (int(iou.argmax()), float(iou.max())) if len(iou) else (None, 0.0)


@pytest.mark.parametrize("camera", CAMERAS)
def test_the_person_on_the_beam_is_found_in_every_image(results, camera):
    overlaps = [balancing_person(pose, peer)[1] for pose, peer in results[0][camera]]
    assert min(overlaps) > 0.5


@pytest.mark.parametrize("camera", CAMERAS)
def test_ankles_are_where_the_peer_sees_them(results, camera):
    found, skeleton = results
    distances = []
    for pose, peer in found[camera]:
        person, _ = balancing_person(pose, peer)
        for side in Side:
            ankle = skeleton.feet[side].ankle
            # BODY_25B starts with the same 17 keypoints.
            if peer[ankle, 2] > 0.3 and pose.scores[person, ankle] > 0.3:
                gap = pose.keypoints_px[person, ankle] - peer[ankle, :2]
                distances.append(np.linalg.norm(gap))
    assert len(distances) >= 7
    assert np.median(distances) < 25.0
