"""Laws of verdicts: what is worse, or less known, never makes a robot freer."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.judge import judge
from gpss_pose_ros.safety.settings import Assumption, RobotProfile, Site, Unseen
from gpss_pose_ros.safety.unseen import touches_unseen
from gpss_pose_ros.safety.values import Person, Robot

lawful = settings(derandomize=True, deadline=None, max_examples=25)
seeds = st.integers(0, 2**32 - 1)
NOW_NS = 10**10
SITE = Site()
GRID = Grid.over((-16.0, -16.0), (16.0, 16.0), 0.25)
NEVER_FREE = np.zeros(GRID.shape, dtype=bool)


def floor(random, holes=6):
    """Seen floor with some boxes that nobody sees."""
    seen = np.ones(GRID.shape, dtype=np.uint8)
    for _ in range(random.integers(0, holes)):
        row, column = random.integers(0, GRID.shape[0], 2)
        seen[row : row + random.integers(1, 20), column : column + random.integers(1, 20)] = 0
    return Coverage(GRID, seen, NEVER_FREE)


def a_person(random, track_id):
    points = random.uniform(-5.0, 5.0, 2) + random.normal(0.0, 0.2, (random.integers(1, 6), 2))
    return Person(
        track_id=track_id,
        held=bool(random.random() < 0.5),
        points_m=points,
        sigma_m=random.choice([0.0, 0.05, 0.3, 2.0]),
        speed_mps=random.uniform(0.0, 3.0),
        shoulders_known=bool(random.random() < 0.5),
        captured_ns=NOW_NS - int(random.integers(0, 5 * 10**8)),
    )


def a_robot(random, number, unseen=None):
    x, y = random.uniform(0.2, 1.0, 2)
    profile = RobotProfile(
        "p",
        ((-x, -y), (x, -y), (x, y), (-x, y), (-x - 0.2, 0.0))[: random.integers(4, 6)],
        deceleration_mps2=random.uniform(0.3, 3.0),
        reaction_s=random.uniform(0.0, 0.5),
        localisation_sigma_m=random.uniform(0.0, 0.1),
        largest_speed_mps=random.uniform(0.5, 2.0),
        warning_m=random.uniform(0.0, 1.0),
        unseen=unseen or random.choice(list(Unseen)),
        assumption=random.choice(list(Assumption)),
    )
    return Robot(
        robot_id=f"r{number}",
        profile=profile,
        position_m=random.uniform(-5.0, 5.0, 2),
        yaw_rad=random.uniform(-3.0, 3.0),
        velocity_mps=random.choice([0.0, 0.3, 1.0]) * random.normal(0.0, 1.0, 2),
        turn_rate_radps=random.choice([0.0, 0.0, 1.0]) * random.uniform(-1.0, 1.0),
        sigma_m=random.uniform(0.0, 0.1),
        captured_ns=NOW_NS - int(random.integers(0, 3 * 10**8)),
    )


def scene(seed, people=4, robots=3, unseen=None):
    random = np.random.default_rng(seed)
    return (
        [a_robot(random, n, unseen) for n in range(random.integers(1, robots + 1))],
        [a_person(random, n) for n in range(random.integers(0, people + 1))],
        floor(random),
    )


def assert_not_freer(worse, better, slack=1e-9):
    for less, more in zip(worse.robots, better.robots, strict=True):
        assert less.verdict >= more.verdict
        assert less.distance_m <= more.distance_m + slack
        assert less.allowed_speed_mps <= more.allowed_speed_mps + slack
    for less, more in zip(worse.zones, better.zones, strict=False):
        assert less.track_id == more.track_id
        assert less.reach_m >= more.reach_m - slack
        assert less.separation_m >= more.separation_m - slack


worse_persons = st.sampled_from(
    [
        lambda p, more: replace(p, sigma_m=p.sigma_m + more),
        lambda p, more: replace(p, speed_mps=p.speed_mps + more),
        lambda p, more: replace(p, captured_ns=p.captured_ns - round(more * 1e9)),
        lambda p, more: replace(p, shoulders_known=False),
        lambda p, more: replace(p, held=False),
        lambda p, more: replace(p, points_m=[*p.points_m, p.points_m[0] + (more, -more)]),
    ]
)


@lawful
@given(seeds, worse_persons, st.floats(0.0, 2.0))
def test_less_certain_persons_never_free_a_robot(seed, worsen, more):
    robots, people, seen = scene(seed)
    assume(people)
    worse = [worsen(people[0], more), *people[1:]]
    assert_not_freer(
        judge(robots, worse, seen, SITE, NOW_NS), judge(robots, people, seen, SITE, NOW_NS)
    )


worse_robots = st.sampled_from(
    [
        lambda r, more: replace(r, velocity_mps=r.velocity_mps * (1.0 + more)),
        lambda r, more: replace(r, turn_rate_radps=r.turn_rate_radps * (1.0 + more)),
        lambda r, more: replace(r, captured_ns=r.captured_ns - round(more * 1e9)),
        lambda r, more: replace(r, sigma_m=r.sigma_m + more),
        lambda r, more: changed(r, reaction_s=r.profile.reaction_s + more),
        lambda r, more: changed(r, localisation_sigma_m=r.profile.localisation_sigma_m + more),
        lambda r, more: changed(r, deceleration_mps2=r.profile.deceleration_mps2 / (1.0 + more)),
        lambda r, more: changed(r, warning_m=r.profile.warning_m + more),
        lambda r, more: changed(r, assumption=Assumption.SEPARATION),
        lambda r, more: changed(r, unseen=Unseen.STOP),
        lambda r, more: changed(r, largest_speed_mps=r.profile.largest_speed_mps / (1.0 + more)),
    ]
)


def changed(robot, **profile):
    return replace(robot, profile=replace(robot.profile, **profile))


@lawful
@given(seeds, worse_robots, st.floats(0.0, 2.0))
def test_less_able_robots_are_never_freer(seed, worsen, more):
    robots, people, seen = scene(seed)
    worse = [worsen(robots[0], more), *robots[1:]]
    assert_not_freer(
        judge(worse, people, seen, SITE, NOW_NS), judge(robots, people, seen, SITE, NOW_NS)
    )


@lawful
@given(seeds, st.floats(0.0, 5.0))
def test_time_that_passes_without_news_never_frees_a_robot(seed, later_s):
    robots, people, seen = scene(seed)
    later_ns = NOW_NS + round(later_s * 1e9)
    assert_not_freer(
        judge(robots, people, seen, SITE, later_ns), judge(robots, people, seen, SITE, NOW_NS)
    )


@lawful
@given(seeds, seeds)
def test_floor_that_is_no_longer_seen_never_frees_a_robot(seed, dark):
    robots, people, seen = scene(seed)
    both = np.minimum(seen.seen_by, floor(np.random.default_rng(dark)).seen_by)
    less = Coverage(GRID, both, NEVER_FREE)
    assert_not_freer(
        judge(robots, people, less, SITE, NOW_NS),
        judge(robots, people, seen, SITE, NOW_NS),
        slack=1e-5,  # distances to unseen floor are single precision
    )


@lawful
@given(seeds, seeds)
def test_one_more_person_never_frees_a_robot_nor_moves_a_zone(seed, another):
    robots, people, seen = scene(seed)
    more = [*people, a_person(np.random.default_rng(another), 99)]
    crowded, before = (judge(robots, p, seen, SITE, NOW_NS) for p in (more, people))
    assert_not_freer(crowded, before)
    assert [zone.track_id for zone in crowded.zones] == [p.track_id for p in more]


@lawful
@given(seeds, seeds)
def test_the_order_of_persons_and_robots_does_not_matter(seed, order):
    robots, people, seen = scene(seed)
    random = np.random.default_rng(order)
    r, p = random.permutation(len(robots)), random.permutation(len(people))
    here = judge(robots, people, seen, SITE, NOW_NS)
    there = judge([robots[i] for i in r], [people[i] for i in p], seen, SITE, NOW_NS)
    assert there.robots == tuple(here.robots[i] for i in r)
    assert there.causes == tuple(here.causes[i] for i in r)
    for a, b in zip((here.zones[i] for i in p), there.zones, strict=True):
        assert all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


@lawful
@given(seeds, st.floats(-3.0, 3.0), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_verdicts_do_not_change_with_the_frame(seed, angle, x, y):
    robots, people, _ = scene(seed, unseen=Unseen.IGNORE)
    all_seen = Coverage(GRID, np.ones(GRID.shape, dtype=np.uint8), NEVER_FREE)
    people = [replace(p, sigma_m=min(p.sigma_m, 0.5)) for p in people]  # far from unseen floor
    R = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved_robots = [
        replace(
            robot,
            position_m=R @ robot.position_m + (x, y),
            yaw_rad=robot.yaw_rad + angle,
            velocity_mps=R @ robot.velocity_mps,
        )
        for robot in robots
    ]
    moved_people = [replace(p, points_m=p.points_m @ R.T + (x, y)) for p in people]
    here = judge(robots, people, all_seen, SITE, NOW_NS)
    there = judge(moved_robots, moved_people, all_seen, SITE, NOW_NS)
    for a, b in zip(here.robots, there.robots, strict=True):
        assume(abs(a.distance_m) > 1e-6)
        assert b.distance_m == pytest.approx(a.distance_m, abs=1e-9)
        assert b.allowed_speed_mps == pytest.approx(a.allowed_speed_mps, abs=1e-6)
        assert a.track_ids == b.track_ids


@lawful
@given(seeds)
def test_at_the_allowed_speed_nobody_is_nearer_than_the_separation_distance(seed):
    robots, people, seen = scene(seed, unseen=Unseen.IGNORE)
    allowed = [v.allowed_speed_mps for v in judge(robots, people, seen, SITE, NOW_NS).robots]
    slower = [
        replace(robot, velocity_mps=(speed * (1.0 - 1e-9), 0.0), turn_rate_radps=0.0)
        for robot, speed in zip(robots, allowed, strict=True)
    ]
    for speed, verdict in zip(
        allowed, judge(slower, people, seen, SITE, NOW_NS).robots, strict=True
    ):
        assert speed == 0.0 or verdict.distance_m > 0.0


@lawful
@given(seeds)
def test_who_is_held_is_nowhere_nearer_than_taken(seed):
    """Against places drawn at random where a held person may be."""
    (robot, *_), people, seen = scene(seed, unseen=Unseen.IGNORE)
    assume(people)
    person = replace(people[0], held=True)
    judged = judge([robot], [person], seen, SITE, NOW_NS)
    (verdict,), (zone,) = judged.robots, judged.zones
    outline, terms = robot.footprint_m, verdict.terms
    taken_m = verdict.distance_m + terms.total_m - terms.person_uncertainty_m
    random = np.random.default_rng(seed)
    anchors = random.choice(zone.core_m, 200)
    angles, radii = random.uniform(0.0, 2 * np.pi, 200), random.uniform(0.0, 1.0, 200)
    radii = radii * SITE.person.sigmas * person.sigma_m
    places = anchors + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    missed_m = SITE.person.missed_s * max(person.speed_mps, SITE.person.walking_speed_mps)
    for place, radius in zip(places, radii, strict=True):
        if radius <= missed_m or seen.unseen_in(place[None]):
            assert distance_to_outline(outline, place) >= taken_m - 1e-6


def distance_to_outline(outline, place):
    edges = np.roll(outline, -1, axis=0) - outline
    if (edges[:, 0] * (place - outline)[:, 1] >= edges[:, 1] * (place - outline)[:, 0]).all():
        return 0.0
    along = ((place - outline) * edges).sum(axis=1) / (edges**2).sum(axis=1)
    nearest = outline + np.clip(along, 0.0, 1.0)[:, None] * edges
    return float(np.linalg.norm(nearest - place, axis=1).min())


@lawful
@given(seeds)
def test_the_quick_look_at_unseen_floor_finds_what_the_long_look_does(seed):
    random = np.random.default_rng(seed)
    seen, robots = floor(random, holes=20), [a_robot(random, n) for n in range(9)]
    outlines = np.array([robot.footprint_m[:4] for robot in robots])
    expected = [seen.unseen_in(outline) for outline in outlines]
    assert touches_unseen(outlines, seen).tolist() == expected


@lawful
@given(seeds, st.sampled_from([math.nan, math.inf]), st.data())
def test_no_person_and_no_robot_has_a_place_that_is_not_a_number(seed, wrong, data):
    robots, people, _ = scene(seed)
    given = data.draw(st.sampled_from([*robots, *people]))
    numbers = ("points_m", "sigma_m", "speed_mps", "position_m", "yaw_rad", "velocity_mps")
    name = data.draw(st.sampled_from([n for n in numbers if n in given.__dataclass_fields__]))
    with pytest.raises(InputError):
        replace(given, **{name: np.multiply(getattr(given, name), 0.0) + wrong})
