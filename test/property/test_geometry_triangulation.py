"""Laws of triangulation: it finds the point, wherever the world's origin and however listed."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.geometry.triangulation import triangulate
from gpss_pose_ros.geometry.uncertainty import Uncertainty

lawful = settings(derandomize=True, deadline=None, max_examples=50)
K = [[600, 0, 640], [0, 600, 360], [0, 0, 1]]
MODELS = [
    CameraModel(K, [-0.2, 0.05, 1e-3, -1e-3, 0], "plumb_bob", (1280, 720)),
    CameraModel(K, [0.3, 0.1, 0, 0, 0, 0.4, 0.1, 0], "rational_polynomial", (1280, 720)),
    CameraModel(K, [-0.02, 0.003, 0, 0], "equidistant", (1280, 720)),
]


@st.composite
def scenes(draw, noise_px=0.0):
    """Cameras around one person: (cameras, pixels (C, K, 2), scores (C, K), points (K, 3))."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    count = draw(st.integers(2, 7))
    angles = np.linspace(0, 2.5, count) + rng.uniform(-0.1, 0.1, count)
    cameras = [around(a, rng.uniform(2.5, 5.0), MODELS[rng.integers(3)]) for a in angles]
    points = rng.uniform((-0.6, -0.6, 0.0), (0.6, 0.6, 1.8), (9, 3))
    pixels = np.stack([camera.project(points) for camera in cameras])
    pixels = pixels + rng.normal(0, 1, pixels.shape) * noise_px
    return cameras, pixels, rng.uniform(0.4, 1.0, pixels.shape[:2]), points


def around(angle, height, model):
    position = np.array([5 * np.cos(angle), 5 * np.sin(angle), height])
    z = np.array([0.0, 0.0, 0.9]) - position
    z /= np.linalg.norm(z)
    x = np.cross(z, [0, 0, 1.0])
    x /= np.linalg.norm(x)
    return Camera("c", model, Transform(np.column_stack([x, np.cross(z, x), z]), position))


@lawful
@given(scenes())
def test_exact_pixels_give_the_points(scene):
    cameras, pixels, scores, points = scene
    np.testing.assert_allclose(triangulate(cameras, pixels, scores).points_m, points, atol=1e-7)


@lawful
@given(scenes(noise_px=2.0), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_cameras_does_not_matter(scene, random, refine):
    cameras, pixels, scores, _ = scene
    pixels[0, :3] += 90.0  # something to disagree about
    order = list(range(len(cameras)))
    random.shuffle(order)
    one = triangulate(cameras, pixels, scores, refine=refine)
    other = triangulate([cameras[i] for i in order], pixels[order], scores[order], refine=refine)
    np.testing.assert_allclose(other.points_m, one.points_m, atol=1e-9)
    np.testing.assert_allclose(other.covariances_m2, one.covariances_m2, atol=1e-9)
    np.testing.assert_array_equal(other.inliers, one.inliers[:, order])


@lawful
@given(scenes(noise_px=1.0), st.floats(-3, 3), st.floats(-30, 30), st.floats(0, 5))
def test_refined_points_move_with_the_world(scene, angle, shift, lift):
    cameras, pixels, scores, _ = scene
    move = Transform.from_rotation_vector([0, 0, angle], [shift, -shift / 2, lift])
    moved = [replace(c, factory_from_camera=move @ c.factory_from_camera) for c in cameras]
    here = triangulate(cameras, pixels, scores, refine=True)
    there = triangulate(moved, pixels, scores, refine=True)
    np.testing.assert_array_equal(here.inliers, there.inliers)
    np.testing.assert_allclose(there.points_m, move.apply(here.points_m), atol=1e-5)
    rotated = move.rotation @ here.covariances_m2 @ move.rotation.T
    np.testing.assert_allclose(there.covariances_m2, rotated, atol=1e-6)


@lawful
@given(scenes(), st.floats(-3, 3), st.floats(-30, 30))
def test_linear_points_of_exact_pixels_move_with_the_world(scene, angle, shift):
    cameras, pixels, scores, points = scene
    move = Transform.from_rotation_vector([0, 0, angle], [shift, -shift / 2, 0])
    moved = [replace(c, factory_from_camera=move @ c.factory_from_camera) for c in cameras]
    found = triangulate(moved, pixels, scores).points_m
    np.testing.assert_allclose(found, move.apply(points), atol=1e-6)


@lawful
@given(
    scenes(),
    st.sampled_from(["pixel_px", "camera_position_m", "camera_rotation_rad"]),
    st.booleans(),
)
def test_covariances_are_positive_and_grow_with_every_sigma(scene, name, refine):
    cameras, pixels, scores, _ = scene
    sigma = Uncertainty()
    grown = replace(sigma, **{name: 2 * getattr(sigma, name)})
    less = triangulate(cameras, pixels, scores, refine=refine, uncertainty=sigma).covariances_m2
    more = triangulate(cameras, pixels, scores, refine=refine, uncertainty=grown).covariances_m2
    assert (np.linalg.eigvalsh(less) > 0).all()
    assert (np.linalg.eigvalsh(more - less) > 0).all()


@lawful
@given(scenes(noise_px=3.0))
def test_inliers_are_cameras_that_see_the_point_and_enough_of_them(scene):
    cameras, pixels, scores, _ = scene
    result = triangulate(cameras, pixels, scores, max_reprojection_px=4.0, min_score=0.6)
    known = np.isfinite(result.points_m).all(axis=1)
    np.testing.assert_array_equal(result.inliers.any(axis=1), known)
    assert (result.inliers.sum(axis=1)[known] >= 2).all()
    assert (scores.T[result.inliers] >= 0.6).all()
    assert (result.reprojection_px[known] < 4.0).all()
