import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.perception.model_description import InputDescription
from gpss_pose_ros.perception.preprocess import (
    crop_transform,
    empty_batch,
    letterbox,
    to_image,
    warp,
    write_input,
)

lawful = settings(derandomize=True, deadline=None, max_examples=60)
sides = st.integers(16, 300)
sizes = st.tuples(sides, sides)
fits = st.sampled_from(["letterbox_top_left", "letterbox_centred"])
angles = st.floats(-np.pi, np.pi)


def forward(points, transform):
    return points @ transform[:, :2].T + transform[:, 2]


def ramps(width, height):
    """An image that says where each pixel is: blue is x, green is y, red is one."""
    y, x = np.indices((height, width))
    channels = [x * 255.0 / width, y * 255.0 / height, np.full((height, width), 255.0)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


@lawful
@given(sizes, sizes, fits, st.integers(0, 2**32 - 1))
def test_letterbox_is_invertible_and_keeps_the_whole_image(image_size, size, fit, seed):
    width, height = image_size
    canvas, transform = letterbox(np.zeros((height, width, 3), np.uint8), size, fit, 114)
    assert canvas.shape == (size[1], size[0], 3)
    points = np.random.default_rng(seed).uniform(-0.5, [width - 0.5, height - 0.5], (20, 2))
    inside = forward(points, transform)
    assert (inside >= -0.5 - 1e-9).all()
    assert (inside <= np.array(size) - 0.5 + 1e-9).all()
    assert np.allclose(to_image(inside, transform), points, atol=1e-9)


@lawful
@given(st.integers(120, 250), st.integers(120, 250), sizes, fits)
def test_letterboxed_pixels_are_where_the_transform_says(width, height, size, fit):
    canvas, transform = letterbox(ramps(width, height), size, fit, 0)
    rows, columns = np.nonzero(canvas[..., 2] == 255)
    source = to_image(np.stack([columns, rows], axis=-1).astype(float), transform)
    # Border pixels repeat the edge; elsewhere bilinear sampling of a ramp is the ramp.
    interior = ((source >= 0) & (source <= np.array([width, height]) - 1)).all(axis=-1)
    said = canvas[rows, columns, :2].astype(float) * np.array([width, height]) / 255.0
    assert np.abs(said - source)[interior].max(initial=0.0) < 2.0
    assert np.abs((said - source)[interior].mean(axis=0)).max(initial=0.0) < 0.3


@lawful
@given(
    st.tuples(st.floats(-50, 500), st.floats(-50, 500)),
    st.tuples(st.floats(0, 700), st.floats(0, 700)),
    sizes,
    st.floats(0.5, 2.0),
    angles,
    st.integers(0, 2**32 - 1),
)
def test_crop_is_invertible_and_holds_the_box_in_its_middle(corner, extent, size, pad, angle, seed):
    box = np.array([*corner, corner[0] + extent[0], corner[1] + extent[1]])
    transform = crop_transform(box, size, pad, angle)
    points = np.random.default_rng(seed).uniform(-100, 800, (20, 2))
    assert np.allclose(to_image(forward(points, transform), transform), points, atol=1e-6)
    middle = forward((box[:2] + box[2:]) / 2, transform)
    assert np.allclose(middle, (np.array(size) - 1) / 2, atol=1e-6)
    assert np.isclose(
        np.linalg.det(transform[:, :2]),
        (np.array(size) / (np.maximum(extent, 1.0) * pad)).min() ** 2,
    )


@lawful
@given(st.floats(60, 140), st.floats(60, 140), angles)
def test_warped_pixels_are_where_the_transform_says(x, y, angle):
    box = np.array([x - 30, y - 45, x + 30, y + 45])
    transform = crop_transform(box, (48, 64), 1.25, angle)
    crop = warp(ramps(200, 200), transform, (48, 64), 0)
    rows, columns = np.nonzero(crop[..., 2] == 255)
    source = to_image(np.stack([columns, rows], axis=-1).astype(float), transform)
    said = crop[rows, columns, :2].astype(float) * 200.0 / 255.0
    assert len(rows) > 0
    assert np.abs(said - source).max() < 2.0
    assert np.abs((said - source).mean(axis=0)).max() < 0.3


@pytest.mark.parametrize("colour", ["bgr", "rgb"])
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_input_is_normalised_in_the_order_of_its_colour(colour, layout):
    spec = InputDescription(
        (8, 6), layout, "float32", colour, (10.0, 20.0, 30.0), (2.0, 4.0, 8.0), 0
    )
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    batch = empty_batch(1, spec)
    write_input(pixels, spec, batch[0])
    ordered = pixels if colour == "bgr" else pixels[..., ::-1]
    expected = (ordered.astype(np.float32) - [10, 20, 30]) / [2, 4, 8]
    if layout == "nchw":
        expected = expected.transpose(2, 0, 1)
    assert np.allclose(batch[0], expected, atol=1e-5)
    assert batch.dtype == np.float32
