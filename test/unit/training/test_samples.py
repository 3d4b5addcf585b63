"""Samples show what their labels say, however they are moved."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.perception.preprocess import to_image
from gpss_pose_ros.training.affine import about, compose, mirror, transform, transform_boxes
from gpss_pose_ros.training.detector_samples import plain_detector_sample, random_detector_sample
from gpss_pose_ros.training.order import SampleOrder
from gpss_pose_ros.training.pose_samples import plain_pose_sample, random_pose_sample
from gpss_pose_ros.training.settings import PhotometrySettings

STILL = PhotometrySettings(
    brightness=0.0,
    contrast=(1.0, 1.0),
    gamma=(1.0, 1.0),
    channel_gain=0.0,
    hue_deg=0.0,
    saturation=(1.0, 1.0),
    grey_fraction=0.0,
    shading_fraction=0.0,
    blur_fraction=0.0,
    motion_fraction=0.0,
    coarse_fraction=0.0,
    noise_fraction=0.0,
    jpeg_fraction=0.0,
)
YELLOW = np.array([40, 200, 240])
angles = st.floats(-np.pi, np.pi)
points = st.lists(st.tuples(st.floats(0, 600), st.floats(0, 400)), min_size=1, max_size=5)


@pytest.fixture(scope="session")
def clear(settings):
    """Everything moves, nothing covers or recolours."""
    geometry = replace(
        settings.geometry, occluded_fraction=0.0, background_fraction=0.0, rotation_deg=40.0
    )
    return replace(settings, geometry=geometry, photometry=STILL)


def painted(pixels, place):
    """Whether the figures' colour is within two pixels of a place."""
    x, y = place.round().astype(int)
    patch = pixels[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].astype(float)
    return patch.size and np.abs(patch - YELLOW).max(axis=-1).min() < 60


@pytest.mark.parametrize("seed", range(6))
def test_keypoints_of_a_crop_lie_on_the_figure(toy, descriptions, clear, seed):
    image = toy[0][seed]
    rng = np.random.default_rng(seed)
    sample = random_pose_sample(image.read(), image, 0, descriptions[1], clear, rng)
    seen = sample.keypoints_px[sample.visibility == 2]
    assert len(seen) > 5
    assert np.mean([painted(sample.pixels, place) for place in seen]) > 0.9


@pytest.mark.parametrize("seed", range(6))
def test_a_mirrored_person_keeps_left_and_right(toy, descriptions, clear, seed):
    """Seen from the front, the left is on the right of the image, mirrored or not."""
    image, skeleton = toy[0][seed], descriptions[1].skeleton
    geometry = replace(clear.geometry, rotation_deg=0.0)
    rng = np.random.default_rng(seed)
    sample = random_pose_sample(
        image.read(), image, 0, descriptions[1], replace(clear, geometry=geometry), rng
    )
    for left, right in skeleton.flip_pairs:
        assert sample.keypoints_px[left, 0] > sample.keypoints_px[right, 0]


def test_a_covered_keypoint_is_hidden(toy, descriptions, clear):
    geometry = replace(clear.geometry, occluded_fraction=1.0)
    image = toy[0][0]
    pixels = image.read()
    hidden = [
        random_pose_sample(
            pixels,
            image,
            0,
            descriptions[1],
            replace(clear, geometry=geometry),
            np.random.default_rng(seed),
        )
        for seed in range(20)
    ]
    values = np.stack([sample.visibility for sample in hidden])
    assert (values == 1).any()
    for sample in hidden:
        seen = sample.keypoints_px[sample.visibility == 2]
        assert np.mean([painted(sample.pixels, place) for place in seen] or [True]) > 0.85


@pytest.mark.parametrize("seed", range(6))
def test_boxes_of_the_detector_hold_the_figures(toy, descriptions, clear, seed):
    image = toy[0][seed]
    geometry = replace(clear.geometry, rotation_deg=5.0)
    sample = random_detector_sample(
        image, descriptions[0], replace(clear, geometry=geometry), np.random.default_rng(seed)
    )
    yellow = np.abs(sample.pixels.astype(float) - YELLOW).max(axis=-1) < 40
    covered = np.zeros_like(yellow)
    for left, top, right, bottom in sample.boxes_xyxy_px.round().astype(int):
        covered[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3] = True
        assert yellow[top:bottom, left:right].any()
    assert not (yellow & ~covered).any()


def test_plain_samples_are_those_of_inference(toy, descriptions):
    """Back in the image, by the very map of inference, boxes and keypoints are the labels'."""
    image = toy[1][0]
    sample = plain_detector_sample(image, descriptions[0])
    scale = 160 / 480
    matrix = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5]])
    back = to_image(sample.boxes_xyxy_px.reshape(-1, 2, 2) - 0.5, matrix).reshape(-1, 4)
    assert back == pytest.approx(image.boxes_xyxy_px, abs=1.0)
    crop = plain_pose_sample(image.read(), image, 0, descriptions[1])
    assert np.ptp(crop.keypoints_px[:, 1]) == pytest.approx(96 / 1.25, rel=0.1)


@pytest.mark.parametrize("kind", [0, 1])
def test_a_sample_depends_on_its_seed_only(toy, descriptions, settings, kind):
    image = toy[0][0]

    def sample(seed):
        rng = np.random.default_rng(seed)
        if kind == 0:
            return random_detector_sample(image, descriptions[0], settings, rng).pixels
        return random_pose_sample(image.read(), image, 0, descriptions[1], settings, rng).pixels

    assert all((sample(seed) == sample(seed)).all() for seed in range(5))
    assert (sample(1) != sample(2)).any()


@given(points, angles, st.floats(0.3, 3.0), st.booleans(), st.booleans())
def test_composed_maps_do_one_after_the_other(places, angle, scale, across, upside_down):
    places = np.array(places)
    first = mirror((640, 480), across, upside_down)
    second = about(np.array([320.0, 240.0]), scale, angle, np.array([3.0, -4.0]))
    together = transform(places, compose(second, first))
    assert together == pytest.approx(transform(transform(places, first), second), abs=1e-6)
    assert transform(transform(places, first), first) == pytest.approx(places)


@given(angles)
def test_a_turned_circle_keeps_its_box(angle):
    turn = about(np.array([10.0, 10.0]), 1.0, angle, np.zeros(2))
    assert transform_boxes(np.array([[5.0, 5.0, 15.0, 15.0]]), turn) == pytest.approx(
        np.array([[5.0, 5.0, 15.0, 15.0]])
    )


@settings(max_examples=30)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=9).filter(any), st.integers(1, 5))
def test_every_sample_is_taken_once_a_round(sizes, batch):
    order = SampleOrder(sizes, batch, seed=3)
    steps = -(-2 * order.count // batch)
    taken = np.concatenate([order.at(step) for step in range(steps)])
    everything = sorted((g, n) for g, size in enumerate(sizes) for n in range(size))
    for start in (0, order.count):
        rows = taken[start : start + order.count]
        assert sorted(map(tuple, rows.tolist())) == everything
        changes = np.count_nonzero(np.diff(rows[:, 0]))
        assert changes == np.count_nonzero(sizes) - 1, "samples of one image follow each other"
