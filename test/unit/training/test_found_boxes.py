"""Crops are of boxes as a detector gives them, and show nobody only where nobody is."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.perception.preprocess import crop_transform
from gpss_pose_ros.training.affine import transform
from gpss_pose_ros.training.found_boxes import SOMEBODY_IOU, of_nobody, of_person, shows_nobody
from gpss_pose_ros.training.labels import LabelledImage
from gpss_pose_ros.training.pose_samples import random_pose_sample

places, extents = st.floats(0.0, 400.0), st.floats(1.0, 300.0)
boxes = st.lists(st.tuples(places, places, extents, extents), max_size=6).map(
    lambda rows: np.array([(x, y, x + w, y + h) for x, y, w, h in rows]).reshape(-1, 4)
)


@given(boxes, boxes)
def test_a_box_shows_one_person_or_nobody_or_a_part(found, persons):
    n = len(persons)
    image = LabelledImage(
        Path(),
        True,
        persons,
        np.zeros(n, bool),
        np.zeros((n, 23, 2)),
        np.zeros((n, 23)),
        np.ones(n),
        found,
    )
    nobody = {tuple(box) for box in of_nobody(image)}
    for number in range(n):
        for box in of_person(image, number):
            overlaps = intersection_over_union(box[None], persons)[0]
            assert overlaps[number] == overlaps.max() >= SOMEBODY_IOU
            assert tuple(box) not in nobody


@given(boxes, st.floats(0.1, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_part_of_somebody_is_not_nobody(persons, size, across, down):
    low, extent = persons[:, :2], persons[:, 2:] - persons[:, :2]
    corners = low + np.array([across, down]) * (1.0 - size) * extent
    assert not shows_nobody(np.hstack([corners, corners + size * extent]), persons).any()


def test_where_no_one_is_nobody_is_shown():
    box = np.array([[500.0, 0.0, 540.0, 90.0]])
    assert shows_nobody(box, np.array([[0.0, 0.0, 40.0, 90.0]])).all()
    assert shows_nobody(box, np.empty((0, 4))).all()


def samples(image, description, settings, background, count=24):
    geometry = replace(
        settings.geometry, rotation_deg=0.0, flip=False, background_fraction=background
    )
    changed, pixels = replace(settings, geometry=geometry), image.read()
    return [
        random_pose_sample(pixels, image, 0, description, changed, np.random.default_rng(seed))
        for seed in range(count)
    ]


def test_half_of_the_crops_are_of_the_boxes_that_were_found(toy, descriptions, settings):
    image, description = toy[0][0], descriptions[1]
    loose = image.boxes_xyxy_px[:1] + np.array([-12.0, 5.0, 15.0, 20.0])
    affine = crop_transform(loose[0], description.input.size, description.box_padding)
    expected = transform(image.keypoints_px[0], affine)

    def fraction(found):
        crops = samples(replace(image, found_xyxy_px=found), description, settings, 0.0)
        return np.mean([np.allclose(crop.keypoints_px, expected) for crop in crops])

    assert fraction(loose) == pytest.approx(0.5, abs=0.25)
    assert fraction(np.empty((0, 4))) == 0.0


def test_what_the_detector_took_for_somebody_is_shown_as_nobody(
    toy, descriptions, settings, tmp_path
):
    red = np.array([[0.0, 0.0, 60.0, 40.0]])
    image = replace(toy[0][0], path=tmp_path / "red.png", found_xyxy_px=red)
    assert not intersection_over_union(red, image.boxes_xyxy_px).any()
    pixels = toy[0][0].read()
    pixels[:41, :61] = (0, 0, 255)
    cv2.imwrite(str(image.path), pixels)
    crops = samples(image, descriptions[1], settings, 1.0)
    blue, _, seen = np.mean([crop.pixels[40:56, 40:56].mean(axis=(0, 1)) for crop in crops], axis=0)
    assert seen > blue + 100.0
    assert not any(crop.visibility.any() for crop in crops)
