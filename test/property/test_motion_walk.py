"""Laws of walking: feet neither slide nor sink, knees bend forward, and the speed is kept."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import BONES, load_bodies
from gpss_pose_ros.simulation.body_pose import bone_transforms, skin_m
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.rotation import logarithm
from gpss_pose_ros.simulation.motion.stance import Stance
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.walk import Walk

lawful = settings(derandomize=True, deadline=None, max_examples=12)
TOUCHES_M = 2e-4
STEP_S = 0.01
BODIES = sorted(load_bodies(), key=lambda body: body.height_m)


@dataclass
class Trace:
    """A walk sampled every 10 ms: T instants."""

    walk: Walk
    poses: list = field(repr=False)
    transforms: np.ndarray = field(repr=False)  # (T, B, 4, 4)
    soles: np.ndarray = field(
        repr=False
    )  # (T, V, 3) the lowest surface points of both feet in the rest pose


def sole_vertices(body):
    """The vertices of toes and heels that are nearly rigid, on the underside of the shoes."""
    found = []
    for bone in ("left_foot", "left_toes", "right_foot", "right_toes"):
        rigid = np.flatnonzero(body.weights[:, BONES.index(bone)] > 0.999)
        low = rigid[body.vertices_m[rigid, 2] < 0.003]
        found += low.tolist()
    return found


def trace(walk):
    times = np.arange(0.0, walk.duration_s, STEP_S)
    poses = [walk.pose(t) for t in times]
    body = walk.body
    transforms = np.array([bone_transforms(body, pose) for pose in poses])
    soles = []
    for vertex in sole_vertices(body):
        bone = int(body.weights[vertex].argmax())
        local = np.append(body.vertices_m[vertex] - body.joints_m[bone], 1.0)
        soles.append(transforms[:, bone, :3] @ local)
    return Trace(walk, poses, transforms, np.stack(soles, axis=1))


@lru_cache
def traced(number):
    """The trace of some walk: any body, manner, speed, and up to three legs with corners."""
    rng = np.random.default_rng(number)
    body, style = BODIES[number * 7 % len(BODIES)], Style.sample(rng)
    heading = rng.uniform(-3, 3)
    start = Stance.at(3.0, -1.0, heading, style.stand_width_m, style.toe_out_rad)
    corners = [np.array([3.0, -1.0])]
    for _ in range(rng.integers(1, 4)):
        heading += rng.uniform(-1.2, 1.2)
        length = rng.uniform(0.8, 1.8)
        corners.append(corners[-1] + length * np.array([np.cos(heading), np.sin(heading)]))
    return trace(Walk(body, Path(np.array(corners)), start, rng.uniform(0.3, 2.0), style))


traces = st.integers(0, 11).map(traced)


def runs(mask):
    """The (begin, end) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(int), [0]))))
    return edges.reshape(-1, 2).tolist()


@lawful
@given(traces)
def test_what_touches_the_floor_does_not_slide(trace):
    lowest = trace.soles[..., 2].min()
    for point in trace.soles.transpose(1, 0, 2):
        for begin, end in runs(point[:, 2] < lowest + TOUCHES_M):
            assert np.ptp(point[begin:end, :2], axis=0).max() < 1e-3


@lawful
@given(traces)
def test_a_foot_is_always_on_the_floor_and_none_is_below(trace):
    heights = trace.soles[..., 2]
    assert heights.min() > -0.004
    assert heights.min(axis=1).max() < 0.004
    for transforms in trace.transforms[::25]:
        assert skin_m(trace.walk.body, transforms)[:, 2].min() > -0.01


@lawful
@given(traces)
def test_knees_bend_forward(trace):
    for side in ("left", "right"):
        thigh, shin, foot = (BONES.index(f"{side}_{bone}") for bone in ("thigh", "shin", "foot"))
        bend = np.einsum(
            "tji,tjk->tik", trace.transforms[:, thigh, :3, :3], trace.transforms[:, shin, :3, :3]
        )
        assert logarithm(bend)[:, 1].min() > 0.0
        hip, knee, ankle = (trace.transforms[:, bone, :3, 3] for bone in (thigh, shin, foot))
        forward = trace.transforms[:, 0, :3, 0]
        down = (ankle - hip) / np.linalg.norm(ankle - hip, axis=1, keepdims=True)
        before = (knee - hip) - ((knee - hip) * down).sum(1, keepdims=True) * down
        assert (before * forward).sum(1).min() > 0.0


