"""The colours people wear, read between their keypoints."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from gpss_pose_ros.perception.appearance import PARTS, dressed
from gpss_pose_ros.perception.skeleton import COCO17, COCO17_FEET, Skeleton
from gpss_pose_ros.types import Detections, Poses2D

OUTFIT = {"torso": (40, 200, 240), "legs": (120, 60, 20), "head": (30, 30, 200)}
HEAD = ((0.0, 0.1), (0.02, 0.08), (-0.02, 0.08), (0.04, 0.09), (-0.04, 0.09))
ARMS = ((0.1, 0.2), (-0.1, 0.2), (0.15, 0.35), (-0.15, 0.35), (0.18, 0.5), (-0.18, 0.5))
LEGS = ((0.07, 0.5), (-0.07, 0.5), (0.08, 0.7), (-0.08, 0.7), (0.09, 0.93), (-0.09, 0.93))
FIGURE = np.array([*HEAD, *ARMS, *LEGS])


def person(left, top, height=200.0):
    """Keypoints (17, 2) of somebody upright."""
    return FIGURE * height + (left, top)


def painted(*persons):
    """A grey image of persons, each a torso, two legs and a head of OUTFIT's colours."""
    image = np.full((480, 640, 3), 128, np.uint8)
    for keypoints in persons:
        k = keypoints.round().astype(np.int32)
        for hip, knee, ankle in ((11, 13, 15), (12, 14, 16)):
            cv2.polylines(image, [k[[hip, knee, ankle]]], False, OUTFIT["legs"], 9)
        cv2.fillPoly(image, [k[[5, 6, 12, 11]]], OUTFIT["torso"])
        cv2.circle(image, k[:5].mean(axis=0).round().astype(int).tolist(), 14, OUTFIT["head"], -1)
    return image


def poses_of(*persons, score=0.9):
    keypoints = np.array(persons).reshape(-1, 17, 2)
    boxes = np.concatenate([keypoints.min(axis=1), keypoints.max(axis=1)], axis=1)
    scores = np.full(keypoints.shape[:2], score)
    return Poses2D(keypoints, scores, Detections(boxes, np.ones(len(boxes))))


def lab(bgr):
    pixel = np.array([[bgr]], dtype=np.float32) / 255.0
    return cv2.cvtColor(pixel, cv2.COLOR_BGR2LAB)[0, 0]


EXPECTED = np.array([lab(OUTFIT[part]) for part in PARTS])


def test_each_part_has_its_colour():
    persons = person(100, 100), person(400, 200, 150.0)
    seen = dressed(painted(*persons), poses_of(*persons), COCO17).colours
    np.testing.assert_allclose(seen, [EXPECTED, EXPECTED], atol=0.5)


def test_an_object_in_front_of_a_corner_changes_nothing():
    keypoints = person(100, 100)
    image = painted(keypoints)
    corner = keypoints[6].astype(int)
    cv2.rectangle(image, (corner - 4).tolist(), (corner + 8).tolist(), (0, 255, 0), -1)
    seen = dressed(image, poses_of(keypoints), COCO17).colours
    np.testing.assert_allclose(seen[0], EXPECTED, atol=0.5)


def test_a_part_that_is_not_seen_has_none():
    keypoints = person(100, 100)
    poses = poses_of(keypoints)
    scores = np.where(np.arange(17) < 11, 0.9, 0.1)[None]
    (seen,) = dressed(painted(keypoints), replace(poses, scores=scores), COCO17).colours
    assert np.isnan(seen[:2]).all()  # the torso ends at the hips
    np.testing.assert_allclose(seen[2], EXPECTED[2], atol=0.5)
    headless = keypoints.copy()
    headless[:5] = np.nan
    poses = replace(poses, keypoints_px=headless[None], scores=scores)
    assert np.isnan(dressed(painted(keypoints), poses, COCO17).colours).all()


@pytest.mark.parametrize("shift", [(-400, 0), (0, -1000), (700, 0), (0, 500)])
def test_outside_the_image_nothing_is_seen(shift):
    seen = dressed(painted(), poses_of(person(100, 100) + shift), COCO17).colours
    assert np.isnan(seen).all()


def test_nobody_wears_nothing():
    assert dressed(painted(), poses_of(), COCO17).colours.shape == (0, 3, 3)


def test_a_skeleton_without_these_keypoints_tells_no_colour():
    poses = replace(poses_of(person(100, 100)), keypoints_px=np.zeros((1, 1, 2)), scores=[[1.0]])
    only_neck = Skeleton("neck", ("neck",))
    assert np.isnan(dressed(painted(), poses, only_neck).colours).all()


def test_heels_and_toes_change_nothing():
    keypoints = person(100, 100)
    with_feet = np.concatenate([keypoints, np.zeros((6, 2))])
    box = poses_of(keypoints).detections
    poses = Poses2D(with_feet[None], np.ones((1, 23)), box)
    np.testing.assert_array_equal(
        dressed(painted(keypoints), poses, COCO17_FEET).colours,
        dressed(painted(keypoints), poses_of(keypoints), COCO17).colours,
    )
