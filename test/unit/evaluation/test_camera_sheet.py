"""The picture of all cameras: each in its place, with its own observations only."""

import numpy as np

from gpss_pose_ros.evaluation.camera_sheet import camera_sheet, fullest_instant
from gpss_pose_ros.types import FloorObservation

GREY = {"north": 40, "east": 80, "south": 120}
SIZES = {"north": (30, 40), "east": (20, 50), "south": (30, 40)}


def observation(camera_id, stamp_ns=0):
    return FloorObservation(
        camera_id=camera_id,
        stamp_ns=stamp_ns,
        position_m=np.zeros(2),
        covariance_m2=np.eye(2),
        feet={},
        score=0.9,
        box_xyxy_px=np.array([5.0, 6.0, 15.0, 16.0]),
        keypoints_px=np.full((17, 2), 10.0),
        keypoint_scores=np.ones(17),
    )


def picture(camera_id, stamp_ns):
    assert stamp_ns == 7
    return np.full((*SIZES[camera_id], 3), GREY[camera_id], np.uint8)


def mark(pixels, poses):
    marked = pixels.copy()
    for left, top, right, bottom in poses.detections.boxes_xyxy_px.astype(int):
        marked[top:bottom, left:right] = 255
    return marked


def test_each_camera_has_its_place_and_its_own_poses():
    sheet = camera_sheet(7, [observation("east")], list(GREY), picture, mark)
    assert sheet.shape == (60, 100, 3)  # two columns; every tile as large as the largest image
    assert (sheet[:30, :40] == 40).all()
    assert sheet[10, 50 + 10, 0] == 255
    assert sheet[3, 50 + 3, 0] == 80
    assert (sheet[30:, :40] == 120).all()
    assert (sheet[30:, 50:] == 0).all()


def test_the_fullest_instant_is_the_earliest_with_most_observations():
    two = (observation("north"), observation("east"))
    assert fullest_instant({5: two[:1], 9: two, 8: two, 2: ()}) == 8