@lawful
@given(traces)
def test_no_joint_jumps(trace):
    rotations = np.array([pose.rotations for pose in trace.poses])
    turns = np.swapaxes(rotations[:-1], -1, -2) @ rotations[1:]
    angles = np.linalg.norm(logarithm(turns.reshape(-1, 3, 3)), axis=1)
    assert angles.max() < 40.0 * STEP_S
    roots = np.array([pose.root_m for pose in trace.poses])
    assert np.linalg.norm(np.diff(roots, axis=0), axis=1).max() < 3.5 * STEP_S


@lawful
@given(traces)
def test_both_soles_rest_on_the_end_stance(trace):
    walk = trace.walk
    for t_s, stance in ((0.0, walk.start), (walk.duration_s, walk.end)):
        transforms = bone_transforms(walk.body, walk.pose(t_s))
        for side, hold in zip(("left", "right"), stance.feet, strict=True):
            ankle = transforms[BONES.index(f"{side}_foot"), :3, 3]
            assert np.allclose(ankle[:2], (hold.x_m, hold.y_m), atol=1e-6)
            rest = walk.body.joints_m[BONES.index(f"{side}_foot"), 2]
            assert ankle[2] == pytest.approx(rest, abs=1e-6)


@pytest.mark.parametrize("speed", [0.3, 0.8, 1.4, 2.0])
@pytest.mark.parametrize("body", [BODIES[0], BODIES[-1]], ids=lambda body: f"{body.height_m:.2f}")
def test_a_long_straight_walk_keeps_its_speed(body, speed):
    path = Path(np.array([[0.0, 0.0], [12.0, 0.0]]))
    walk = Walk(body, path, Stance.at(0, 0, 0, 0.2), speed)
    middle = walk.duration_s / 2
    begin, end = (walk.pose(t).root_m for t in (middle - 2.0, middle + 2.0))
    assert (end[0] - begin[0]) / 4.0 == pytest.approx(speed, rel=0.03)


def test_cadence_rises_and_steps_lengthen_with_speed():
    path = Path(np.array([[0.0, 0.0], [15.0, 0.0]]))
    body = BODIES[len(BODIES) // 2]
    gaits = [Walk(body, path, Stance.at(0, 0, 0, 0.2), v).gait for v in (0.4, 0.9, 1.4, 1.9)]
    assert np.all(np.diff([gait.step_m for gait in gaits]) > 0)
    assert np.all(np.diff([gait.speed_mps / gait.step_m for gait in gaits]) > 0)
    # Grieve and Gear: about 114 steps a minute at 1.4 m/s for 1.75 m.
    assert gaits[2].speed_mps / gaits[2].step_m * 60 == pytest.approx(114, rel=0.06)


def test_arms_swing_against_the_legs():
    path = Path(np.array([[0.0, 0.0], [9.0, 0.0]]))
    samples = trace(Walk(BODIES[3], path, Stance.at(0, 0, 0, 0.2), 1.3)).transforms[200:400]
    ahead = {
        bone: samples[:, BONES.index(bone), 0, 3] - samples[:, 0, 0, 3]
        for bone in ("left_hand", "right_hand", "left_foot", "right_foot")
    }
    assert np.corrcoef(ahead["left_hand"], ahead["right_foot"])[0, 1] > 0.8
    assert np.corrcoef(ahead["left_hand"], ahead["left_foot"])[0, 1] < -0.8


def test_a_speed_nobody_walks_at_is_refused():
    with pytest.raises(InputError, match="walking speed"):
        Walk(BODIES[0], Path(np.array([[0.0, 0.0], [1.0, 0.0]])), Stance.at(0, 0, 0, 0.2), 9.0)
