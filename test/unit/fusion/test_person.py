"""What several cameras together say of one person: joints in space, feet, where they stand."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.fusion.feet import FeetSettings
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.fusion.person import PersonSettings, person, persons
from gpss_pose_ros.fusion.skeleton import SkeletonSettings
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.geometry.triangulation import triangulate
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import FootSource, Side

FEET = SKELETONS["coco17_feet"]
SETTINGS = PersonSettings()


@pytest.fixture
def cameras(camera_at):
    places = {"south": [0, -5, 4], "east": [5, 0, 3.5], "north": [-1, 5, 4], "west": [-5, -1, 4]}
    return {name: camera_at(place, [0, 0, 0.5], name) for name, place in places.items()}


@pytest.fixture
def seen(person):
    """Build what each camera sees of the person; `change` may edit the poses of some."""

    def build(cameras, skeleton=FEET, scores=None, change=lambda name, poses: poses):
        return [
            observation
            for name, camera in cameras.items()
            for observation in observe(
                camera,
                7,
                change(name, person.seen_by(camera, skeleton, scores)),
                skeleton,
                ObservationSettings(),
            ).observations
        ]

    return build


def person_of(members, cameras, settings=SETTINGS):
    return person(members, cameras, settings)


def only(cameras, *names):
    return {name: cameras[name] for name in names}


def test_exact_keypoints_give_the_joints_the_feet_and_the_place(cameras, person, seen):
    found = persons([[0, 1, 2, 3]], seen(cameras), cameras, SETTINGS)[0]
    joints = [person.keypoint_m(name) for name in FEET.keypoints]
    np.testing.assert_allclose(found.keypoints_m, joints, atol=1e-6)
    np.testing.assert_allclose(found.keypoint_scores, 1.0)
    np.testing.assert_allclose(found.position_m, person.position_m, atol=1e-6)
    for side in Side:
        foot = found.feet[side]
        np.testing.assert_allclose(foot.position_m, person.soles_m[side], atol=1e-6)
        assert (foot.source, foot.triangulated) == (FootSource.OBSERVED, True)
        assert foot.height_m == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("name", ["coco17", "halpe26", "body_25b"])
def test_every_skeleton_has_feet_in_space(cameras, person, seen, name):
    skeleton = SKELETONS[name]
    found = persons([[0, 1, 2, 3]], seen(cameras, skeleton), cameras, SETTINGS)[0]
    assert len(found.keypoints_m) == len(skeleton)
    for side in Side:
        assert found.feet[side].triangulated
        np.testing.assert_allclose(found.feet[side].position_m, person.soles_m[side], atol=1e-6)


def test_one_camera_assumes_the_floor_and_says_so(cameras, seen):
    (alone,) = seen(only(cameras, "south"))
    found = person_of([alone], cameras)
    assert not any(foot.triangulated for foot in found.feet.values())
    assert np.isnan(found.keypoints_m).all()
    assert np.isnan(found.keypoint_covariances_m2).all()
    assert (found.keypoint_scores == 0.0).all()
    np.testing.assert_array_equal(found.position_m, alone.position_m)
    np.testing.assert_array_equal(found.covariance_m2, alone.covariance_m2)


def test_a_person_on_a_beam_stays_where_they_are(cameras, person):
    """Each camera's floor position is carried away from it; the joints in space are not."""
    members = []
    for camera in cameras.values():
        lower = camera.factory_from_camera.translation - [0.0, 0.0, 0.6]
        beneath = replace(
            camera, factory_from_camera=Transform(camera.factory_from_camera.rotation, lower)
        )
        poses = person.seen_by(beneath, FEET)  # as if the person were higher
        members += observe(camera, 7, poses, FEET, ObservationSettings()).observations
    drift = [np.linalg.norm(m.position_m - person.position_m) for m in members]
    assert min(drift) > 0.3
    found = person_of(members, cameras)
    np.testing.assert_allclose(found.position_m, person.position_m, atol=0.02)
    for side in Side:
        foot = found.feet[side]
        np.testing.assert_allclose(foot.position_m, person.soles_m[side], atol=0.02)
        assert foot.height_m == pytest.approx(0.6, abs=0.05)


