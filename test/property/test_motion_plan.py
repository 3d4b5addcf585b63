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
from gpss_pose_ros.simulation.motion.plan import plan_people
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
    (MovingFootprint(lambda t: (-8.0 + (0.9 * t) % 16.0, -4.5, 0.0), 0.7),),
)


@lru_cache
def planned(seed):
    """Scripts of ten people, and where they are (N, T, 3)."""
    scripts = plan_people(BODIES, FLOOR, 10, DURATION_S, np.random.default_rng(seed))
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
def test_everybody_is_busy_for_the_whole_run(plan):
    scripts, places = plan
    assert all(script.duration_s >= DURATION_S for script in scripts)
    assert [script.body.name for script in scripts] == [body.name for body in BODIES[:10]]
    walked = np.linalg.norm(np.diff(places[..., :2], axis=1), axis=-1).sum(axis=1)
    assert (walked > 1.0).mean() >= 0.8
    assert walked.mean() > 8.0


def test_one_seed_gives_one_plan_and_another_seed_another():
    _, places = planned(0)
    again = plan_people(BODIES, FLOOR, 10, DURATION_S, np.random.default_rng(0))
    assert np.array_equal(np.stack([script.places(TIMES) for script in again]), places)
    assert not np.array_equal(planned(1)[1], places)


def test_people_in_a_pair_walk_side_by_side():
    scripts = plan_people(
        BODIES, WalkableFloor((0, 14), (0, 10)), 2, 40.0, np.random.default_rng(1), pairs=1.0
    )
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
    (script,) = plan_people(BODIES, narrow, 1, 10.0, np.random.default_rng(0), carts=0.0)
    assert np.ptp(script.places(TIMES)[:, :2], axis=0).max() < 0.9


def test_too_many_people_are_refused():
    with pytest.raises(InputError, match="no room for person"):
        plan_people(BODIES, WalkableFloor((0, 2), (0, 2)), 30, 5.0, np.random.default_rng(0))


def test_nobody_is_a_valid_number_of_people():
    assert plan_people((), FLOOR, 0, 5.0, np.random.default_rng(0)) == ()
    with pytest.raises(InputError, match="at least one body"):
        plan_people((), FLOOR, 1, 5.0, np.random.default_rng(0))
    with pytest.raises(InputError, match="duration_s"):
        plan_people(BODIES, FLOOR, 1, float("inf"), np.random.default_rng(0))
