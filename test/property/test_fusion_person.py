"""Laws of fusing what cameras say of one person: they hold whoever stands where, seen by whom."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.fusion.person import PersonSettings, person, persons
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import Detections, Poses2D, Side

lawful = settings(derandomize=True, deadline=None, max_examples=25)
SETTINGS = PersonSettings()
PAIRS = np.array(COCO17_FEET.flip_pairs)
MODEL = CameraModel(
    [[900, 0, 640], [0, 900, 360], [0, 0, 1]], [-0.1, 0.03, 0, 0], "plumb_bob", (1280, 720)
)
SIGMA = 0.05
HEIGHTS = {"shoulder": 1.45, "elbow": 1.15, "wrist": 0.9, "hip": 0.93, "knee": 0.5, "ankle": 0.09}

seeds = st.integers(0, 2**32 - 1)
counts = st.integers(2, 8)
angles = st.floats(-3.0, 3.0)
shifts = st.floats(-20.0, 20.0)


def standing(random):
    """Keypoints (23, 3) of somebody who stands near the origin, and soles (2, 2)."""
    heading, place = random.uniform(-np.pi, np.pi), random.uniform(-1.0, 1.0, 2)
    forward = np.array([np.cos(heading), np.sin(heading)])
    left = np.array([-forward[1], forward[0]])
    points, soles = [], []
    for name in COCO17_FEET.keypoints:
        side, _, part = name.partition("_")
        sign = {"left": 1.0, "right": -1.0}.get(side, 0.0)
        along = {"heel": -0.12, "big_toe": 0.12, "small_toe": 0.12, "eye": 0.1, "nose": 0.12}
        ahead = along.get(part or side, 0.0)
        height = HEIGHTS.get(part, 0.0 if part in ("heel", "big_toe", "small_toe") else 1.65)
        across = sign * (0.05 if part in ("eye", "ear") else 0.15)
        points.append([*(place + ahead * forward + across * left), height])
    for sign in (1.0, -1.0):
        soles.append(place + sign * 0.15 * left)
    return np.array(points), np.array(soles)


def ring(random, count):
    """Cameras at the ceiling around the origin, not too close to one another."""
    around = np.linspace(0.0, 2 * np.pi * (1 - 1 / (count + 0.5)), count)
    around += random.uniform(-0.1, 0.1, count) + random.uniform(0.0, 6.0)
    cameras = {}
    for i, angle in enumerate(around):
        reach = random.uniform(4.0, 7.0)
        position = np.array([reach * np.cos(angle), reach * np.sin(angle), random.uniform(3, 5)])
        z = np.array([0.0, 0.0, 0.8]) - position
        z /= np.linalg.norm(z)
        x = np.cross(z, [0, 0, 1.0])
        x /= np.linalg.norm(x)
        rotation = np.column_stack([x, np.cross(z, x), z])
        cameras[f"c{i}"] = Camera(f"c{i}", MODEL, Transform(rotation, position))
    return cameras


def poses(camera, points, noise, scores):
    """One pose, with noise (23, 2) in standard deviations."""
    pixels = camera.project(points)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    moved = pixels + SIGMA * (high - low).max() * noise
    box = np.array([[*low, *high]])
    return Poses2D(moved[None], scores[None], Detections(box, np.array([0.9])), SIGMA)


def view(camera, points, noise, scores):
    """What one camera sees of the person; None where it cannot place them."""
    seen = observe(
        camera, 0, poses(camera, points, noise, scores), COCO17_FEET, ObservationSettings()
    )
    return seen.observations[0] if seen.observations else None


def scene(seed, count, noise=0.3):
    """A person, cameras around, and what each sees: (cameras, members, points, soles)."""
    random = np.random.default_rng(seed)
    points, soles = standing(random)
    cameras = ring(random, count)
    members = []
    for camera in cameras.values():
        errors, scores = random.normal(0, noise, (23, 2)), random.uniform(0.4, 1.0, 23)
        member = view(camera, points, errors, scores)
        members += [member] if member else []
    return cameras, members, points, soles


def swapped(member):
    """The observation of a network that takes left for right."""
    pixels, scores = member.keypoints_px.copy(), member.keypoint_scores.copy()
    pixels[PAIRS], scores[PAIRS] = pixels[PAIRS[:, ::-1]], scores[PAIRS[:, ::-1]]
    feet = {side.other: foot for side, foot in member.feet.items()}
    return replace(member, keypoints_px=pixels, keypoint_scores=scores, feet=feet)


def assert_same(a, b, atol=1e-6):
    np.testing.assert_allclose(a.position_m, b.position_m, atol=atol)
    np.testing.assert_allclose(a.covariance_m2, b.covariance_m2, atol=atol)
    np.testing.assert_allclose(a.keypoints_m, b.keypoints_m, atol=atol)
    np.testing.assert_allclose(a.keypoint_covariances_m2, b.keypoint_covariances_m2, atol=atol)
    assert set(a.feet) == set(b.feet)
    for side, foot in a.feet.items():
        np.testing.assert_allclose(foot.position_m, b.feet[side].position_m, atol=atol)
        np.testing.assert_allclose(foot.covariance_m2, b.feet[side].covariance_m2, atol=atol)
        assert (foot.source, foot.triangulated) == (
            b.feet[side].source,
            b.feet[side].triangulated,
        )


@lawful
@given(seeds, counts, angles, shifts, shifts)
def test_people_move_with_the_world(seed, count, angle, x, y):
    cameras, members, _, _ = scene(seed, count)
    move = Transform.from_rotation_vector([0, 0, angle], [x, y, 0])
    R, shift = move.rotation[:2, :2], move.translation[:2]

    def moved(member):
        feet = {
            side: replace(
                foot,
                position_m=R @ foot.position_m + shift,
                covariance_m2=R @ foot.covariance_m2 @ R.T,
            )
            for side, foot in member.feet.items()
        }
        return replace(
            member,
            position_m=R @ member.position_m + shift,
            covariance_m2=R @ member.covariance_m2 @ R.T,
            feet=feet,
        )

    there_cameras = {
        name: replace(c, factory_from_camera=move @ c.factory_from_camera)
        for name, c in cameras.items()
    }
    here = person(members, cameras, SETTINGS)
    there = person([moved(m) for m in members], there_cameras, SETTINGS)
    expected = replace(
        moved(here),
        keypoints_m=move.apply(here.keypoints_m),
        keypoint_covariances_m2=move.rotation @ here.keypoint_covariances_m2 @ move.rotation.T,
    )
    assert_same(there, expected)


@lawful
@given(seeds, counts, st.randoms(use_true_random=False))
def test_the_order_of_the_cameras_does_not_matter(seed, count, shuffle):
    cameras, members, _, _ = scene(seed, count, noise=1.0)
    other = list(members)
    shuffle.shuffle(other)
    assert_same(person(members, cameras, SETTINGS), person(other, cameras, SETTINGS), 1e-12)


@lawful
@given(seeds, counts)
def test_a_mirrored_world_gives_mirrored_people(seed, count):
    """Seen in a mirror, x is -x in the world and in each image, and left is right."""
    random = np.random.default_rng(seed)
    points, _ = standing(random)
    cameras = ring(random, count)
    mirror = np.diag([-1.0, 1.0, 1.0])
    flip = np.arange(23)
    flip[PAIRS] = PAIRS[:, ::-1]
    here, there, reflected = [], [], {}
    for name, camera in cameras.items():
        model = replace(camera.model, distortion=np.zeros(0))
        rotation, position = camera.factory_from_camera.rotation, camera.position_m
        plain = Camera(name, model, camera.factory_from_camera)
        cameras[name] = plain
        reflected[name] = Camera(
            name, model, Transform(mirror @ rotation @ mirror, mirror @ position)
        )
        noise, scores = random.normal(0, 0.3, (23, 2)), random.uniform(0.4, 1.0, 23)
        a = view(plain, points, noise, scores)
        b = view(reflected[name], (points @ mirror)[flip], (noise * [-1, 1])[flip], scores[flip])
        if a and b:
            here.append(a)
            there.append(b)
    one, other = person(here, cameras, SETTINGS), person(there, reflected, SETTINGS)
    M = mirror[:2, :2]
    feet = {
        side.other: replace(
            foot, position_m=M @ foot.position_m, covariance_m2=M @ foot.covariance_m2 @ M
        )
        for side, foot in one.feet.items()
    }
    expected = replace(
        one,
        position_m=M @ one.position_m,
        covariance_m2=M @ one.covariance_m2 @ M,
        feet=feet,
        keypoints_m=(one.keypoints_m @ mirror)[flip],
        keypoint_covariances_m2=(mirror @ one.keypoint_covariances_m2 @ mirror)[flip],
    )
    assert_same(other, expected)


@lawful
@given(seeds, st.integers(2, 7))
def test_another_camera_that_agrees_never_makes_a_person_less_certain(seed, count):
    cameras, members, _, _ = scene(seed, count + 1, noise=0.0)
    fewer, more = (person(m, cameras, SETTINGS) for m in (members[:-1], members))
    slack = 1.0 + 1e-6
    assert np.trace(more.covariance_m2) <= slack * np.trace(fewer.covariance_m2)
    for side in Side:
        a, b = fewer.feet[side].covariance_m2, more.feet[side].covariance_m2
        assert np.trace(b) <= slack * np.trace(a)
    both = np.isfinite(fewer.keypoints_m).all(axis=1)
    less = more.keypoint_covariances_m2[both] - fewer.keypoint_covariances_m2[both]
    assert np.linalg.eigvalsh(less).max() <= 1e-9


@lawful
@given(seeds, st.integers(4, 8), st.data())
def test_a_minority_that_takes_left_for_right_changes_nothing(seed, count, data):
    cameras, members, _, _ = scene(seed, count, noise=0.2)
    wrong = data.draw(st.sets(st.integers(0, count - 1), max_size=(count - 1) // 3))
    confused = [swapped(m) if i in wrong else m for i, m in enumerate(members)]
    assert_same(person(confused, cameras, SETTINGS), person(members, cameras, SETTINGS), 1e-9)


@lawful
@given(seeds, st.integers(4, 12), st.data())
def test_a_minority_that_sees_something_else_does_not_pull(seed, count, data):
    cameras, members, points, soles = scene(seed, count, noise=0.1)
    wrong = data.draw(st.sets(st.integers(0, count - 1), max_size=(count - 1) // 3))
    off = np.array([data.draw(st.sampled_from([-300.0, 300.0])), 250.0])
    confused = [
        replace(m, keypoints_px=m.keypoints_px + off) if i in wrong else m
        for i, m in enumerate(members)
    ]
    found = person(confused, cameras, SETTINGS)
    error = np.linalg.norm(found.keypoints_m - points, axis=1)
    assert np.median(error) < 0.05
    for i, side in enumerate(Side):
        assert np.linalg.norm(found.feet[side].position_m - soles[i]) < 0.1


@lawful
@given(seeds, counts, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_missing_keypoints_never_crash_and_covariances_stay_positive(seed, count, lost, low):
    cameras, members, _, _ = scene(seed, count, noise=1.5)
    random = np.random.default_rng(seed + 1)
    poor = []
    for member in members:
        pixels = np.where(random.random((23, 1)) < lost, np.nan, member.keypoints_px)
        scores = np.where(random.random(23) < low, np.nan, member.keypoint_scores)
        feet = {s: f for s, f in member.feet.items() if random.random() > lost}
        poor.append(replace(member, keypoints_px=pixels, keypoint_scores=scores, feet=feet))
    found = person(poor, cameras, SETTINGS)
    assert np.isfinite(found.position_m).all()
    for covariance in [found.covariance_m2, *(f.covariance_m2 for f in found.feet.values())]:
        assert np.linalg.eigvalsh(covariance).min() > 0.0
    known = np.isfinite(found.keypoints_m).all(axis=1)
    np.testing.assert_array_equal(known, np.isfinite(found.keypoint_covariances_m2[:, 0, 0]))
    np.testing.assert_array_equal(known, found.keypoint_scores > 0.0)
    assert (np.linalg.eigvalsh(found.keypoint_covariances_m2[known]) > 0.0).all()


@lawful
@given(seeds, seeds, counts, counts)
def test_people_do_not_influence_each_other(first, second, a, b):
    here_cameras, here, _, _ = scene(first, a)
    there_cameras, there, _, _ = scene(second, b)
    there_cameras = {f"t{n}": replace(c, camera_id=f"t{n}") for n, c in there_cameras.items()}
    there = [replace(m, camera_id=f"t{m.camera_id}") for m in there]
    cameras = here_cameras | there_cameras
    groups = [list(range(len(here), len(here) + len(there))), list(range(len(here)))]
    found = persons(groups, here + there, cameras, SETTINGS)
    assert_same(found[0], person(there, cameras, SETTINGS), 1e-9)
    assert_same(found[1], person(here, cameras, SETTINGS), 1e-9)