def test_a_mirrored_camera_is_put_right(cameras, person, seen):
    pairs = np.array(FEET.flip_pairs)

    def mirror(name, poses):
        if name != "east":
            return poses
        pixels = poses.keypoints_px.copy()
        pixels[:, pairs] = pixels[:, pairs[:, ::-1]]
        return replace(poses, keypoints_px=pixels)

    right, wrong = (person_of(seen(cameras, change=c), cameras) for c in (lambda _, p: p, mirror))
    np.testing.assert_allclose(wrong.keypoints_m, right.keypoints_m, atol=1e-6)
    for side in Side:
        np.testing.assert_allclose(wrong.feet[side].position_m, person.soles_m[side], atol=1e-6)


def test_a_camera_that_is_wrong_about_a_joint_does_not_count(cameras, person, seen):
    knee = FEET.index("left_knee")

    def misplace(name, poses):
        pixels = poses.keypoints_px.copy()
        pixels[:, knee] += [150.0, 60.0] if name == "north" else 0.0
        return replace(poses, keypoints_px=pixels)

    found = person_of(seen(cameras, change=misplace), cameras)
    np.testing.assert_allclose(found.keypoints_m[knee], person.keypoint_m("left_knee"), atol=1e-6)


def test_two_cameras_that_disagree_give_no_joint(cameras, seen):
    two, knee = only(cameras, "south", "west"), FEET.index("left_knee")

    def misplace(name, poses):
        pixels = poses.keypoints_px.copy()
        pixels[:, knee] += [0.0, 150.0] if name == "west" else 0.0
        return replace(poses, keypoints_px=pixels)

    found = person_of(seen(two, change=misplace), cameras)
    assert np.isnan(found.keypoints_m[knee]).all()
    assert np.isnan(found.keypoint_covariances_m2[knee]).all()
    assert found.keypoint_scores[knee] == 0.0


def test_rays_that_are_nearly_parallel_give_no_joint(camera_at, seen):
    two = {name: camera_at([x, -5, 4], [x, 0, 0.5], name) for name, x in (("a", 0.0), ("b", 0.02))}
    found = person_of(seen(two), two)
    assert np.isnan(found.keypoints_m).all()
    assert not any(foot.triangulated for foot in found.feet.values())
    assert set(found.feet) == set(Side)


def test_noisy_joints_are_those_of_the_reference(cameras, person):
    """Angles or pixels: with errors of some pixels it makes millimetres of difference."""
    random = np.random.default_rng(3)
    members, views = [], []
    for camera in cameras.values():
        poses = person.seen_by(camera, FEET)
        pixels = poses.keypoints_px + random.normal(0, 3.0, poses.keypoints_px.shape)
        views.append(pixels[0])
        members += observe(
            camera, 7, replace(poses, keypoints_px=pixels), FEET, ObservationSettings()
        ).observations
    reference = triangulate(
        list(cameras.values()), np.array(views), np.ones((4, 23)), 50.0, refine=True
    )
    found = person_of(members, cameras)
    off = np.linalg.norm(found.keypoints_m - reference.points_m, axis=1)
    assert np.median(off) < 0.003
    assert off.max() < 0.01


@pytest.mark.parametrize("hidden", list(Side))
def test_a_foot_that_nobody_sees_is_inferred_and_uncertain(cameras, person, seen, hidden):
    parts = ("heel", "big_toe", "small_toe", "ankle")
    scores = {f"{hidden.value}_{part}": 0.0 for part in parts}
    found = person_of(seen(cameras, scores=scores), cameras)
    guess, sure = found.feet[hidden], found.feet[hidden.other]
    assert (guess.source, guess.triangulated) == (FootSource.INFERRED, False)
    assert sure.source is FootSource.OBSERVED
    assert np.trace(guess.covariance_m2) > 4.0 * np.trace(sure.covariance_m2)
    off = guess.position_m - person.soles_m[hidden]
    assert off @ np.linalg.solve(guess.covariance_m2, off) < 13.8


