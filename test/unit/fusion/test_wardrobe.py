"""Colours tell who is who as far as people here differ in them, and no further."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.fusion.floor_fusion import FloorFusion
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.fusion.wardrobe import Wardrobe, looks_of, mean_look, nothing_told
from gpss_pose_ros.types import (
    FloorObservation,
    Foot,
    FootSource,
    PersonObservation,
    Side,
)

PERIOD = 100_000_000
CAMERAS = ("east", "north", "west")
NO_KEYPOINTS = np.empty((0, 2)), np.empty(0)
RED = np.array([[50.0, 60.0, 40.0], [30.0, 0.0, -20.0], [70.0, 5.0, 60.0]])
BLUE = np.array([[40.0, 10.0, -50.0], [45.0, -5.0, 5.0], [30.0, 10.0, 10.0]])


def clothes(rng, people, spread=(20.0, 18.0, 18.0)):
    return rng.normal((50.0, 0.0, 0.0), spread, (people, 3, 3))


def instant(rng, worn, light=2.0):
    """Every camera sees everybody, in an order of its own; observations and groups."""
    seen = [
        (person, camera, left)
        for camera in CAMERAS
        for left, person in enumerate(rng.permutation(len(worn)).tolist())
    ]
    looks = {(p, c): worn[p] + rng.normal(0.0, light, (3, 3)) for p, c, _ in seen}
    observations = [
        FloorObservation(
            camera,
            0,
            [0.0, 0.0],
            np.eye(2),
            {},
            0.9,
            [float(left), 0.0, left + 1.0, 1.0],
            *NO_KEYPOINTS,
            colours=looks[person, camera],
        )
        for person, camera, left in seen
    ]
    who = np.array([person for person, _, _ in seen])
    return observations, [np.flatnonzero(who == p).tolist() for p in range(len(worn))]


def taught(seed=0, instants=300, people=5, light=2.0, **how):
    rng = np.random.default_rng(seed)
    worn = clothes(rng, people, **how)
    wardrobe = Wardrobe()
    for _ in range(instants):
        wardrobe.learn(*instant(rng, worn, light))
    return wardrobe, worn


def test_nothing_is_told_before_anything_was_seen():
    assert Wardrobe().evidence(RED, RED) == 0.0
    assert Wardrobe().evidence(RED, BLUE) == 0.0
    assert nothing_told(RED[None], np.array([BLUE, RED])).tolist() == [0.0, 0.0]


def test_colours_alone_make_nobody_the_one_who_was_elsewhere():
    """Others may be dressed alike: a perfect fit is worth a factor of 20 and no more."""
    wardrobe, worn = taught(light=0.5, spread=(60.0, 60.0, 60.0))
    fits = np.diag(wardrobe.evidence(worn[:, None], worn))
    assert ((np.log(15.0) < fits) & (fits <= np.log(20.0))).all()


def test_the_same_clothes_speak_for_one_person_others_against():
    wardrobe, worn = taught()
    told = wardrobe.evidence(worn[:, None], worn)
    assert (np.diag(told) > 2.5).all()
    assert (told[~np.eye(len(worn), dtype=bool)] < -1.0).mean() > 0.9


def test_where_all_wear_the_same_colours_tell_nothing():
    wardrobe, worn = taught(spread=(0.0, 0.0, 0.0))
    rng = np.random.default_rng(1)
    for _ in range(50):
        one, other = worn[:2] + rng.normal(0.0, 2.0, (2, 3, 3))
        assert abs(wardrobe.evidence(one, other)) < 1.0


def test_cameras_that_differ_in_light_make_colours_tell_less():
    alike, worn = taught(light=2.0)
    unlike, _ = taught(light=12.0)
    assert unlike.evidence(worn[0], worn[0]) < alike.evidence(worn[0], worn[0]) - 0.5


def test_one_camera_alone_does_not_know_how_much_looks_differ():
    rng = np.random.default_rng(0)
    wardrobe, worn = Wardrobe(), clothes(rng, 5)
    for _ in range(60):
        observations, _ = instant(rng, worn)
        mine = [o for o in observations if o.camera_id == "east"]
        wardrobe.learn(mine, [[i] for i in range(len(mine))])
    assert wardrobe.evidence(worn[0], worn[1]) == 0.0


def test_a_part_that_is_covered_never_says_more_than_that_it_may_be():
    wardrobe, worn = taught()
    covered = worn[0].copy()
    covered[1] += 200.0
    lost = wardrobe.evidence(worn[0], worn[0]) - wardrobe.evidence(worn[0], covered)
    assert wardrobe.evidence(worn[0], covered) > 0.0
    assert lost < 8.0
    covered[1] = np.nan
    assert wardrobe.evidence(worn[0], covered) > 0.0
    assert wardrobe.evidence(worn[0], np.full((3, 3), np.nan)) == 0.0


@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_order_of_observations_changes_nothing(seed, shuffle):
    rng = np.random.default_rng(seed)
    worn = clothes(rng, 4)
    observations, groups = instant(rng, worn)
    order = list(range(len(observations)))
    shuffle.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    one, other = Wardrobe(), Wardrobe()
    one.learn(observations, groups)
    shuffled = [[place[i] for i in members] for members in groups]
    shuffle.shuffle(shuffled)
    other.learn([observations[i] for i in order], shuffled)
    np.testing.assert_allclose(
        one.evidence(worn[0], worn), other.evidence(worn[0], worn), atol=1e-9
    )


def test_observations_without_colours_teach_nothing():
    rng = np.random.default_rng(0)
    observations, groups = instant(rng, np.full((3, 3, 3), np.nan))
    wardrobe = Wardrobe()
    wardrobe.learn(observations, groups)
    wardrobe.learn([], [])
    assert wardrobe.evidence(RED, BLUE) == 0.0
    assert looks_of([]).shape == (0, 3, 3)
    assert FloorFusion().update(0, {}, {}) == ()


def test_the_mean_look_is_of_what_is_known():
    hidden = RED.copy()
    hidden[0] = np.nan
    np.testing.assert_allclose(mean_look([hidden, BLUE])[0], BLUE[0])
    np.testing.assert_allclose(mean_look([hidden, BLUE])[1], (RED[1] + BLUE[1]) / 2.0)
    assert np.isnan(mean_look([hidden, hidden])[0]).all()
    assert mean_look([]) is None


def seen_at(position_m, stamp_ns, colours):
    position, covariance = np.array(position_m), np.eye(2) * 0.15**2
    feet = {side: Foot(position, covariance, FootSource.OBSERVED) for side in Side}
    nothing = np.empty((0, 3)), np.empty(0)
    return PersonObservation(
        stamp_ns, position, covariance, feet, 0.9, ("east",), *nothing, colours=colours
    )


@pytest.mark.parametrize("seed", range(5))
def test_two_who_meet_and_turn_back_are_not_exchanged(seed):
    """They walk up to each other, stand together, and go: whoever came from there, or not."""
    rng = np.random.default_rng(seed)
    wardrobe, _ = taught(seed)
    tracker = Tracker(TrackerSettings())
    worn, identities = (RED, BLUE), []
    for k in range(100):
        apart = max(0.1, abs(50 - k) * 0.06 - 0.9)
        places = [np.array([side * apart, 0.0]) for side in (-1.0, 1.0)]
        people = [
            seen_at(
                place + rng.normal(0.0, 0.1, 2), k * PERIOD, look + rng.normal(0.0, 3.0, (3, 3))
            )
            for place, look in zip(places, worn, strict=True)
        ]
        tracks = tracker.update(
            people, k * PERIOD, lambda p: np.zeros(len(p), bool), wardrobe.evidence
        )
        if k in (20, 99):
            identities.append(
                [min(tracks, key=lambda t: abs(t.position_m - p).sum()).track_id for p in places]
            )
    assert identities[0] == identities[1]
