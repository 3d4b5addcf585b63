"""Laws of fusion: of observing, of merging cameras, and of following people over time."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.fusion.association import associate
from gpss_pose_ros.fusion.gaussians import fuse
from gpss_pose_ros.fusion.merge import MergeSettings, merge
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import (
    Detections,
    FloorObservation,
    Foot,
    FootSource,
    PersonObservation,
    Poses2D,
    Side,
    TrackStatus,
)

lawful = settings(derandomize=True, deadline=None, max_examples=60)
SETTINGS = MergeSettings()
FEET = SKELETONS["coco17_feet"]
CAMERAS = ("north", "south", "east", "west")
MODEL = CameraModel([[600, 0, 640], [0, 600, 360], [0, 0, 1]], [], "plumb_bob", (1280, 720))
SECOND = 1_000_000_000

seeds = st.integers(0, 2**32 - 1)
angles = st.floats(-3.0, 3.0)
shifts = st.floats(-20.0, 20.0)


def camera_over(x_m, y_m, camera_id="c", tilt_rad=0.4):
    """A camera 4 m high, tilted from straight down."""
    down = Transform(np.diag([1.0, -1.0, -1.0]), np.zeros(3))
    tilt = Transform.from_rotation_vector([tilt_rad, 0, 0], [x_m, y_m, 4.0])
    return Camera(camera_id, MODEL, tilt @ down)


def random_covariance(random, largest_m=0.3):
    sigmas, angle = random.uniform(0.02, largest_m, 2), random.uniform(0, np.pi)
    R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return R @ np.diag(sigmas**2) @ R.T


def crowd(seed, people=4, side_m=4.0):
    """People on the floor, each seen by some cameras with noise; in random order."""
    random = np.random.default_rng(seed)
    observations = []
    for _ in range(random.integers(1, people + 1)):
        place = random.uniform(-side_m / 2, side_m / 2, 2)
        for camera in random.permutation(CAMERAS)[: random.integers(1, 5)]:
            covariance = random_covariance(random)
            seen = random.multivariate_normal(place, covariance)
            feet = {
                side: Foot(seen + random.normal(0, 0.2, 2), covariance, FootSource.OBSERVED)
                for side in Side
            }
            keypoints = np.full((17, 2), np.nan)
            observations.append(
                FloorObservation(
                    camera, 0, seen, covariance, feet, 0.9, np.zeros(4), keypoints, np.zeros(17)
                )
            )
    return [observations[i] for i in random.permutation(len(observations))]


def rotated(R, shift, observation):
    feet = {
        side: replace(
            foot, position_m=R @ foot.position_m + shift, covariance_m2=R @ foot.covariance_m2 @ R.T
        )
        for side, foot in observation.feet.items()
    }
    return replace(
        observation,
        position_m=R @ observation.position_m + shift,
        covariance_m2=R @ observation.covariance_m2 @ R.T,
        feet=feet,
    )


def rigs(move=None):
    """The four cameras, moved with the world."""
    cameras = {name: camera_over(i, -i, name) for i, name in enumerate(CAMERAS)}
    if move is None:
        return cameras
    return {
        name: replace(c, factory_from_camera=move @ c.factory_from_camera)
        for name, c in cameras.items()
    }


@lawful
@given(seeds, angles, shifts, shifts)
def test_merged_people_move_with_the_world(seed, angle, x, y):
    observations = crowd(seed)
    move = Transform.from_rotation_vector([0, 0, angle], [x, y, 0])
    R, shift = move.rotation[:2, :2], move.translation[:2]
    here = merge(observations, rigs(), SETTINGS)
    there = merge([rotated(R, shift, o) for o in observations], rigs(move), SETTINGS)
    assert len(here) == len(there)
    for a, b in zip(here, there, strict=True):
        assert a.camera_ids == b.camera_ids
        np.testing.assert_allclose(b.position_m, R @ a.position_m + shift, atol=1e-9)
        np.testing.assert_allclose(b.covariance_m2, R @ a.covariance_m2 @ R.T, atol=1e-12)
        for side in Side:
            moved = R @ a.feet[side].position_m + shift
            np.testing.assert_allclose(b.feet[side].position_m, moved, atol=1e-9)


@lawful
@given(seeds, st.integers(1, 6))
def test_another_camera_never_makes_a_position_less_certain(seed, count):
    random = np.random.default_rng(seed)
    covariances = np.array([random_covariance(random) for _ in range(count + 1)])
    positions = random.normal(0, 0.3, (count + 1, 2))
    _, fewer = fuse(positions[:-1], covariances[:-1])
    _, more = fuse(positions, covariances)
    assert np.linalg.eigvalsh(fewer - more).min() >= -1e-12
    for covariance in covariances:
        assert np.linalg.eigvalsh(covariance - more).min() >= -1e-12


@lawful
@given(seeds, seeds, st.floats(0.01, 5.0))
def test_people_far_apart_are_never_one(here, there, gap_m):
    first, second = crowd(here, side_m=1.0), crowd(there, side_m=1.0)
    reach_m = max(float(np.abs(o.position_m).max()) for o in first + second)
    away = np.array([2 * reach_m + SETTINGS.association.max_distance_m + gap_m, 0.0])
    second = [replace(o, position_m=o.position_m + away) for o in second]
    for members in associate(first + second, rigs(), SETTINGS.association):
        assert len({i < len(first) for i in members}) == 1


def pose_at(camera, places_m, seed):
    """Poses of people whose keypoints scatter about a place, with some missing."""
    random = np.random.default_rng(seed)
    points = np.concatenate([places_m, np.zeros((len(places_m), 1))], axis=1)[:, None, :]
    points = points + random.uniform([-0.3, -0.3, 0.0], [0.3, 0.3, 1.0], (len(points), 23, 3))
    pixels = camera.project(points.reshape(-1, 3)).reshape(len(points), 23, 2)
    boxes = np.concatenate([np.nanmin(pixels, axis=1), np.nanmax(pixels, axis=1)], axis=1)
    scores = random.uniform(0.0, 1.0, (len(points), 23))
    return Poses2D(pixels, scores, Detections(boxes, random.uniform(0.3, 1.0, len(points))))


places = st.lists(st.tuples(st.floats(-1.5, 1.5), st.floats(-1.0, 1.0)), min_size=1, max_size=4)


@lawful
@given(places.map(np.array), seeds, angles, shifts, shifts)
def test_observations_move_with_the_world(people, seed, angle, x, y):
    camera = camera_over(0.0, 0.0)
    move = Transform.from_rotation_vector([0, 0, angle], [x, y, 0])
    moved = replace(camera, factory_from_camera=move @ camera.factory_from_camera)
    poses, assumed = pose_at(camera, people, seed), ObservationSettings()
    here = observe(camera, 0, poses, FEET, assumed)
    there = observe(moved, 0, poses, FEET, assumed)
    assert here.unplaced == there.unplaced
    R, shift = move.rotation[:2, :2], move.translation[:2]
    for a, b in zip(here.observations, there.observations, strict=True):
        np.testing.assert_allclose(b.position_m, R @ a.position_m + shift, atol=1e-6)
        np.testing.assert_allclose(b.covariance_m2, R @ a.covariance_m2 @ R.T, rtol=1e-5, atol=1e-8)
        assert {s: f.source for s, f in a.feet.items()} == {s: f.source for s, f in b.feet.items()}


@lawful
@given(places.map(np.array), seeds)
def test_people_in_one_image_do_not_influence_each_other(people, seed):
    camera, assumed = camera_over(0.0, 0.0), ObservationSettings()
    poses = pose_at(camera, people, seed)
    together = observe(camera, 0, poses, FEET, assumed)
    assert len(together.observations) + together.unplaced == len(people)
    alone = [
        observation
        for n in range(len(people))
        for observation in observe(camera, 0, _only(poses, n), FEET, assumed).observations
    ]
    for a, b in zip(together.observations, alone, strict=True):
        np.testing.assert_allclose(a.position_m, b.position_m, atol=1e-9)
        np.testing.assert_allclose(a.covariance_m2, b.covariance_m2, rtol=1e-9)


def _only(poses, n):
    boxes, scores = poses.detections.boxes_xyxy_px, poses.detections.scores
    return Poses2D(
        poses.keypoints_px[n : n + 1],
        poses.scores[n : n + 1],
        Detections(boxes[n : n + 1], scores[n : n + 1]),
    )


@st.composite
def cycles(draw):
    """What a tracker is fed: people who come, go, jump, and stamps that may go back."""
    place = st.tuples(st.floats(-3, 3), st.floats(-3, 3))
    cycle = st.tuples(
        st.integers(-SECOND, 3 * SECOND), st.lists(place, max_size=3), st.booleans(), st.booleans()
    )
    return draw(st.lists(cycle, min_size=1, max_size=25))


def run(tracker, fed):
    """Yield (stamp, tracks) of every cycle."""
    stamp = 10 * SECOND
    for step, people, watched, blind in fed:
        stamp += step
        if blind:
            yield stamp, tracker.held(stamp)
            continue
        persons = [
            PersonObservation(
                stamp, np.array(p), np.eye(2) * 0.01, {}, 0.9, ("c",), np.empty((0, 3)), np.empty(0)
            )
            for p in people
        ]
        yield (
            stamp,
            tracker.update(persons, stamp, lambda asked, seen=watched: np.full(len(asked), seen)),
        )


@lawful
@given(cycles())
def test_tracks_are_positive_finite_and_unique(fed):
    for _, tracks in run(Tracker(TrackerSettings()), fed):
        assert len({track.track_id for track in tracks}) == len(tracks)
        for track in tracks:
            assert np.isfinite(track.position_m).all()
            eigenvalues = np.linalg.eigvalsh(track.covariance)
            assert eigenvalues.min() > -1e-12 * eigenvalues.max()
            np.testing.assert_array_equal(track.covariance, track.covariance.T)


@lawful
@given(cycles())
def test_nobody_vanishes_without_being_lost_and_the_lost_never_return(fed):
    present, lost = set(), set()
    for _, tracks in run(Tracker(TrackerSettings()), fed):
        now = {track.track_id for track in tracks}
        assert present <= now
        assert not lost & now
        gone = {track.track_id for track in tracks if track.status is TrackStatus.LOST}
        lost |= gone
        present = now - gone


@lawful
@given(cycles())
def test_time_never_goes_back_for_a_person_while_the_source_runs(fed):
    newest = {}
    for _, tracks in run(Tracker(TrackerSettings(restart_s=1e6)), fed):
        for track in tracks:
            before = newest.get(track.track_id, track.capture_stamp_ns)
            assert track.capture_stamp_ns >= before
            newest[track.track_id] = track.capture_stamp_ns


@lawful
@given(cycles())
def test_who_is_unwatched_is_never_lost(fed):
    unwatched = [(step, people, False, blind) for step, people, _, blind in fed]
    for _, tracks in run(Tracker(TrackerSettings()), unwatched):
        assert all(track.status is not TrackStatus.LOST for track in tracks)
