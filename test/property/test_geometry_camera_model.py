"""Laws of camera models: projection and back-projection undo each other, or say NaN."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.geometry.camera_model import CameraModel

lawful = settings(derandomize=True, deadline=None, max_examples=80)
SIZE = (1280, 720)


def numbers(low, high):
    return st.floats(low, high, allow_nan=False)


@st.composite
def models(draw):
    """Lenses from tele to wide, barrel to pincushion; some fold back inside the image."""
    f = draw(numbers(350, 1500))
    K = [[f, 0, draw(numbers(560, 720))], [0, f * draw(numbers(0.98, 1.02)), 350], [0, 0, 1]]
    name = draw(st.sampled_from(["plumb_bob", "rational_polynomial", "equidistant"]))
    if name == "equidistant":
        spread = [0.08, 0.03, 0.01, 0.003]
    else:
        spread = [0.35, 0.15, 2e-3, 2e-3, 0.05]
    if name == "rational_polynomial":
        spread += [0.3, 0.1, 0.02] + [2e-3] * 4 + [0.02] * 2
        spread = spread[: draw(st.sampled_from([5, 8, 12, 14]))]
    coefficients = [draw(numbers(-s, s)) for s in spread]
    return CameraModel(K, coefficients, name, SIZE)


pixels_in_the_image = st.lists(
    st.tuples(numbers(-0.5, SIZE[0] - 0.5), numbers(-0.5, SIZE[1] - 0.5)), min_size=1, max_size=12
).map(np.array)
points_around = st.lists(
    st.tuples(numbers(-9, 9), numbers(-9, 9), numbers(-4, 9)), min_size=1, max_size=12
).map(np.array)


@lawful
@given(models(), pixels_in_the_image, numbers(0.01, 100))
def test_project_undoes_back_project(model, pixels, distance):
    rays = model.back_project(pixels)
    known = np.isfinite(rays).all(axis=1)
    np.testing.assert_array_equal(known, ~np.isnan(rays).any(axis=1))
    np.testing.assert_allclose(model.project(distance * rays)[known], pixels[known], atol=1e-6)


@lawful
@given(models(), points_around)
def test_projecting_with_and_without_jacobian_is_the_same(model, points):
    pixels, jacobian = model.project_with_jacobian(points)
    np.testing.assert_array_equal(model.project(points), pixels)
    np.testing.assert_array_equal(np.isnan(pixels).any(axis=1), np.isnan(jacobian).any(axis=(1, 2)))


@lawful
@given(models(), points_around)
def test_back_project_undoes_project_or_the_point_was_nan(model, points):
    """No two directions share a pixel: what would fold back is NaN."""
    pixels = model.project(points)
    known = np.isfinite(pixels).all(axis=1)
    assert not known[points[:, 2] <= 0].any()
    directions = points[known] / np.linalg.norm(points[known], axis=1, keepdims=True)
    rays = model.back_project(pixels[known])
    found = np.isfinite(rays).all(axis=1)
    np.testing.assert_allclose(rays[found], directions[found], atol=1e-5)


@lawful
@given(models(), pixels_in_the_image)
def test_the_middle_of_the_image_always_has_a_ray(model, pixels):
    centre = model.K[:2, 2]
    assert np.isfinite(model.back_project(centre + 0.1 * (pixels - centre))).all()


@lawful
@given(models(), points_around, numbers(0.1, 10))
def test_a_pixel_does_not_depend_on_distance(model, points, factor):
    near, far = model.project(points), model.project(factor * points)
    both = np.isfinite(near) & np.isfinite(far)  # rounding may decide at the very edge
    np.testing.assert_allclose(near[both], far[both], atol=1e-5)


@lawful
@given(models(), points_around, st.integers(1, 4), st.integers(1, 4), st.data())
def test_cropping_and_binning_move_pixels_as_they_move_the_image(model, points, bx, by, data):
    x, y = data.draw(st.integers(0, 600)), data.draw(st.integers(0, 300))
    changed = model.cropped_and_binned(x, y, 640, 400, bx, by)
    moved = (model.project(points) - [x, y] + 0.5) / [bx, by] - 0.5
    np.testing.assert_allclose(changed.project(points), moved, atol=1e-6, rtol=1e-9)
    assert changed.size == (640 // bx, 400 // by)


@lawful
@given(models(), points_around, st.integers(100, 4000), st.integers(100, 4000))
def test_letterboxing_moves_pixels_as_it_moves_the_image(model, points, width, height):
    boxed = model.letterboxed((width, height))
    scale = min(width / SIZE[0], height / SIZE[1])
    middle = (np.array(SIZE) - 1) / 2
    moved = (model.project(points) - middle) * scale + (np.array([width, height]) - 1) / 2
    np.testing.assert_allclose(boxed.project(points), moved, atol=1e-6, rtol=1e-9)
    inside = model.contains(model.project(points))
    assert boxed.contains(boxed.project(points))[inside].all() or not np.isfinite(moved).all()
