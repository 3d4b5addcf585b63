"""Heels and toes against ankles alone: both ways get the same people, and differ only in feet."""

import numpy as np
import pytest

from gpss_pose_ros.evaluation.foot_keypoints import foot_keypoint_gain
from gpss_pose_ros.evaluation.person_record import TrueInstant, TruePerson, TrueView
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.fusion.observe import observe
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import Detections, Poses2D, Side

FEET = SKELETONS["coco17_feet"]
SETTINGS = FusionSettings()
MODEL = CameraModel([[600, 0, 639.5], [0, 600, 359.5], [0, 0, 1]], [], "plumb_bob", (1280, 720))
CAMERAS = {
    name: Camera(name, MODEL, Transform(np.diag([1.0, -1.0, -1.0]), np.array([x, 0.0, 4.0])))
    for name, x in (("north", 0.0), ("south", 0.5))
}
ANKLE_BEHIND_M = 0.05


def someone(x_m):
    """Feet along x, ankles above the heels' side of the sole, hips above both."""
    keypoints = np.full((len(FEET), 3), np.nan)
    feet = {}
    for side, y in ((Side.LEFT, 0.12), (Side.RIGHT, -0.12)):
        feet[side] = np.array([x_m, y])
        for part, x, z in (
            ("heel", -0.12, 0.0),
            ("big_toe", 0.12, 0.0),
            ("small_toe", 0.12, 0.0),
            ("ankle", -ANKLE_BEHIND_M, SETTINGS.observation.ankle_height_m),
            ("hip", 0.0, 0.93),
        ):
            keypoints[FEET.index(f"{side.value}_{part}")] = [x_m + x, y, z]
    view = TrueView(both_feet=True, fraction=1.0)
    return TruePerson(1, feet, dict.fromkeys(CAMERAS, view)), keypoints


def observations(keypoints_m, stamp_ns):
    seen = []
    for camera in CAMERAS.values():
        pixels = camera.project(keypoints_m)[None]
        known = np.isfinite(pixels).all(axis=2)
        box = np.concatenate([np.nanmin(pixels[0], axis=0), np.nanmax(pixels[0], axis=0)])
        poses = Poses2D(pixels, known.astype(float), Detections(box[None], np.ones(1)))
        seen += observe(camera, stamp_ns, poses, FEET, SETTINGS.observation).observations
    return seen


@pytest.fixture
def gain():
    persons = {stamp: someone(0.1 * stamp) for stamp in range(3)}
    truth = [TrueInstant(stamp, (person,)) for stamp, (person, _) in persons.items()]
    observed = {stamp: observations(k, stamp) for stamp, (_, k) in persons.items()}
    return foot_keypoint_gain(truth, observed, CAMERAS, FEET, SETTINGS)


def test_heels_and_toes_find_the_middle_of_the_sole_that_ankles_miss(gain):
    ankles, all_of_them = gain.values()
    np.testing.assert_allclose(all_of_them.distances_mm, 0.0, atol=1e-6)
    np.testing.assert_allclose(ankles.distances_mm, 1e3 * ANKLE_BEHIND_M, rtol=1e-6)


def test_both_ways_place_the_feet_of_the_same_persons(gain):
    assert {(len(e.errors_m), e.wanted) for e in gain.values()} == {(6, 6)}


def test_ankles_know_that_they_are_less_sure(gain):
    ankles, all_of_them = gain.values()
    assert (np.trace(ankles.covariances_m2, axis1=1, axis2=2).min()) > (
        np.trace(all_of_them.covariances_m2, axis1=1, axis2=2).max()
    )
