"""Laws of planned people: they keep clear of each other, of obstacles, robots and the edge."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import load_bodies
from gpss_pose_ros.simulation.motion.floor import (
    MovingFootprint,
    Obstacle,
    WalkableFloor,
    WorkPlace,
)
from gpss_pose_ros.simulation.motion.plan import Plan
from gpss_pose_ros.simulation.motion.walk import Walk

lawful = settings(derandomize=True, deadline=None, max_examples=4)
BODIES = load_bodies()
DURATION_S = 60.0
TIMES = np.arange(0.0, DURATION_S, 0.05)
FLOOR = WalkableFloor(
    (-9.0, 9.0),
    (-6.0, 6.0),
    (Obstacle(-4, 0, 0, 4, 1), Obstacle(3, -2, 0.5, 3, 1.2), Obstacle(0, 5.2, 0, 6, 0.8)),
    (
        WorkPlace(-5, -0.75, np.pi / 2),
        WorkPlace(-3, 0.75, -np.pi / 2),
        WorkPlace(-1, 4.55, np.pi / 2),
        WorkPlace(1, 4.55, np.pi / 2),
    ),
    (MovingFootprint(lambda t: (-8.0 + (0.9 * t) % 16.0, -4.5, 0.0), 0.7, 16.0 / 0.9),),
)


def scripts_of(floor, count, duration_s, seed, **parts):
    """What people do, planned at least so far ahead."""
    plan = Plan(BODIES, floor, count, np.random.default_rng(seed), **parts)
    plan.reach(duration_s)
    return plan.scripts


@lru_cache
def planned(seed):
    """Scripts of ten people, and where they are (N, T, 3)."""
    scripts = scripts_of(FLOOR, 10, DURATION_S, seed)
    return scripts, np.stack([script.places(TIMES) for script in scripts])


plans = st.integers(0, 3).map(planned)


@lawful
@given(plans)
def test_people_keep_apart(plan):
    _, places = plan
    gaps = np.linalg.norm(places[:, None, :, :2] - places[None, :, :, :2], axis=-1)
    gaps[np.arange(len(places)), np.arange(len(places))] = np.inf
    assert gaps.min() > 0.5
    assert gaps[:, :, 0].min() >= 0.79


@lawful
@given(plans)
def test_people_keep_out_of_the_way_of_robots(plan):
    _, places = plan
    robot = np.array([FLOOR.robots[0].place(t)[:2] for t in TIMES])
    assert np.linalg.norm(places[:, :, :2] - robot, axis=-1).min() > 0.7 + 0.3


@lawful
@given(plans)
def test_people_and_carts_stay_on_the_floor_and_out_of_obstacles(plan):
    scripts, places = plan
    assert FLOOR.clearance_m(places[..., :2].reshape(-1, 2)).min() > 0.1
    for script in scripts:
        for t in np.arange(0.0, DURATION_S, 0.5):
            for prop in script.props(t):
                if prop.kind == "cart":
                    corners = [(x, y, 0, 2) for x in (-1, 1) for y in (-1, 1)]
                    world = corners * np.append(prop.size_m, 1) / 2 @ prop.factory_from_prop.T
                    assert FLOOR.clearance_m(world[:, :2]).min() > 0.0


@lawful
@given(plans)
def test_everybody_is_busy(plan):
    scripts, places = plan
    assert all(script.duration_s > DURATION_S for script in scripts)
    assert [script.body.name for script in scripts] == [body.name for body in BODIES[:10]]
    walked = np.linalg.norm(np.diff(places[..., :2], axis=1), axis=-1).sum(axis=1)
    assert (walked > 1.0).mean() >= 0.8
    assert walked.mean() > 8.0


def test_one_seed_gives_one_plan_and_another_seed_another():
    _, places = planned(0)
    again = scripts_of(FLOOR, 10, DURATION_S, 0)
    assert np.array_equal(np.stack([script.places(TIMES) for script in again]), places)
    assert not np.array_equal(planned(1)[1], places)


@lawful
@given(st.integers(0, 3), st.floats(1.0, DURATION_S - 1.0))
def test_how_far_ahead_is_planned_changes_nothing_before(seed, until_s):
    """A run is the beginning of every longer one, poses and props bit by bit."""
    far, _ = planned(seed)
    plan = Plan(BODIES, FLOOR, 10, np.random.default_rng(seed))
    for t in np.append(np.arange(0.0, until_s, 2.9), until_s):
        plan.reach(t)
        for one, other in zip(plan.scripts, far, strict=True):
            assert np.array_equal(one.pose(t).root_m, other.pose(t).root_m)
            assert np.array_equal(one.pose(t).rotations, other.pose(t).rotations)
            for prop, same in zip(one.props(t), other.props(t), strict=True):
                assert np.array_equal(prop.factory_from_prop, same.factory_from_prop)
                assert (prop.kind, prop.visible) == (same.kind, same.visible)


def test_a_run_has_no_end():
    minutes = np.arange(600.0, 660.0, 0.1)
    late = np.stack([script.places(minutes) for script in scripts_of(FLOOR, 4, 660.0, 2)])
    walked = np.linalg.norm(np.diff(late[..., :2], axis=1), axis=-1).sum(axis=1)
    assert (walked > 1.0).all()
    robot = np.array([FLOOR.robots[0].place(t)[:2] for t in minutes])
    assert np.linalg.norm(late[:, :, :2] - robot, axis=-1).min() > 0.7 + 0.3
    gaps = np.linalg.norm(late[:, None, :, :2] - late[None, :, :, :2], axis=-1)
    assert (gaps + 9.0 * np.eye(4)[:, :, None]).min() > 0.5


def test_people_form_pairs_and_push_carts_as_their_parts_ask():
    plan = scripts_of(FLOOR, 6, 30.0, 3, pairs=0.0, carts=1 / 3)
    pushing = [any(p.visible and p.kind == "cart" for p in script.props(0.0)) for script in plan]
    assert sum(pushing) == 2


def test_people_in_a_pair_walk_side_by_side():
    scripts = scripts_of(WalkableFloor((0, 14), (0, 10)), 2, 40.0, 1, pairs=1.0)
    together = []
    for motion in scripts[0].motions:
        if isinstance(motion, Walk):
            assert motion.path.length_m > 1.0
            together.append(motion)
    assert together
    times = np.arange(0.0, 40.0, 0.1)
    one, other = (script.places(times)[:, :2] for script in scripts)
    gaps = np.linalg.norm(one - other, axis=1)
    assert np.median(gaps) == pytest.approx(0.8, abs=0.25)
    assert gaps.max() < 2.0


def test_everybody_stands_where_nobody_can_walk():
    narrow = WalkableFloor((0.0, 1.1), (0.0, 1.1))
    (script,) = scripts_of(narrow, 1, DURATION_S, 0, carts=0.0)
    assert np.ptp(script.places(TIMES)[:, :2], axis=0).max() < 0.9


def test_too_many_people_are_refused():
    with pytest.raises(InputError, match="no room for person"):
        Plan(BODIES, WalkableFloor((0, 2), (0, 2)), 30, np.random.default_rng(0))


def test_nobody_is_a_valid_number_of_people():
    plan = Plan((), FLOOR, 0, np.random.default_rng(0))
    plan.reach(1e6)
    plan.extend()
    assert plan.scripts == ()
    with pytest.raises(InputError, match="at least one body"):
        Plan((), FLOOR, 1, np.random.default_rng(0))


def test_a_robot_that_never_repeats_itself_is_refused():
    with pytest.raises(InputError, match="period"):
        MovingFootprint(lambda t: (t, 0.0, 0.0), 0.5, float("inf"))
