"""People without pixels: what cameras see of them, what detectors make of it, and the benches."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import SetupError
from gpss_pose_ros.evaluation.crowd import Crowd, planned_crowd
from gpss_pose_ros.evaluation.crowd_cost import Cost, cost_figures, cost_table, exponents
from gpss_pose_ros.evaluation.crowd_detections import DetectionErrors, synthetic_poses
from gpss_pose_ros.evaluation.crowd_figures import CrowdFigures, corrupted_figures
from gpss_pose_ros.evaluation.crowd_run import (
    CrowdRun,
    found_instants,
    run_crowd,
    true_instants,
    turned,
)
from gpss_pose_ros.evaluation.crowd_sight import sight
from gpss_pose_ros.evaluation.crowd_walkers import ceiling_cameras, walking_crowd
from gpss_pose_ros.evaluation.person_frames import tracking_frames
from gpss_pose_ros.evaluation.person_record import TrueInstant, TruePerson, TrueView
from gpss_pose_ros.fusion.score_law import error_factor
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.simulation.factory import Factory
from gpss_pose_ros.simulation.scenario import Scenario
from gpss_pose_ros.simulation.truth import VISIBLE
from gpss_pose_ros.simulation.world import Obstacle
from gpss_pose_ros.types import Side, Track, TrackStatus

ROOT = Path(__file__).resolve().parents[3]
SIDE_M = 6.0
NO_ERRORS = DetectionErrors(keypoint_sigma=0.0, box_sigma=0.0, swapped=0.0, least_fraction=0.01)
SEEDS = st.integers(0, 10_000)


def stamps(count, rate_hz=10.0):
    return np.arange(1, count + 1) * round(1e9 / rate_hz)


def hall(people=3, cameras=4, instants=2, seed=0):
    crowd = walking_crowd(people, SIDE_M, stamps(instants), seed)
    watching = ceiling_cameras(cameras, SIDE_M)
    return crowd, watching, [sight(crowd, camera) for camera in watching.values()]


def demo(people, seed=5):
    return Scenario("demo", seed, people).load(ROOT)


def test_a_walker_stands_on_one_foot_at_least_and_that_foot_stays_where_it_is():
    crowd = walking_crowd(8, 20.0, stamps(200, 50.0), 1)
    standing = crowd.soles_m[..., 2] < 1e-9
    assert standing.any(axis=2).all()
    both = standing[1:] & standing[:-1]
    speeds_mps = 50.0 * np.linalg.norm(np.diff(crowd.soles_m, axis=0), axis=-1)
    assert np.median(speeds_mps[both]) < 0.25, "it turns, but does not slide at 1.2 m/s"
    middle = crowd.soles_m[..., :2].mean(axis=2)
    assert np.linalg.norm(middle[-1] - middle[0], axis=-1).max() > 0.5


@given(count=st.integers(1, 70), side_m=st.floats(3.0, 60.0))
@settings(max_examples=25, deadline=None)
def test_ceiling_cameras_hang_apart_from_each_other_in_the_hall(count, side_m):
    places = np.array([camera.position_m for camera in ceiling_cameras(count, side_m).values()])
    assert len(np.unique(places[:, :2].round(6), axis=0)) == count
    assert (np.abs(places[:, :2]) < side_m / 2).all()
    assert ((places[:, 2] >= 5.0) & (places[:, 2] <= 6.0)).all()


@given(seed=SEEDS, order=st.permutations(range(5)))
@settings(max_examples=15, deadline=None)
def test_what_is_seen_of_people_does_not_depend_on_their_order(seed, order):
    crowd, cameras, (view, *_) = hall(5, seed=seed)
    shuffled = Crowd(crowd.stamps_ns, crowd.keypoints_m[:, order], crowd.soles_m[:, order])
    again = sight(shuffled, cameras["cam_01"])
    np.testing.assert_array_equal(again.visible, view.visible[:, order])
    np.testing.assert_array_equal(again.boxes_xyxy_px, view.boxes_xyxy_px[:, order])


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_who_leaves_hides_nobody_any_more(seed):
    crowd, cameras, (view, *_) = hall(6, seed=seed)
    fewer = Crowd(crowd.stamps_ns, crowd.keypoints_m[:, :3], crowd.soles_m[:, :3])
    alone = sight(fewer, cameras["cam_01"])
    assert (alone.visible | ~view.visible[:, :3]).all()


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_boxes_are_about_what_is_visible_and_inside_the_image(seed):
    _, _, views = hall(4, seed=seed)
    for view in views:
        low, high = view.boxes_xyxy_px[..., None, :2], view.boxes_xyxy_px[..., None, 2:]
        inside = ((view.pixels_px >= low) & (view.pixels_px <= high)).all(axis=-1)
        assert (inside | ~view.visible).all()
        assert (np.isfinite(view.boxes_xyxy_px[..., 0]) == view.visible.any(axis=2)).all()


def person_at(x_m, y_m):
    standing = walking_crowd(1, SIDE_M, stamps(1), 3)
    shift = np.array([x_m, y_m]) - standing.soles_m[0, 0, :, :2].mean(axis=0)
    keypoints, soles = standing.keypoints_m.copy(), standing.soles_m.copy()
    keypoints[..., :2] += shift
    soles[..., :2] += shift
    return keypoints, soles


def test_a_wall_hides_who_is_behind_it_and_nobody_in_front_of_it():
    camera = next(iter(ceiling_cameras(4, SIDE_M).values()))
    keypoints, soles = person_at(1.5, 1.5)
    crowd = Crowd(stamps(1), keypoints, soles)
    assert sight(crowd, camera).visible.mean() > 0.5
    x, y, _ = camera.position_m
    between, beyond = ((x + 1.5) / 2, (y + 1.5) / 2), (2.5, 2.5)
    walls = [Obstacle("wall", *at, -math.pi / 4, (4.0, 0.2, 4.9)) for at in (between, beyond)]
    assert not sight(crowd, camera, walls[:1]).visible.any()
    np.testing.assert_array_equal(
        sight(crowd, camera, walls[1:]).visible, sight(crowd, camera).visible
    )


def test_somebody_close_in_front_hides_the_feet():
    camera = next(iter(ceiling_cameras(4, SIDE_M).values()))
    away = np.array([1.5, 1.5]) - camera.position_m[:2]
    nearer = np.array([1.5, 1.5]) - 0.4 * away / np.linalg.norm(away)
    people = [person_at(*nearer), person_at(1.5, 1.5)]
    crowd = Crowd(
        stamps(1),
        np.concatenate([keypoints for keypoints, _ in people], axis=1),
        np.concatenate([soles for _, soles in people], axis=1),
    )
    front, behind = sight(crowd, camera).visible[0]
    ankles = [COCO17_FEET.keypoints.index(f"{side}_ankle") for side in ("left", "right")]
    assert front[ankles].any()
    assert not behind[ankles].all()


def test_cameras_see_of_people_what_the_rendered_factory_shows():
    try:
        factory = Factory(demo(12))
    except SetupError as error:
        pytest.skip(str(error))
    times_s = (8.0, 20.0)
    states = [factory.state(t) for t in times_s]
    crowd = Crowd(
        stamps(2),
        np.array([[p.keypoints_m for p in state.persons] for state in states]),
        np.array([[p.soles_m for p in state.persons] for state in states]),
    )
    seen, visible = [], []
    for name, camera in factory.cameras.items():
        view = sight(crowd, camera, factory.world.obstacles)
        for t, state in enumerate(states):
            truths = factory.truth(name, factory.render(name, times_s[t]), state)
            shows = np.array([truth.visibility == VISIBLE for truth in truths])
            visible.append(shows == view.visible[t])
            shown = np.array([truth.visible_fraction >= 0.2 for truth in truths])
            seen.append(shown == (view.fractions[t] >= 0.2))
    factory.close()
    assert np.mean(visible) > 0.8
    assert np.mean(seen) > 0.95


def test_planned_people_stay_on_the_floor_of_their_hall_and_one_seed_gives_them_again():
    world = demo(3)
    times_s = (0.0, 4.0, 8.0)
    crowd, again, other = (planned_crowd(w, times_s) for w in (world, world, demo(3, seed=6)))
    np.testing.assert_array_equal(crowd.keypoints_m, again.keypoints_m)
    assert np.abs(crowd.keypoints_m - other.keypoints_m).max() > 0.1
    assert (np.abs(crowd.soles_m[..., 0]) < world.floor_size_m[0] / 2).all()
    assert (np.abs(crowd.soles_m[..., 1]) < world.floor_size_m[1] / 2).all()
    assert np.abs(crowd.soles_m[..., 2].min(axis=2)).max() < 0.02, "somebody stands on nothing"
    assert np.diff(crowd.stamps_ns).tolist() == [4_000_000_000] * 2


def test_without_errors_detections_are_the_truth():
    _, _, views = hall()
    for view in views:
        poses = synthetic_poses(view, NO_ERRORS, np.random.default_rng(0))
        for t, found in enumerate(poses):
            there = np.flatnonzero(view.visible[t].any(axis=1))
            assert len(found) == len(there)
            gaps = np.linalg.norm(
                found.keypoints_px[:, None] - view.pixels_px[t][None, there], axis=-1
            )
            visible = view.visible[t][there]
            who = np.where(visible[None], gaps, 0.0).max(axis=2).argmin(axis=1)
            assert sorted(who) == list(range(len(there)))
            np.testing.assert_allclose(
                found.keypoints_px[visible[who]],
                view.pixels_px[t][there][who][visible[who]],
            )


def test_as_many_detections_are_dropped_and_invented_as_asked():
    _, _, (view, *_) = hall(6, instants=400)
    usual = sum(map(len, synthetic_poses(view, DetectionErrors(), np.random.default_rng(1))))
    fifth = DetectionErrors(dropped=0.2)
    rest = sum(map(len, synthetic_poses(view, fifth, np.random.default_rng(1))))
    more = DetectionErrors(false=0.1)
    all_in_all = sum(map(len, synthetic_poses(view, more, np.random.default_rng(1))))
    assert usual > 1000
    assert rest / usual == pytest.approx(0.8, abs=0.04)
    assert all_in_all / usual == pytest.approx(1.1, abs=0.04)
    nothing = synthetic_poses(view, DetectionErrors(dropped=1.0), np.random.default_rng(1))
    assert not any(map(len, nothing))


@pytest.mark.parametrize("noise_px", [0.0, 5.0])
def test_keypoints_err_as_their_scores_say_and_confess_what_is_believed(noise_px):
    crowd, cameras, _ = hall(1, instants=400)
    view = sight(crowd, cameras["cam_01"])
    errors = replace(NO_ERRORS, keypoint_sigma=0.02, believed_sigma=0.03, pixel_noise_px=noise_px)
    poses = synthetic_poses(view, errors, np.random.default_rng(2))
    off, sigmas = [], []
    for t, found in enumerate(poses):
        for keypoints, scores in zip(found.keypoints_px, found.scores, strict=True):
            shown = view.visible[t, 0]
            off.append((keypoints - view.pixels_px[t, 0])[shown])
            box = view.boxes_xyxy_px[t, 0]
            said = 0.02 * error_factor(scores[shown]) * (box[2:] - box[:2]).max()
            sigmas.append(np.tile(np.hypot(said, noise_px)[:, None], 2))
        assert found.keypoint_sigma == 0.03
    scaled = np.concatenate(off) / np.concatenate(sigmas)
    assert np.std(scaled) == pytest.approx(1.0, abs=0.05)
    assert np.mean(scaled) == pytest.approx(0.0, abs=0.05)


def test_confused_sides_trade_places():
    _, _, (view, *_) = hall(1)
    straight = synthetic_poses(view, NO_ERRORS, np.random.default_rng(0))[0]
    crossed = synthetic_poses(view, replace(NO_ERRORS, swapped=1.0), np.random.default_rng(0))[0]
    left, right = np.array(COCO17_FEET.flip_pairs).T
    np.testing.assert_array_equal(crossed.keypoints_px[:, left], straight.keypoints_px[:, right])
    np.testing.assert_array_equal(crossed.scores[:, right], straight.scores[:, left])


@given(angle=st.floats(1e-3, 0.5), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_camera_turned_is_turned_by_that_angle_where_it_hangs(angle, seed):
    camera = next(iter(ceiling_cameras(1, SIDE_M).values()))
    wrong = turned(camera, angle, np.random.default_rng(seed))
    np.testing.assert_array_equal(wrong.position_m, camera.position_m)
    turn = wrong.factory_from_camera.rotation @ camera.factory_from_camera.rotation.T
    assert math.acos(np.clip((np.trace(turn) - 1.0) / 2.0, -1.0, 1.0)) == pytest.approx(
        angle, rel=1e-4
    )


def followed(errors, instants=25):
    crowd, cameras, views = hall(3, instants=instants, seed=4)
    rng = np.random.default_rng(0)
    run = run_crowd(crowd.stamps_ns.tolist(), views, cameras, errors, rng)
    return CrowdFigures.of(true_instants(crowd, views), run), run


def test_people_seen_well_are_followed_to_within_a_step():
    figures, run = followed(NO_ERRORS)
    assert figures.tracking.objects == 75
    assert figures.tracking.misses <= 3 * 4, "only until they are confirmed"
    assert figures.tracking.identity_switches == 0
    assert figures.tracking.error_mm_p95 < 250.0
    assert len(run.fusion_ms) == 25
    assert min(run.observations) >= 3


def test_people_never_detected_are_all_misses():
    clean, _ = followed(NO_ERRORS, 5)
    blind, _ = followed(DetectionErrors(dropped=1.0), 5)
    assert blind.tracking.moda == 0.0
    assert blind.tracking.misses == blind.tracking.objects == 15
    fall = {f.name: f.value for f in corrupted_figures(clean, blind)}["moda_fall"]
    assert fall == clean.tracking.moda


def true_person(person_id, x_m, fraction):
    feet = {Side.LEFT: np.array([x_m, 0.1]), Side.RIGHT: np.array([x_m, -0.1])}
    return TruePerson(person_id, feet, {"north": TrueView(fraction > 0.5, fraction)})


def track(track_id, x_m, status=TrackStatus.CONFIRMED, sigma_m=0.05):
    covariance = np.diag([sigma_m**2, sigma_m**2, 1.0, 1.0])
    return Track(
        track_id, status, np.array([x_m, 0.0]), np.zeros(2), covariance, {}, 1.0, ("north",), 7
    )


def judged(persons, tracks):
    """Return true and found identities at an instant, all tracks but the tentative confirmed."""
    before = tuple(
        replace(t, status=TrackStatus.CONFIRMED)
        for t in tracks
        if t.status is not TrackStatus.TENTATIVE
    )
    instants = [TrueInstant(6, persons), TrueInstant(7, persons)]
    truth, found = tracking_frames(instants, found_instants(CrowdRun({6: before, 7: tracks})))
    return truth[1].ids.tolist(), found[1].ids.tolist()


def test_who_was_never_confirmed_does_not_count_while_held():
    instant = TrueInstant(7, (true_person(1, 0.0, 1.0),))
    run = CrowdRun({7: (track(10, 0.0, TrackStatus.HELD),)})
    _, (found,) = tracking_frames([instant], found_instants(run))
    assert len(found) == 0


def test_a_person_no_camera_shows_is_neither_a_miss_nor_a_false_positive():
    persons = true_person(1, 0.0, 1.0), true_person(2, 3.0, 0.0)
    assert judged(persons, (track(10, 0.1), track(20, 3.1))) == ([1], [10])
    assert judged(persons, (track(10, 0.1), track(20, 4.0))) == ([1], [10, 20])
    assert judged(persons[1:], (track(20, 3.1),)) == ([], [])


@pytest.mark.parametrize(
    ("status", "sigma_m", "counts"),
    [
        (TrackStatus.CONFIRMED, 0.05, True),
        (TrackStatus.CONFIRMED, 0.4, True),
        (TrackStatus.TENTATIVE, 0.05, False),
        (TrackStatus.LOST, 0.05, False),
        (TrackStatus.HELD, 0.24, True),
        (TrackStatus.HELD, 0.26, False),
    ],
)
def test_a_track_counts_while_it_says_where_somebody_is(status, sigma_m, counts):
    persons = (true_person(1, 0.0, 1.0),)
    assert judged(persons, (track(10, 0.0, status, sigma_m),)) == ([1], [10] if counts else [])


@given(
    powers=st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)),
    scale=st.floats(0.01, 100.0),
)
def test_exponents_of_a_power_law_are_found_again(powers, scale):
    factors = [(a, b) for a in (4.0, 8.0, 16.0) for b in (5.0, 20.0)]
    values = [scale * a ** powers[0] * b ** powers[1] for a, b in factors]
    assert exponents(factors, values) == pytest.approx(powers, abs=1e-9)


def test_cost_is_read_at_eight_cameras_and_twenty_people():
    costs = [Cost(c, p, c * p, 0.01 * c * p) for c in (4, 8, 16) for p in (5, 20)]
    figures = {figure.name: figure for figure in cost_figures(costs)}
    assert figures["set_ms_p50_8x20"].value == pytest.approx(1.6)
    assert figures["set_ms_p50_8x20"].reached
    for name in ("cameras", "people", "observations"):
        assert figures[f"growth_exponent_{name}"].value == pytest.approx(1.0)
    header, *rows = cost_table(costs)
    assert [name in header for name in ("4 cameras", "16 cameras")] == [True, True]
    assert [row.split()[0] for row in rows] == ["5", "20"]
    without = {f.name: f for f in cost_figures(costs[:2])}["set_ms_p50_8x20"]
    assert without.value is None
    assert not without.reached
