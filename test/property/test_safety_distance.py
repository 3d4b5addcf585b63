"""Laws of hulls, of distances between convex polygons, and of the floor that robots sweep."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.safety.distance import padded, polygon_distances_m
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.separation import RobotMotion
from gpss_pose_ros.safety.settings import PersonSettings, RobotProfile
from gpss_pose_ros.safety.sweep import swept_m
from gpss_pose_ros.safety.values import Robot

lawful = settings(derandomize=True, deadline=None, max_examples=20)
seeds = st.integers(0, 2**32 - 1)
angles = st.floats(-3.0, 3.0)
shifts = st.floats(-100.0, 100.0)
places = st.tuples(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
coarse = st.tuples(st.integers(-3, 3), st.integers(-3, 3))  # on lines, and in one place
clouds = st.lists(st.one_of(places, coarse), min_size=1, max_size=9).map(
    lambda p: np.array(p, float)
)


def outline(seed, most=9):
    """A convex polygon with an inside."""
    random = np.random.default_rng(seed)
    around = np.sort(random.uniform(0.0, 2.0 * np.pi, random.integers(3, most)))
    around = np.concatenate([around, [0.0, 2.1, 4.2]])
    radii = random.uniform(0.3, 1.5)
    points = radii * np.column_stack([np.cos(around), np.sin(around)])
    return convex_hull(points + random.uniform(-3.0, 3.0, 2))


def outward_m(hull, points):
    """How far (N,) points are on the outer side of a counter-clockwise polygon; negative inside."""
    edges = np.roll(hull, -1, axis=0) - hull
    normals = edges[:, ::-1] * (1.0, -1.0) / np.linalg.norm(edges, axis=1, keepdims=True)
    return ((points[:, None] - hull) * normals).sum(axis=-1).max(axis=1)


def moved(points, angle, x, y):
    cos, sin = math.cos(angle), math.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]]) + (x, y)


@lawful
@given(clouds, seeds)
def test_hull_is_convex_and_holds_every_point_in_any_order(points, seed):
    hull = convex_hull(points)
    assert {tuple(corner) for corner in hull} <= {tuple(point) for point in points}
    np.testing.assert_array_equal(convex_hull(hull), hull)
    shuffled = np.random.default_rng(seed).permutation(np.concatenate([points, points]))
    np.testing.assert_array_equal(convex_hull(shuffled), hull)
    if len(hull) > 2:
        edges = np.roll(hull, -1, axis=0) - hull
        following = np.roll(edges, -1, axis=0)
        assert (edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0] > 0.0).all()
        assert outward_m(hull, points).max() < 1e-9


def separation_by_directions(first, second):
    """The distance of convex sets is how far the best direction tells them apart."""
    pairs = (second[None] - first[:, None]).reshape(-1, 2)
    edges = np.concatenate([np.roll(p, -1, axis=0) - p for p in (first, second)])
    normals = edges[:, ::-1] * (1.0, -1.0)
    directions = np.concatenate([pairs, normals, -normals])
    lengths = np.linalg.norm(directions, axis=1)
    directions = directions[lengths > 0.0] / lengths[lengths > 0.0, None]
    return max(((directions @ second.T).min(axis=1) - (directions @ first.T).max(axis=1)).max(), 0)


@lawful
@given(st.lists(seeds, min_size=1, max_size=3), st.lists(clouds, min_size=1, max_size=4))
def test_distances_are_those_of_the_best_separating_direction(outlines, cores):
    outlines, cores = [outline(seed) for seed in outlines], [convex_hull(c) for c in cores]
    distances = polygon_distances_m(padded(outlines), padded(cores))
    expected = [[separation_by_directions(a, b) for b in cores] for a in outlines]
    np.testing.assert_allclose(distances, expected, atol=1e-9)


@lawful
@given(seeds, clouds, angles, shifts, shifts)
def test_distances_do_not_change_with_the_frame(seed, cloud, angle, x, y):
    first, core = outline(seed), convex_hull(cloud)
    here = polygon_distances_m(first[None], core[None])
    there = polygon_distances_m(moved(first, angle, x, y)[None], moved(core, angle, x, y)[None])
    np.testing.assert_allclose(there, here, atol=1e-9)


@lawful
@given(seeds, clouds, places)
def test_a_larger_core_is_never_farther_away(seed, cloud, another):
    larger = convex_hull(np.concatenate([cloud, [another]]))
    cores = padded([convex_hull(cloud), larger])
    less, more = polygon_distances_m(outline(seed)[None], cores)[0]
    assert more <= less + 1e-9


@lawful
@given(seeds, clouds, st.data())
def test_not_a_number_is_no_distance(seed, cloud, data):
    first, core = outline(seed).copy(), convex_hull(cloud).copy()
    spoiled = data.draw(st.sampled_from([first, core]))
    spoiled[data.draw(st.integers(0, len(spoiled) - 1)), data.draw(st.integers(0, 1))] = np.nan
    assert polygon_distances_m(first[None], core[None]).item() == 0.0


NOW_NS = 10**9
speeds = st.floats(-2.0, 2.0)


@lawful
@given(
    seeds, speeds, speeds, angles, st.floats(-3.0, 3.0), st.floats(0.0, 1.0), st.floats(0.3, 3.0)
)
def test_wherever_a_robot_gets_until_it_stands_it_has_swept(seed, vx, vy, yaw, turn, delay_s, a):
    footprint = outline(seed)
    profile = RobotProfile("p", tuple(map(tuple, footprint)), a, delay_s / 2, 0.0, 9.0)
    captured_ns = NOW_NS - round(delay_s / 2 * 1e9)
    robot = Robot("r", profile, (1.0, 2.0), yaw, (vx, vy), turn, 0.0, captured_ns)
    motion = RobotMotion.of([robot], PersonSettings(), NOW_NS)
    (corners,) = swept_m([robot], robot.footprint_m[None], motion)
    for outline_m in driven(robot, delay_s, a):
        assert outward_m(convex_hull(corners), outline_m).max() < 1e-6


def driven(robot, delay_s, a, steps=60):
    """Outlines of a robot that goes on along its arc, then brakes on it, turning all the while."""
    speed = float(np.hypot(*robot.velocity_mps))
    total_s = delay_s + speed / a
    step_s = total_s / steps
    place, yaw = robot.position_m.copy(), robot.yaw_rad
    heading = math.atan2(robot.velocity_mps[1], robot.velocity_mps[0])
    for step in range(steps + 1):
        base = robot.profile.outline_m
        yield moved(base, yaw, *place)
        before_s, after_s = step * step_s, (step + 1) * step_s
        way = way_m(speed, a, delay_s, after_s) - way_m(speed, a, delay_s, before_s)
        turned = robot.turn_rate_radps * step_s
        place = place + way * np.array(
            [math.cos(heading + turned / 2), math.sin(heading + turned / 2)]
        )
        heading, yaw = heading + turned, yaw + turned


def way_m(speed, a, delay_s, elapsed_s):
    braking_s = min(max(elapsed_s - delay_s, 0.0), speed / a)
    return speed * min(elapsed_s, delay_s) + speed * braking_s - a * braking_s**2 / 2
