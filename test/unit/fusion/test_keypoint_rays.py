"""What a camera sees of a person becomes rays, whichever cameras see however many."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import Detections, Poses2D

CAMERAS = 11


@pytest.fixture
def watched(camera_at):
    """Eleven cameras, of which the n-th sees n persons, mixed."""
    random = np.random.default_rng(2)
    cameras, observations = {}, []
    for n in range(CAMERAS):
        name = f"camera_{n}"
        cameras[name] = camera_at((n - 5.0, -4.0, 3.0), (0.0, 1.0, 0.5), name)
        keypoints = random.uniform((300, 300), (900, 650), (n, len(COCO17_FEET), 2))
        boxes = np.concatenate([keypoints.min(axis=1), keypoints.max(axis=1)], axis=1)
        found = Detections(boxes.reshape(-1, 4), np.ones(n))
        poses = Poses2D(keypoints, np.ones(keypoints.shape[:2]), found)
        seen = observe(cameras[name], 0, poses, COCO17_FEET, ObservationSettings())
        observations += seen.observations
    return cameras, [observations[i] for i in random.permutation(len(observations))]


def test_every_keypoint_has_the_ray_of_its_camera(watched):
    cameras, observations = watched
    rays = KeypointRays.of(observations, cameras)
    assert len(observations) > CAMERAS
    for n, observation in enumerate(observations):
        origin, directions = cameras[observation.camera_id].rays(observation.keypoints_px)
        np.testing.assert_allclose(rays.origins_m[:, n], origin)
        np.testing.assert_allclose(rays.directions[:, n].T, directions, atol=1e-12)


def test_whoever_has_fewer_keypoints_has_no_rays_beyond_them(watched):
    cameras, observations = watched
    first = replace(
        observations[0],
        keypoints_px=observations[0].keypoints_px[:5],
        keypoint_scores=observations[0].keypoint_scores[:5],
    )
    rays = KeypointRays.of([first, *observations[1:]], cameras)
    assert np.isfinite(rays.directions[:, 0, :5]).all()
    assert np.isnan(rays.directions[:, 0, 5:]).all()
    assert not rays.scores[0, 5:].any()


def test_a_camera_that_is_not_known_has_no_rays(watched):
    cameras, observations = watched
    unknown = observations[0].camera_id
    known = {name: camera for name, camera in cameras.items() if name != unknown}
    rays = KeypointRays.of(observations, known)
    there = np.array([observation.camera_id != unknown for observation in observations])
    np.testing.assert_array_equal(np.isfinite(rays.origins_m).all(axis=0), there)
    np.testing.assert_array_equal(np.isfinite(rays.directions).all(axis=(0, 2)), there)
    np.testing.assert_array_equal(np.isfinite(rays.spans_rad), there)
