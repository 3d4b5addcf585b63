"""Laws of association: of whom several cameras take for one person."""

from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.fusion.association import AssociationSettings, associate
from gpss_pose_ros.fusion.clustering import clustered
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import FloorObservation

lawful = settings(derandomize=True, deadline=None, max_examples=25)
SETTINGS = AssociationSettings()
SIZE = (1280, 720)
MODEL = CameraModel(
    [[600, 0, 639.5], [0, 600, 359.5], [0, 0, 1]], [-0.1, 0.02, 0, 0, 0], "plumb_bob", SIZE
)
MIRROR = np.arange(len(COCO17_FEET))
for pair in COCO17_FEET.flip_pairs:
    MIRROR[list(pair)] = pair[::-1]

seeds = st.integers(0, 2**32 - 1)
angles = st.floats(-3.0, 3.0)
shifts = st.floats(-20.0, 20.0)


def rig(random):
    """Two to five cameras under the ceiling, each looking in from its side."""
    cameras = {}
    for k in range(random.integers(2, 6)):
        angle = random.uniform(-np.pi, np.pi)
        position = np.array([5.0 * np.cos(angle), 5.0 * np.sin(angle), random.uniform(3.5, 6.0)])
        z = np.array([0.0, 0.0, 0.8]) - position
        z /= np.linalg.norm(z)
        x = np.cross(z, [0.0, 0.0, 1.0])
        x /= np.linalg.norm(x)
        rotation = np.column_stack([x, np.cross(z, x), z])
        cameras[f"c{k}"] = Camera(f"c{k}", MODEL, Transform(rotation, position))
    return cameras


def scene(seed):
    """Cameras and what they see: people close together, noise, gaps, boxes without keypoints."""
    random = np.random.default_rng(seed)
    cameras, observations = rig(random), []
    places = random.uniform([-1.5, -1.5, 0.0], [1.5, 1.5, 0.0], (random.integers(1, 6), 1, 3))
    bodies = places + random.uniform([-0.3, -0.3, 0.0], [0.3, 0.3, 1.8], (len(places), 23, 3))
    for camera in cameras.values():
        images = camera.project(bodies.reshape(-1, 3)).reshape(-1, 23, 2)
        for place, pixels in zip(places[:, 0, :2], images, strict=True):
            if random.random() < 0.2:
                continue
            pixels = pixels + random.normal(0, 3.0, (23, 2))
            box = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
            pixels[random.random(23) < 0.1] = np.nan
            count = random.choice([0, 17, 23], p=[0.1, 0.1, 0.8])
            sigmas = random.uniform(0.05, 0.3, 2)
            observations.append(
                FloorObservation(
                    camera_id=camera.camera_id,
                    stamp_ns=0,
                    position_m=place + random.normal(0, 0.15, 2),
                    covariance_m2=np.diag(sigmas**2),
                    feet={},
                    score=0.9,
                    box_xyxy_px=box,
                    keypoints_px=pixels[:count],
                    keypoint_scores=random.uniform(0.1, 1.0, count),
                )
            )
    return cameras, [observations[i] for i in random.permutation(len(observations))]


def sets_of(groups):
    return {frozenset(members) for members in groups}


def value(labels, pairs, evidence, repulsion):
    """The evidence inside groups, computed pair by pair."""
    of = {tuple(sorted(p)): e for p, e in zip(pairs.tolist(), evidence.tolist(), strict=True)}
    return sum(
        of.get((i, j), -repulsion)
        for i, j in combinations(range(len(labels)), 2)
        if labels[i] == labels[j]
    )


@st.composite
def graphs(draw):
    """Candidates with evidence among up to 9 observations of up to 4 cameras."""
    random = np.random.default_rng(draw(seeds))
    camera_of = random.integers(0, 4, draw(st.integers(1, 9)))
    pairs = [
        p for p in combinations(range(len(camera_of)), 2) if camera_of[p[0]] != camera_of[p[1]]
    ]
    pairs = np.array([p for p in pairs if random.random() < 0.7], dtype=np.intp).reshape(-1, 2)
    return pairs, random.normal(1.0, 4.0, len(pairs)), camera_of


@lawful
@given(seeds)
def test_every_observation_is_in_one_group_and_every_camera_once(seed):
    cameras, observations = scene(seed)
    groups = associate(observations, cameras, SETTINGS)
    assert sorted(i for members in groups for i in members) == list(range(len(observations)))
    assert [members[0] for members in groups] == sorted(members[0] for members in groups)
    for members in groups:
        assert members == sorted(members)
        assert len({observations[i].camera_id for i in members}) == len(members)


