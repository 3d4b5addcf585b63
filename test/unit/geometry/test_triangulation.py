import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.geometry.triangulation import triangulate
from gpss_pose_ros.geometry.uncertainty import Uncertainty

PINHOLE = CameraModel([[700, 0, 640], [0, 700, 360], [0, 0, 1]], [], "plumb_bob", (1280, 720))
BODY = np.random.default_rng(2).uniform((-0.5, -0.5, 0.0), (0.5, 0.5, 1.8), (17, 3))


@pytest.fixture
def ring(looking_down):
    """Cameras around the origin, 3 to 4 m high."""

    def build(count, model=PINHOLE):
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
        return [
            looking_down(model, (6 * np.cos(a), 5 * np.sin(a), 3 + i % 3 / 2), (0, 0, 0.9), f"c{i}")
            for i, a in enumerate(angles)
        ]

    return build


def seen_by(cameras, points):
    return np.stack([camera.project(points) for camera in cameras])


def test_exact_pixels_give_exact_points(model, ring):
    cameras = ring(3, model)
    result = triangulate(cameras, seen_by(cameras, BODY), np.full((3, 17), 0.8))
    np.testing.assert_allclose(result.points_m, BODY, atol=1e-8)
    np.testing.assert_allclose(result.reprojection_px, 0.0, atol=1e-5)
    assert result.inliers.all()


def test_refinement_keeps_exact_points(model, ring):
    cameras = ring(3, model)
    result = triangulate(cameras, seen_by(cameras, BODY), np.ones((3, 17)), refine=True)
    np.testing.assert_allclose(result.points_m, BODY, atol=1e-8)


def test_refinement_lowers_the_squared_reprojection_error(ring):
    cameras = ring(4)
    pixels = seen_by(cameras, BODY) + np.random.default_rng(5).normal(0, 4.0, (4, 17, 2))

    def cost(points):
        return np.square(pixels - seen_by(cameras, points)).sum(axis=(0, 2))

    linear = triangulate(cameras, pixels, np.ones((4, 17)))
    refined = triangulate(cameras, pixels, np.ones((4, 17)), refine=True)
    assert (cost(refined.points_m) <= cost(linear.points_m)).all()
    nudged = refined.points_m + np.random.default_rng(6).normal(0, 1e-3, (17, 3))
    assert (cost(refined.points_m) < cost(nudged)).all()


@pytest.mark.parametrize(("count", "wrong"), [(3, 1), (4, 2), (5, 2), (8, 3), (16, 7)])
def test_wrong_cameras_are_found_and_left_out(ring, count, wrong):
    """Each keypoint is wrong in another set of cameras."""
    cameras = ring(count)
    pixels = seen_by(cameras, BODY)
    rng = np.random.default_rng(count)
    outliers = np.argsort(rng.uniform(size=(17, count)), axis=1) < wrong
    direction = rng.normal(size=(count, 17, 2))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    pixels = pixels + np.where(outliers.T[:, :, None], 150.0 * direction, 0.0)
    result = triangulate(cameras, pixels, np.ones((count, 17)))
    if count - wrong > 2:  # two right cameras among four may be outvoted by chance
        np.testing.assert_array_equal(result.inliers, ~outliers)
    right = (result.inliers == ~outliers).all(axis=1)
    assert right.mean() > 0.6
    np.testing.assert_allclose(result.points_m[right], BODY[right], atol=1e-7)


def test_swapped_feet_in_two_of_eight_cameras(ring):
    cameras = ring(8)
    feet = np.array([[0.15, 0.1, 0.09], [-0.15, -0.1, 0.09]])
    pixels = seen_by(cameras, feet)
    pixels[[1, 4]] = pixels[[1, 4]][:, ::-1]
    result = triangulate(cameras, pixels, np.ones((8, 2)))
    np.testing.assert_allclose(result.points_m, feet, atol=1e-7)
    assert not result.inliers[:, [1, 4]].any()


def test_two_cameras_that_disagree_give_nothing(ring):
    cameras = ring(3)[:2]
    pixels = seen_by(cameras, BODY)
    pixels[1, 4, 1] += 100.0
    result = triangulate(cameras, pixels, np.ones((2, 17)))
    others = np.arange(17) != 4
    assert np.isnan(result.points_m[4]).all()
    assert np.isnan(result.covariances_m2[4]).all()
    assert np.isnan(result.reprojection_px[4])
    assert not result.inliers[4].any()
    np.testing.assert_allclose(result.points_m[others], BODY[others], atol=1e-8)


def test_low_scores_and_missing_pixels_do_not_count(ring):
    cameras = ring(4)
    pixels, scores = seen_by(cameras, BODY), np.ones((4, 17))
    scores[0, 3], pixels[0, 3] = 0.29, 0.0
    pixels[1, 3] = np.nan
    scores[:3, 5] = 0.1
    scores[:2, 6] = np.nan
    result = triangulate(cameras, pixels, scores)
    np.testing.assert_array_equal(result.inliers[3], [False, False, True, True])
    assert np.isnan(result.points_m[5]).all()
    rest = np.arange(17) != 5
    np.testing.assert_allclose(result.points_m[rest], BODY[rest], atol=1e-8)
    three = triangulate(cameras, pixels, scores, min_cameras=3)
    np.testing.assert_array_equal(np.isnan(three.points_m[:, 0]).nonzero()[0], [3, 5, 6])


