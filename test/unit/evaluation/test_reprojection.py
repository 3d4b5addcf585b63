"""Reprojection errors: measured in the image, for body keypoints that were seen."""

import numpy as np
import pytest

from gpss_pose_ros.evaluation.replay_record import (
    PublishedPerson,
    PublishedSet,
    ReplayRecord,
    SeenPerson,
)
from gpss_pose_ros.evaluation.reprojection import reprojection_errors_px
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform

MODEL = CameraModel([[600, 0, 640], [0, 600, 360], [0, 0, 1]], [], "plumb_bob", (1280, 720))
DOWN = np.diag([1.0, -1.0, -1.0])
CAMERAS = {
    name: Camera(name, MODEL, Transform(DOWN, np.array([x, 0.0, 4.0])))
    for name, x in (("north", 0.0), ("south", 1.0))
}
KEYPOINTS_M = np.random.default_rng(3).uniform([-0.5, -0.5, 0], [0.5, 0.5, 1.8], (17, 3))
BODY = 12


def person(keypoints_m=KEYPOINTS_M, seen=True, cameras=("north",)):
    return PublishedPerson(1, seen, np.zeros(2), {}, keypoints_m, cameras)


def sighting(camera, offset_px=(0.0, 0.0), scores=None, position_m=(0.0, 0.0)):
    pixels = CAMERAS[camera].project(KEYPOINTS_M) + offset_px
    scores = np.ones(17) if scores is None else scores
    return SeenPerson(camera, np.array(position_m), {}, pixels, scores)


def errors(published, *observations):
    record = ReplayRecord(
        results={5: PublishedSet(0.0, {}, (published,))}, observations={5: observations}
    )
    return reprojection_errors_px(record, CAMERAS)


def test_agreement_is_zero():
    np.testing.assert_allclose(errors(person(), sighting("north")), np.zeros(BODY), atol=1e-9)


def test_the_error_is_the_distance_in_the_image():
    np.testing.assert_allclose(errors(person(), sighting("north", (3.0, 4.0))), [5.0] * BODY)


def test_the_face_does_not_count():
    moved = sighting("north")
    moved.keypoints_px[:5] += 100.0
    np.testing.assert_allclose(errors(person(), moved), np.zeros(BODY), atol=1e-9)


def test_every_camera_that_saw_the_person_counts_also_an_outlier():
    found = errors(
        person(cameras=("north", "south")), sighting("north"), sighting("south", (80.0, 0.0))
    )
    np.testing.assert_allclose(sorted(found), [0.0] * BODY + [80.0] * BODY, atol=1e-9)


def test_unsure_and_unknown_keypoints_do_not_count():
    scores, keypoints = np.ones(17), KEYPOINTS_M.copy()
    scores[5:8] = 0.2
    keypoints[8:10] = np.nan
    assert len(errors(person(keypoints), sighting("north", scores=scores))) == BODY - 5


@pytest.mark.parametrize(
    ("published", "observations"),
    [
        (person(seen=False), [sighting("north")]),
        (person(cameras=("south",)), [sighting("north")]),
        (person(), []),
    ],
    ids=["held", "other camera", "no evidence"],
)
def test_nothing_to_compare_gives_nothing(published, observations):
    assert errors(published, *observations) == []


def test_the_sighting_nearest_to_the_person_is_theirs():
    stranger = sighting("north", (50.0, 0.0), position_m=(2.0, 0.0))
    found = errors(person(), stranger, sighting("north", (1.0, 0.0)))
    np.testing.assert_allclose(found, [1.0] * BODY)