def test_boxes_alone_place_a_person(sighting):
    members = [
        replace(
            sighting(name, [x, 0.0]), keypoints_px=np.empty((0, 2)), keypoint_scores=np.empty(0)
        )
        for name, x in (("south", 0.0), ("east", 0.1))
    ]
    found = person_of(members, {})
    np.testing.assert_allclose(found.position_m, [0.05, 0.0], atol=1e-9)
    assert found.keypoints_m.shape == (0, 3)
    assert found.feet == {}


def test_a_box_beside_keypoints_counts_on_the_floor_only(cameras, seen, sighting):
    box = replace(
        sighting("ceiling", [0.4, 0.3]), keypoints_px=np.empty((0, 2)), keypoint_scores=np.empty(0)
    )
    members = seen(cameras)
    alone, beside = person_of(members, cameras), person_of([box, *members], cameras)
    np.testing.assert_allclose(beside.keypoints_m, alone.keypoints_m, atol=1e-9)
    assert set(beside.camera_ids) == {*cameras, "ceiling"}


def test_a_camera_without_calibration_counts_on_the_floor_only(cameras, seen):
    members = seen(cameras)
    found = person_of(members, only(cameras, "south", "west"))
    known = person_of([m for m in members if m.camera_id in ("south", "west")], cameras)
    np.testing.assert_allclose(found.keypoints_m, known.keypoints_m, atol=1e-9)
    assert set(found.camera_ids) == set(cameras)


def test_cameras_that_disagree_make_a_place_less_certain(sighting):
    close, apart = (
        person_of([sighting("a", [0.0, 0.0]), sighting("b", [x, 0.0])], {}) for x in (0.05, 0.9)
    )
    assert np.trace(apart.covariance_m2) > 2.0 * np.trace(close.covariance_m2)


def test_what_all_cameras_share_does_not_average_away(sighting):
    many = [sighting(f"c{i}", [0.0, 0.0], 0.05) for i in range(400)]
    found = person_of(many, {})
    shared = SETTINGS.common_sigma_m**2
    assert np.linalg.eigvalsh(found.covariance_m2).min() >= shared


def test_a_place_known_exactly_does_no_harm(sighting):
    members = [sighting("a", [0.0, 0.0], 0.0), sighting("b", [0.2, 0.0], 0.1)]
    found = person_of(members, {})
    assert np.isfinite(found.covariance_m2).all()
    np.testing.assert_allclose(found.position_m, [0.0, 0.0], atol=1e-3)


def test_the_oldest_capture_and_the_best_score_count(sighting):
    members = [
        sighting("south", [0, 0], stamp_ns=20, score=0.4),
        sighting("east", [0, 0], stamp_ns=10, score=0.7),
    ]
    found = person_of(members, {})
    assert (found.stamp_ns, found.score) == (10, 0.7)


def test_groups_keep_their_order_and_do_not_influence_each_other(cameras, seen, sighting):
    members = seen(cameras)
    lone = sighting("south", [3.0, 3.0])
    together = persons([[4], [0, 1, 2, 3]], [*members, lone], cameras, SETTINGS)
    assert together[0].camera_ids == ("south",)
    np.testing.assert_allclose(
        together[1].keypoints_m, person_of(members, cameras).keypoints_m, atol=1e-9
    )


def test_nobody_is_nobody(cameras):
    assert persons([], [], cameras, SETTINGS) == ()


@pytest.mark.parametrize("settings", [PersonSettings, SkeletonSettings, FeetSettings])
def test_impossible_settings_are_named(settings):
    name = next(k for k, v in vars(settings()).items() if isinstance(v, float))
    with pytest.raises(ConfigurationError, match=name):
        settings(**{name: np.nan})