def test_the_higher_score_weighs_more(ring):
    """Two cameras per side of a conflict of 10 px: the point moves to the trusted side."""
    cameras = ring(4)
    pixels = seen_by(cameras, BODY)
    pixels[2:, :, 1] += 10.0
    trusted = triangulate(cameras, pixels, np.array([[1.0], [1.0], [0.4], [0.4]]) * np.ones(17))
    doubted = triangulate(cameras, pixels, np.array([[0.4], [0.4], [1.0], [1.0]]) * np.ones(17))
    near = np.linalg.norm(trusted.points_m - BODY, axis=1)
    far = np.linalg.norm(doubted.points_m - BODY, axis=1)
    assert (near < far).all()


def test_parallel_rays_give_nothing(looking_down):
    """Two cameras 2 cm apart, 4 m away: 0.3 degrees of parallax."""
    cameras = [looking_down(PINHOLE, (0.02 * i, -4, 2), (0.02 * i, 0, 1)) for i in range(2)]
    result = triangulate(cameras, seen_by(cameras, BODY), np.ones((2, 17)))
    assert np.isnan(result.points_m).all()


def test_a_point_behind_a_camera_is_not_made_from_it(looking_down):
    """Rays of cameras that look apart meet behind both."""
    left = looking_down(PINHOLE, (-1, 0, 2), (-3, 3, 1))
    right = looking_down(PINHOLE, (1, 0, 2), (3, 3, 1))
    meeting = np.array([[0.0, -1.5, 2.5]])
    mirrored = [2 * camera.position_m - meeting for camera in (left, right)]
    pixels = np.stack([c.project(p) for c, p in zip((left, right), mirrored, strict=True)])
    assert np.isfinite(pixels).all()
    assert np.isnan(triangulate([left, right], pixels, np.ones((2, 1))).points_m).all()


@pytest.mark.parametrize("refine", [False, True])
def test_covariance_is_the_spread_of_a_monte_carlo_run(ring, refine):
    """Pixel noise, one keypoint repeated; scores and distances differ between the cameras."""
    cameras, n = ring(3), 6000
    cameras[0] = Camera(
        "near", PINHOLE, Transform(cameras[0].factory_from_camera.rotation, [2.5, 0.0, 1.9])
    )
    point = np.array([0.2, -0.1, 0.8])
    noise = np.random.default_rng(8).normal(0, 2.0, (3, n, 2))
    pixels = seen_by(cameras, point[None]) + noise
    scores = np.array([[0.9], [0.5], [0.7]]) * np.ones(n)
    pixel_noise_only = Uncertainty(2.0, 0, 0, 0)
    samples = triangulate(cameras, pixels, scores, refine=refine, uncertainty=pixel_noise_only)
    assert samples.inliers.all()
    exact = triangulate(
        cameras,
        seen_by(cameras, point[None]),
        scores[:, :1],
        refine=refine,
        uncertainty=pixel_noise_only,
    )
    whitener = np.linalg.inv(np.linalg.cholesky(exact.covariances_m2[0]))
    spread = np.cov((samples.points_m @ whitener.T).T)
    np.testing.assert_allclose(spread, np.eye(3), atol=0.1)


def test_covariance_of_calibration_errors_is_the_spread_of_a_monte_carlo_run(ring):
    cameras, n = ring(3), 600
    point = np.array([[0.2, -0.1, 0.8]])
    pixels, scores = seen_by(cameras, point), np.ones((3, 1))
    sigma = Uncertainty(1e-6, 0, camera_position_m=0.01, camera_rotation_rad=0.003)
    rng = np.random.default_rng(9)

    def disturbed(camera):
        turn = Transform.from_rotation_vector(rng.normal(0, 0.003, 3), np.zeros(3))
        pose = camera.factory_from_camera
        return Camera(
            camera.camera_id,
            camera.model,
            Transform(turn.rotation @ pose.rotation, pose.translation + rng.normal(0, 0.01, 3)),
        )

    samples = np.concatenate(
        [triangulate([disturbed(c) for c in cameras], pixels, scores).points_m for _ in range(n)]
    )
    covariance = triangulate(cameras, pixels, scores, uncertainty=sigma).covariances_m2[0]
    whitener = np.linalg.inv(np.linalg.cholesky(covariance))
    np.testing.assert_allclose(np.cov((samples @ whitener.T).T), np.eye(3), atol=0.25)


def test_nobody_in_sight(ring):
    cameras = ring(3)
    unseen = triangulate(cameras, np.full((3, 17, 2), np.nan), np.zeros((3, 17)), refine=True)
    assert np.isnan(unseen.points_m).all()
    assert triangulate(cameras, np.empty((3, 0, 2)), np.empty((3, 0))).points_m.shape == (0, 3)
    alone = triangulate(cameras[:1], seen_by(cameras[:1], BODY), np.ones((1, 17)))
    assert np.isnan(alone.points_m).all()


@pytest.mark.parametrize(
    ("pixels", "scores", "options", "message"),
    [
        (np.zeros((2, 17, 2)), np.ones((3, 17)), {}, "keypoints_px"),
        (np.zeros((3, 17, 2)), np.ones((3, 16)), {}, "scores"),
        (np.zeros((3, 17, 2)), np.ones((3, 17)), {"min_cameras": 1}, "min_cameras"),
    ],
)
def test_what_does_not_match_is_refused(ring, pixels, scores, options, message):
    with pytest.raises(InputError, match=message):
        triangulate(ring(3), pixels, scores, **options)


def test_no_cameras_are_refused():
    with pytest.raises(InputError, match="needs cameras"):
        triangulate([], np.zeros((0, 17, 2)), np.ones((0, 17)))
