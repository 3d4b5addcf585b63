"""Laws of scripts: no jump where motions meet, planted feet stay, and random poses are bodies."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import BONES, load_bodies
from gpss_pose_ros.simulation.body_pose import bone_transforms, skin_m
from gpss_pose_ros.simulation.motion import errand
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.floor import WorkPlace
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.random_pose import random_pose
from gpss_pose_ros.simulation.motion.rotation import logarithm
from gpss_pose_ros.simulation.motion.script import Script
from gpss_pose_ros.simulation.motion.stance import Stance
from gpss_pose_ros.simulation.motion.still import Still
from gpss_pose_ros.simulation.motion.style import Style

lawful = settings(derandomize=True, deadline=None, max_examples=8)
BODIES = load_bodies()
TOES = [BONES.index("left_toes"), BONES.index("right_toes")]
STEP_S = 0.01


@lru_cache
def scripted(number):
    """Some walks and actions of somebody, a box carried between them."""
    rng = np.random.default_rng(number)
    body, style = BODIES[number % len(BODIES)], Style.sample(rng)
    chain = Chain(body, style, Stance.at(0, 0, 0, style.stand_width_m, style.toe_out_rad))
    errand.act(chain, rng)
    box, bench = errand.box(rng), WorkPlace(0.0, 0.0, 0.0)
    errand.lift(chain, box, bench)
    x, y, _ = chain.place
    turn = rng.uniform(-3, 3)
    away = np.array([[x, y], [x + 1.5 * np.cos(turn), y + 1.5 * np.sin(turn)]])
    chain.face(turn, 0.5, box)
    chain.walk(Path(away), 1.1, box)
    errand.lower(chain, box, bench)
    errand.act(chain, rng)
    return Script(body, tuple(chain.motions))


scripts = st.integers(0, 7).map(scripted)


@lawful
@given(scripts)
def test_nothing_jumps_also_where_motions_meet(script):
    times = np.arange(0.0, script.duration_s, STEP_S)
    poses = [script.pose(t) for t in times]
    rotations = np.array([pose.rotations for pose in poses])
    turns = np.swapaxes(rotations[:-1], -1, -2) @ rotations[1:]
    assert np.linalg.norm(logarithm(turns.reshape(-1, 3, 3)), axis=1).max() < 40.0 * STEP_S
    roots = np.array([pose.root_m for pose in poses])
    assert np.linalg.norm(np.diff(roots, axis=0), axis=1).max() < 3.5 * STEP_S


@lawful
@given(scripts)
def test_a_held_box_moves_without_a_jump(script):
    times = np.arange(0.0, script.duration_s, STEP_S)
    boxes = [script.props(t) for t in times]
    assert {tuple(prop.kind for prop in props) for props in boxes} == {("box", "cart")}
    held = [props[0].factory_from_prop[:3, 3] for props in boxes if props[0].visible]
    assert not any(props[1].visible for props in boxes)
    assert len(held) > 100
    assert np.linalg.norm(np.diff(held, axis=0), axis=1).max() < 3.5 * STEP_S


@lawful
@given(scripts)
def test_feet_do_not_move_while_a_person_stays(script):
    begin = 0.0
    for motion in script.motions:
        if isinstance(motion, Still):
            times = np.linspace(begin, begin + motion.duration_s - 1e-6, 12)
            toes = np.array([bone_transforms(script.body, script.pose(t))[TOES] for t in times])
            assert np.ptp(toes[..., :3, 3], axis=0).max() < 1e-3
        begin += motion.duration_s


@lawful
@given(scripts, st.floats(0, 30))
def test_a_pose_depends_on_its_time_only(script, t_s):
    fresh = Script(script.body, script.motions)
    assert np.array_equal(fresh.pose(t_s).rotations, script.pose(t_s).rotations)
    place = script.places(np.array([0.0, t_s]))[1]
    assert np.allclose(place[:2], script.place(t_s)[:2])
    assert np.hypot(*(script.pose(t_s).root_m[:2] - place[:2])) < 0.35


@lawful
@given(scripts, st.integers(1, 5), st.floats(0, 30))
def test_a_script_that_grows_stays_the_same_before_its_end(script, begun, t_s):
    growing = Script(script.body, script.motions[:begun])
    earlier = min(t_s, 0.999 * growing.duration_s)
    before = growing.pose(earlier)
    growing.extend(script.motions[begun:])
    for pose in (growing.pose(earlier), script.pose(earlier)):
        assert np.array_equal(pose.rotations, before.rotations)
    assert np.array_equal(growing.pose(t_s).root_m, script.pose(t_s).root_m)


def test_after_its_end_a_script_holds_on():
    script = scripted(0)
    late = script.pose(script.duration_s + 100.0)
    assert np.array_equal(late.root_m, script.pose(script.duration_s).root_m)


def test_motions_that_do_not_meet_are_refused():
    body = BODIES[0]
    here, there = Stance.at(0, 0, 0, 0.2), Stance.at(1, 0, 0, 0.2)
    with pytest.raises(InputError, match="motion 1 starts with its feet at"):
        Script(body, (Still(body, here, 1.0), Still(body, there, 1.0)))
    with pytest.raises(InputError, match="at least one motion"):
        Script(body, ())


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from(BODIES))
def test_random_poses_stand_on_the_floor_at_the_origin(seed, body):
    pose, props = random_pose(body, np.random.default_rng(seed))
    transforms = bone_transforms(body, pose)
    skin = skin_m(body, transforms)
    feet = (
        body.weights[:, TOES[0] - 1] + body.weights[:, TOES[1] - 1] + body.weights[:, TOES].sum(1)
    )
    assert abs(skin[feet > 0.9][:, 2].min()) < 0.01
    assert np.hypot(*pose.root_m[:2]) < 0.45
    assert np.allclose(pose.rotations @ pose.rotations.swapaxes(1, 2), np.eye(3), atol=1e-9)
    assert all(prop.visible for prop in props)
    again, _ = random_pose(body, np.random.default_rng(seed))
    assert np.array_equal(again.rotations, pose.rotations)


def test_random_poses_are_various():
    rng = np.random.default_rng(0)
    body = BODIES[5]
    poses = [bone_transforms(body, random_pose(body, rng)[0])[:, :3, 3] for _ in range(150)]
    heights = np.array([pose[0, 2] for pose in poses]) / body.height_m
    assert heights.min() < 0.33
    assert (heights > 0.48).mean() > 0.5
    hands = np.array([pose[BONES.index("left_hand"), 2] for pose in poses]) / body.height_m
    assert hands.min() < 0.25
    assert hands.max() > 0.95