@lawful
@given(seeds, seeds)
def test_who_is_one_person_does_not_depend_on_the_order(seed, order):
    cameras, observations = scene(seed)
    shuffled = np.random.default_rng(order).permutation(len(observations)).tolist()
    there = associate([observations[i] for i in shuffled], cameras, SETTINGS)
    assert sets_of(associate(observations, cameras, SETTINGS)) == {
        frozenset(shuffled[i] for i in members) for members in there
    }


@lawful
@given(seeds, angles, shifts, shifts)
def test_who_is_one_person_does_not_depend_on_the_factory_frame(seed, angle, x, y):
    cameras, observations = scene(seed)
    move = Transform.from_rotation_vector([0, 0, angle], [x, y, 0])
    R, shift = move.rotation[:2, :2], move.translation[:2]
    moved = [
        replace(o, position_m=R @ o.position_m + shift, covariance_m2=R @ o.covariance_m2 @ R.T)
        for o in observations
    ]
    there = {
        name: replace(c, factory_from_camera=move @ c.factory_from_camera)
        for name, c in cameras.items()
    }
    here = associate(observations, cameras, SETTINGS)
    assert associate(moved, there, SETTINGS) == here


@lawful
@given(seeds)
def test_a_mirrored_world_gives_the_mirrored_result(seed):
    cameras, observations = scene(seed)
    world, image = np.diag([1.0, -1.0, 1.0]), np.diag([-1.0, 1.0, 1.0])
    there = {
        name: replace(
            c,
            factory_from_camera=Transform(
                world @ c.factory_from_camera.rotation @ image, world @ c.position_m
            ),
        )
        for name, c in cameras.items()
    }
    here = associate(observations, cameras, SETTINGS)
    assert associate([mirrored(o) for o in observations], there, SETTINGS) == here


def mirrored(observation):
    """Left becomes right in the image, on the floor and on the person."""
    left, top, right, bottom = observation.box_xyxy_px
    order = MIRROR[: len(observation.keypoint_scores)]
    flip = np.diag([1.0, -1.0])
    return replace(
        observation,
        position_m=flip @ observation.position_m,
        covariance_m2=flip @ observation.covariance_m2 @ flip,
        box_xyxy_px=np.array([SIZE[0] - 1 - right, top, SIZE[0] - 1 - left, bottom]),
        keypoints_px=([SIZE[0] - 1, 0] + [-1, 1] * observation.keypoints_px)[order],
        keypoint_scores=observation.keypoint_scores[order],
    )


@lawful
@given(seeds, st.floats(4.0, 50.0))
def test_somebody_far_away_changes_nothing(seed, far_m):
    cameras, observations = scene(seed)
    away = [
        replace(
            observations[0],
            camera_id=name,
            position_m=np.array([far_m, far_m]),
            keypoints_px=np.empty((0, 2)),
            keypoint_scores=np.empty(0),
        )
        for name in cameras
    ]
    before = associate(observations, cameras, SETTINGS)
    after = associate(observations + away, cameras, SETTINGS)
    assert after == [*before, list(range(len(observations), len(observations) + len(away)))]


@lawful
@given(graphs())
def test_no_single_change_of_the_groups_fits_better(graph):
    pairs, evidence, camera_of = graph
    labels = clustered(pairs, evidence, camera_of, repulsion=3.0)
    best = value(labels, pairs, evidence, 3.0)
    for i in range(len(labels)):
        for target in {*labels.tolist(), len(labels)}:
            others = np.arange(len(labels)) != i
            if camera_of[i] in camera_of[others & (labels == target)]:
                continue
            changed = np.where(others, labels, target)
            assert value(changed, pairs, evidence, 3.0) <= best + 1e-6
    for a, b in combinations(set(labels.tolist()), 2):
        if not set(camera_of[labels == a]) & set(camera_of[labels == b]):
            joined = np.where(labels == b, a, labels)
            assert value(joined, pairs, evidence, 3.0) <= best + 1e-6


@lawful
@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_groups_that_all_evidence_supports_are_found(seed, people, cameras):
    random = np.random.default_rng(seed)
    owner, camera_of = (v.ravel() for v in np.mgrid[:people, :cameras])
    pairs = np.argwhere(np.triu(camera_of[:, None] != camera_of))
    same = owner[pairs[:, 0]] == owner[pairs[:, 1]]
    strength = random.uniform(0.1, 5.0, len(pairs))
    labels = clustered(pairs, np.where(same, strength, -strength), camera_of, repulsion=3.0)
    np.testing.assert_array_equal(labels[:, None] == labels, owner[:, None] == owner)
