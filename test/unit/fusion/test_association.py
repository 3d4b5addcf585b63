"""Who is one person with whom, over all cameras: from places on the floor and rays of keypoints."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError, InputError
from gpss_pose_ros.fusion.affinity import floor_evidence, joint_evidence
from gpss_pose_ros.fusion.association import AssociationSettings, associate
from gpss_pose_ros.fusion.association_rays import joint_rays
from gpss_pose_ros.fusion.clustering import clustered
from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import Detections, Poses2D

SETTINGS = AssociationSettings()
MODEL = CameraModel(
    [[450, 0, 320], [0, 450, 240], [0, 0, 1]], [-0.1, 0.03, 1e-3, -1e-3], "plumb_bob", (640, 480)
)
PARTS_M = {  # forward, outward, up
    "nose": (0.1, 0.0, 1.6),
    "eye": (0.08, 0.03, 1.65),
    "ear": (0.0, 0.08, 1.63),
    "shoulder": (0.0, 0.2, 1.4),
    "elbow": (0.05, 0.27, 1.12),
    "wrist": (0.15, 0.25, 0.9),
    "hip": (0.0, 0.11, 0.93),
    "knee": (0.05, 0.12, 0.5),
    "ankle": (0.0, 0.12, 0.09),
    "heel": (-0.1, 0.12, 0.0),
    "big_toe": (0.13, 0.1, 0.0),
    "small_toe": (0.11, 0.17, 0.0),
}
LEGS = np.array(
    [name.endswith(("hip", "knee", "ankle", "heel", "toe")) for name in COCO17_FEET.keypoints]
)
OUTWARD = {"left": 1.0, "right": -1.0}
MIRROR = np.arange(len(COCO17_FEET))
for pair in COCO17_FEET.flip_pairs:
    MIRROR[list(pair)] = pair[::-1]


def stick_figure(place_m, heading_rad):
    """The 23 keypoints of a person who stands at a place."""
    forward = np.array([np.cos(heading_rad), np.sin(heading_rad)])
    across = np.array([-forward[1], forward[0]])
    points = []
    for name in COCO17_FEET.keypoints:
        side, _, part = name.partition("_")
        x, y, z = PARTS_M[part or side]
        points.append([*(place_m + x * forward + OUTWARD.get(side, 0.0) * y * across), z])
    return np.array(points)


def ring(count, radius_m=5.0, height_m=5.0):
    """Cameras in a ring under the ceiling, looking in."""
    cameras = {}
    for k, angle in enumerate(2.0 * np.pi * (np.arange(count) + 0.3) / count):
        out = np.array([np.cos(angle), np.sin(angle), 0.0])
        position = radius_m * out + [0.0, 0.0, height_m]
        z = 0.15 * radius_m * out + [0.0, 0.0, 0.6] - position
        z /= np.linalg.norm(z)
        x = np.cross(z, [0.0, 0.0, 1.0])
        x /= np.linalg.norm(x)
        rotation = np.column_stack([x, np.cross(z, x), z])
        cameras[f"camera{k:02}"] = Camera(f"camera{k:02}", MODEL, Transform(rotation, position))
    return cameras


def seen(cameras, bodies, noise_px=0.0, random=None, missed=0.0, confused=0.0, hidden=0.0):
    """What the cameras make of bodies: floor observations, and (N,) whose each is.

    Persons are missed, have their sides confused, or hidden from the hips down by a machine.
    """
    random = random or np.random.default_rng(0)
    observations, owners = [], []
    for camera in cameras.values():
        for owner, body in enumerate(bodies):
            if random.random() < missed:
                continue
            pixels = camera.project(body)
            pixels += (
                noise_px * np.sqrt(0.5) * (random.normal(size=2) + random.normal(size=(23, 2)))
            )
            pixels = pixels[MIRROR] if random.random() < confused else pixels
            scores = np.where(LEGS & (random.random() < hidden), 0.1, 0.9)
            shown = pixels[scores > 0.5]
            box = np.concatenate([shown.min(axis=0), shown.max(axis=0)])
            poses = Poses2D(
                pixels[None],
                scores[None],
                Detections(box[None], np.array([0.9])),
                max(noise_px, 1.0) / 85.0,
            )
            found = observe(camera, 0, poses, COCO17_FEET, ObservationSettings()).observations
            observations += found
            owners += [owner] * len(found)
    return observations, np.array(owners)


def crowd(random, people=20, side_m=6.0, gap_m=0.6):
    """People who stand about, not closer than `gap_m`; most have somebody within 1.5 m."""
    places = []
    while len(places) < people:
        place = random.uniform(-side_m / 2, side_m / 2, 2)
        if all(np.hypot(*(place - other)) > gap_m for other in places):
            places.append(place)
    return [stick_figure(place, random.uniform(-np.pi, np.pi)) for place in places]


def pairwise_f1(groups, owners):
    """The harmonic mean of precision and recall over pairs said to be one person."""
    labels = np.empty(len(owners))
    for label, members in enumerate(groups):
        labels[members] = label
    said, true = labels[:, None] == labels, owners[:, None] == owners
    others = ~np.eye(len(owners), dtype=bool)
    return 2.0 * (said & true & others).sum() / ((said & others).sum() + (true & others).sum())


def owners_of(groups, owners):
    return sorted(tuple(owners[members].tolist()) for members in groups)


def without_keypoints(observation):
    empty = {"keypoints_px": np.empty((0, 2)), "keypoint_scores": np.empty(0), "feet": {}}
    return replace(observation, **empty)


def evidence(observations, cameras, i, j):
    rays = joint_rays(KeypointRays.of(observations, cameras), SETTINGS)
    return float(joint_evidence(rays, rays.places_m(), np.array([[i, j]]), SETTINGS)[0])


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_alone_in_the_hall_everybody_is_one_group(count):
    cameras = ring(max(count, 1))
    bodies = [stick_figure(np.array([0.3, 0.2]), 0.4)][: count or None] if count else []
    observations, _ = seen(cameras, bodies, 2.0)
    assert associate(observations, cameras, SETTINGS) == ([list(range(count))] if count else [])


@pytest.mark.parametrize(("noise_px", "least"), [(2.0, 0.98), (8.0, 0.9)])
def test_a_crowd_behind_machines_is_told_apart_better_than_by_the_floor_alone(noise_px, least):
    random, cameras = np.random.default_rng(5), ring(6)
    observations, owners = seen(
        cameras, crowd(random, 14, 5.0), noise_px, random, missed=0.1, confused=0.1, hidden=0.3
    )
    ours = pairwise_f1(associate(observations, cameras, SETTINGS), owners)
    boxes = [without_keypoints(observation) for observation in observations]
    floor = pairwise_f1(associate(boxes, cameras, SETTINGS), owners)
    assert ours > least
    assert ours > floor + 0.03


def test_a_model_that_errs_four_times_as_much_as_it_says_splits_few():
    found = []
    for seed in range(6):
        random, cameras = np.random.default_rng(seed), ring(6)
        observations, owners = seen(cameras, crowd(random), 8.0, random, missed=0.1, confused=0.1)
        believed = [
            replace(o, keypoint_sigma=o.keypoint_sigma / 4.0, covariance_m2=o.covariance_m2 / 16.0)
            for o in observations
        ]
        found.append(pairwise_f1(associate(believed, cameras, SETTINGS), owners))
    assert np.mean(found) > 0.98


def test_keypoints_tell_apart_who_the_floor_cannot():
    """Feet behind a machine: both cameras place both people within metres only."""
    cameras = {name: c for name, c in ring(6).items() if name in ("camera00", "camera02")}
    bodies = [stick_figure(np.array([x, 0.0]), 0.4) for x in (-0.4, 0.4)]
    observations, owners = seen(cameras, bodies, 2.0)
    vague = [
        replace(o, position_m=np.array([0.2 * k, 0.0]), covariance_m2=np.eye(2))
        for k, o in zip((0, 1, 1, 0), observations, strict=True)
    ]
    assert owners_of(associate(vague, cameras, SETTINGS), owners) == [(0, 0), (1, 1)]


def test_people_inside_each_other_are_two():
    cameras = ring(4)
    body = stick_figure(np.array([0.3, 0.2]), 0.4)
    observations, _ = seen(cameras, [body, body])
    groups = associate(observations, cameras, SETTINGS)
    assert sorted(len(members) for members in groups) == [4, 4]
    for members in groups:
        assert len({observations[i].camera_id for i in members}) == 4


def test_a_model_that_takes_left_for_right_separates_nobody():
    cameras = ring(4)
    observations, _ = seen(cameras, [stick_figure(np.array([0.3, 0.2]), 0.4)])
    swapped = replace(observations[1], keypoints_px=observations[1].keypoints_px[MIRROR])
    assert evidence([observations[0], swapped], cameras, 0, 1) > 3.0
    assert associate([observations[0], swapped, *observations[2:]], cameras, SETTINGS) == [
        [0, 1, 2, 3]
    ]


def test_a_few_wrong_keypoints_veto_nothing():
    cameras = ring(4)
    observations, _ = seen(cameras, [stick_figure(np.array([0.3, 0.2]), 0.4)])
    pixels = observations[1].keypoints_px.copy()
    pixels[[7, 9, 10]] += 150.0
    wrong = replace(observations[1], keypoints_px=pixels)
    right = evidence(observations, cameras, 0, 1)
    assert 1.0 < evidence([observations[0], wrong], cameras, 0, 1) < right


def test_keypoints_are_counted_as_independent_up_to_a_limit():
    cameras = ring(4)
    observations, _ = seen(cameras, [stick_figure(np.array([0.3, 0.2]), 0.4)])
    few, many = (
        [replace(o, keypoint_scores=np.where(np.arange(23) < n, 0.9, 0.0)) for o in observations]
        for n in (11, 17)
    )
    assert evidence(many, cameras, 0, 1) < 1.3 * evidence(few, cameras, 0, 1)


def test_that_rays_of_cameras_in_line_with_a_person_meet_says_little():
    above = Transform(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 5.0]))
    cameras = {
        "high": Camera("high", MODEL, above),
        "higher": Camera("higher", MODEL, replace(above, translation=np.array([0.0, 0.0, 6.0]))),
        **ring(1),
    }
    observations, _ = seen(cameras, [stick_figure(np.zeros(2), 0.4)])
    in_line, across = (evidence(observations, cameras, 0, other) for other in (1, 2))
    assert abs(in_line) < 0.1 * across


@pytest.mark.parametrize("spoiled", ["nan", "scores", "none", "unknown skeleton"])
def test_without_common_keypoints_the_floor_decides(spoiled):
    cameras = ring(2)
    observations, _ = seen(cameras, [stick_figure(np.array([0.3, 0.2]), 0.4)])
    one, other = observations
    other = {
        "nan": lambda: replace(other, keypoints_px=np.full((23, 2), np.nan)),
        "scores": lambda: replace(other, keypoint_scores=np.full(23, 0.05)),
        "none": lambda: without_keypoints(other),
        "unknown skeleton": lambda: replace(
            other, keypoints_px=other.keypoints_px[:14], keypoint_scores=np.ones(14)
        ),
    }[spoiled]()
    assert evidence([one, other], cameras, 0, 1) == 0.0
    assert associate([one, other], cameras, SETTINGS) == [[0, 1]]


def test_models_with_different_skeletons_are_compared_by_their_joints():
    cameras = ring(2)
    one, other = seen(cameras, [stick_figure(np.array([0.3, 0.2]), 0.4)])[0]
    fewer = replace(other, keypoints_px=other.keypoints_px[:17], keypoint_scores=np.ones(17))
    same = evidence([one, other], cameras, 0, 1)
    assert evidence([one, fewer], cameras, 0, 1) == pytest.approx(same)


def test_boxes_alone_are_enough():
    random, cameras = np.random.default_rng(3), ring(6)
    bodies = crowd(random, 8, 6.0, 1.2)
    observations, owners = seen(cameras, bodies, 2.0, random, missed=0.1)
    boxes = [without_keypoints(o) for o in observations]
    assert pairwise_f1(associate(boxes, cameras, SETTINGS), owners) > 0.98


def test_a_place_known_exactly_divides_nothing_by_zero(sighting):
    exact = [sighting(name, [x, 0], 0.0) for name, x in (("a", 0.0), ("b", 0.02), ("c", 0.9))]
    cameras = dict(zip("abc", ring(3).values(), strict=True))
    assert associate(exact, cameras, SETTINGS) == [[0, 1], [2]]


def test_the_floor_alone_separates_neighbours_and_joins_the_same(sighting):
    observations = [sighting("a", [0, 0]), sighting("b", [0.1, 0]), sighting("c", [0.8, 0])]
    on_floor, distances2 = floor_evidence(
        observations, np.array([[0, 1], [0, 2], [1, 2]]), SETTINGS
    )
    assert on_floor[0] > 0.0 > on_floor[2] > on_floor[1]
    np.testing.assert_allclose(distances2[0], 0.1**2 / (2 * 0.1**2 + 0.03**2))


def test_a_camera_nobody_knows_is_named(sighting):
    with pytest.raises(InputError, match="unknown camera 'west'; valid: camera00"):
        associate([sighting("west", [0, 0])], ring(1), SETTINGS)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_impossible_settings_are_named(value):
    with pytest.raises(ConfigurationError, match="neighbour_gap_m"):
        AssociationSettings(neighbour_gap_m=value)


def test_a_weak_link_is_cut_where_all_the_others_are_against_it():
    """0-1-2 and 3-4-5 are two people; 2 and 3 look alike, but nobody else agrees."""
    pairs = np.array([[0, 1], [0, 2], [1, 2], [3, 4], [3, 5], [4, 5], [2, 3]])
    weights = np.array([3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 5.0])
    labels = clustered(pairs, weights, np.arange(6), repulsion=2.0)
    assert len(set(labels[:3])) == len(set(labels[3:])) == 1
    assert len(set(labels)) == 2


def test_observations_that_greed_misplaced_trade_places():
    """Cameras 0 1 2; the two best links cross two people, which costs more than it gains."""
    camera_of = np.array([0, 1, 2, 0, 1, 2])
    pairs = np.array([[0, 4], [0, 1], [0, 2], [1, 2], [3, 4], [3, 5], [4, 5]])
    weights = np.array([6.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0])
    labels = clustered(pairs, weights, camera_of, repulsion=1.0)
    assert len(set(labels[:3])) == len(set(labels[3:])) == 1
    assert len(set(labels)) == 2
