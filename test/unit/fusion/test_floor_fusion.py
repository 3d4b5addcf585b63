"""The fusion by itself: detections of several cameras in, tracks out."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.fusion.floor_fusion import FloorFusion
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import Detections, Side, TrackStatus

PERIOD = 100_000_000
NOBODY = Detections(np.empty((0, 4)), np.empty(0))


@pytest.fixture
def cameras(camera_at):
    places = {"south": [0, -5, 4], "east": [5, 0, 3.5], "north": [-1, 5, 4]}
    return {name: camera_at(place, [0, 0, 0.5], name) for name, place in places.items()}


@pytest.fixture
def poses(cameras, person):
    return {name: person.seen_by(camera, COCO17_FEET) for name, camera in cameras.items()}


def last_track(fusion, cameras, seen, looks=8, first=0):
    for k in range(first, first + looks):
        (track,) = fusion.update(k * PERIOD, cameras, seen, COCO17_FEET)
    return track


def test_boxes_alone_give_one_track_where_the_person_stands(cameras, poses, person):
    boxes = {name: pose.detections for name, pose in poses.items()}
    track = last_track(FloorFusion(), cameras, boxes)
    assert track.status is TrackStatus.CONFIRMED
    assert set(track.camera_ids) == set(cameras)
    np.testing.assert_allclose(track.position_m, person.position_m, atol=0.25)


def test_keypoints_place_the_feet(cameras, poses, person):
    track = last_track(FloorFusion(), cameras, poses)
    for side in Side:
        np.testing.assert_allclose(track.feet[side].position_m, person.soles_m[side], atol=0.03)
        assert track.feet[side].triangulated
    boxes = {name: pose.detections for name, pose in poses.items()}
    vague = last_track(FloorFusion(), cameras, boxes)
    assert np.trace(track.covariance[:2, :2]) < np.trace(vague.covariance[:2, :2])


def test_boxes_and_keypoints_mix(cameras, poses, person):
    seen = {**poses, "east": poses["east"].detections}
    track = last_track(FloorFusion(), cameras, seen)
    assert set(track.camera_ids) == set(cameras)
    np.testing.assert_allclose(track.position_m, person.position_m, atol=0.1)


def test_one_camera_alone_says_that_it_assumes_the_floor(cameras, poses):
    track = last_track(FloorFusion(), cameras, {"south": poses["south"]})
    assert track.camera_ids == ("south",)
    assert not any(foot.triangulated for foot in track.feet.values())


def test_a_camera_that_is_left_out_shows_nothing_empty(cameras, poses):
    fusion = FloorFusion()
    last_track(fusion, cameras, poses)
    held = last_track(fusion, cameras, {}, looks=100, first=8)
    assert held.status is TrackStatus.HELD
    empty = dict.fromkeys(cameras, NOBODY)
    statuses = []
    for k in range(108, 140):
        statuses += [t.status for t in fusion.update(k * PERIOD, cameras, empty, COCO17_FEET)]
    assert statuses[-1] is TrackStatus.LOST


def test_zero_cameras_are_nobody():
    assert FloorFusion().update(0, {}, {}) == ()


def test_a_camera_without_calibration_is_named(cameras, poses):
    with pytest.raises(InputError, match="unknown camera 'west'; valid: south, east, north"):
        FloorFusion().update(0, cameras, {"west": poses["south"]})


def test_keypoints_that_are_not_there_do_no_harm(cameras, poses, person):
    pixels = poses["east"].keypoints_px.copy()
    pixels[:, ::2] = np.nan
    seen = {**poses, "east": replace(poses["east"], keypoints_px=pixels)}
    track = last_track(FloorFusion(), cameras, seen)
    np.testing.assert_allclose(track.position_m, person.position_m, atol=0.05)
    nothing = replace(poses["east"], keypoints_px=np.full_like(pixels, np.nan))
    track = last_track(FloorFusion(), cameras, {**poses, "east": nothing})
    np.testing.assert_allclose(track.position_m, person.position_m, atol=0.05)


def test_a_calibration_that_changes_counts_from_then_on(cameras, poses, person):
    """All cameras are surveyed anew in a frame a metre further east: so is the person."""
    fusion = FloorFusion()
    last_track(fusion, cameras, poses)
    step = Transform(np.eye(3), np.array([-1.0, 0.0, 0.0]))
    moved = {
        name: replace(camera, factory_from_camera=step @ camera.factory_from_camera)
        for name, camera in cameras.items()
    }
    for k in range(8, 60):
        tracks = fusion.update(k * PERIOD, moved, poses, COCO17_FEET)
    seen = [track for track in tracks if track.status is TrackStatus.CONFIRMED]
    assert len(seen) == 1
    np.testing.assert_allclose(seen[0].position_m, person.position_m - [1.0, 0.0], atol=0.05)
