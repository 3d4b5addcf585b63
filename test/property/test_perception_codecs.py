import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.perception.codecs import codec

lawful = settings(derandomize=True, deadline=None, max_examples=40)
seeds = st.integers(0, 2**32 - 1)
input_sizes = st.sampled_from([(192, 256), (256, 192), (288, 384), (192, 192)])

# Largest distance along one axis, in input pixels; a heatmap cell is four of them.
TOLERANCE_PX = {"heatmap": 0.3 * 4, "dark": 0.1 * 4, "simcc": 0.25, "movenet": 1e-3}
FAMILIES = pytest.mark.parametrize("family", TOLERANCE_PX)


def interior(seed, size, margin=16):
    rng = np.random.default_rng(seed)
    return rng.uniform(margin, np.array(size) - 1 - margin, (3, 5, 2))


@FAMILIES
@lawful
@given(size=input_sizes, seed=seeds)
def test_decode_after_encode(family, size, seed):
    keypoints = interior(seed, size)
    c = codec(family, size)
    decoded, scores = c.decode(c.encode(keypoints))
    assert np.abs(decoded - keypoints).max() <= TOLERANCE_PX[family] + 1e-6
    assert (scores > 0.8).all()
    assert (scores <= 1.0 + 1e-6).all()


@lawful
@given(seed=seeds, sigma=st.floats(1.0, 3.0))
def test_dark_reads_narrow_and_wide_maps_alike(seed, sigma):
    keypoints = interior(seed, (192, 192), margin=40)
    c = codec("dark", (192, 192), heatmap_sigma=sigma)
    assert np.abs(c.decode(c.encode(keypoints))[0] - keypoints).max() <= TOLERANCE_PX["dark"]


@FAMILIES
def test_encoded_tensors_have_the_shapes_the_codec_asks_of_a_network(family):
    c = codec(family, (192, 256))
    for tensor, shape in zip(c.encode(np.full((2, 5, 2), 40.0)), c.output_shapes(5), strict=True):
        assert tensor.shape == (2, *shape[1:])


@pytest.mark.parametrize("family", ["heatmap", "dark", "simcc"])
@lawful
@given(seed=seeds)
def test_a_place_at_the_very_border_stays_in_the_input(family, seed):
    rng = np.random.default_rng(seed)
    corners = rng.choice([0.0, 1.0], (2, 4, 2)) * (np.array([192, 256]) - 1)
    c = codec(family, (192, 256))
    decoded, _ = c.decode(c.encode(corners))
    assert np.abs(decoded - corners).max() <= 4.0


@lawful
@given(seeds)
def test_dark_finds_the_middle_of_a_slanted_peak(seed):
    rng = np.random.default_rng(seed)
    place = rng.uniform([19.5, 29.5], [20.5, 30.5])
    turn, stretch = rng.uniform(0.0, np.pi), rng.uniform(1.0, 2.0)
    rows, columns = np.indices((64, 48))
    x, y = columns - place[0], rows - place[1]
    along = np.cos(turn) * x + np.sin(turn) * y
    across = np.cos(turn) * y - np.sin(turn) * x
    slanted = np.exp(-((along / stretch) ** 2 + across**2) / (2 * 2.0**2)).astype(np.float32)
    decoded, _ = codec("dark", (192, 256)).decode((slanted[None, None],))
    assert np.abs(decoded[0, 0] / 4 - place).max() < 0.1


def test_dark_beats_the_quarter_offset():
    keypoints = interior(1, (192, 256))
    errors = {
        family: np.abs(
            codec(family, (192, 256)).decode(codec(family, (192, 256)).encode(keypoints))[0]
            - keypoints
        ).mean()
        for family in ("heatmap", "dark")
    }
    assert errors["dark"] < errors["heatmap"] / 3


@pytest.mark.parametrize("family", ["heatmap", "dark"])
def test_an_empty_map_gives_a_finite_place_without_score(family):
    keypoints, scores = codec(family, (192, 256)).decode((np.zeros((1, 2, 64, 48), np.float32),))
    assert np.isfinite(keypoints).all()
    assert (scores == 0.0).all()
