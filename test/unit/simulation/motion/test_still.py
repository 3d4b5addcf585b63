"""Postures in one place: planted feet, and hands where they should be."""

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import BONES
from gpss_pose_ros.simulation.body_pose import bone_transforms, skin_m
from gpss_pose_ros.simulation.motion import errand
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.gesture import GESTURES, Gesture
from gpss_pose_ros.simulation.motion.grip import Box, Free, Work
from gpss_pose_ros.simulation.motion.script import Script
from gpss_pose_ros.simulation.motion.still import ATTITUDES, Still, attitude
from gpss_pose_ros.simulation.motion.style import Style

HEAD, LEFT_TOES, RIGHT_TOES = (BONES.index(b) for b in ("head", "left_toes", "right_toes"))
HANDS = [BONES.index("left_hand"), BONES.index("right_hand")]


@pytest.mark.parametrize("name", ATTITUDES)
def test_toes_stay_where_they_are_and_nothing_goes_below_the_floor(body, stance, name):
    motion = Still(body, stance, 5.0, attitude(name))
    moved = [bone_transforms(body, motion.pose(t)) for t in (0.0, 2.3, 5.0)]
    for transforms in moved:
        assert np.allclose(transforms[LEFT_TOES], moved[0][LEFT_TOES], atol=1e-9)
        assert np.allclose(transforms[RIGHT_TOES], moved[0][RIGHT_TOES], atol=1e-9)
        assert skin_m(body, transforms)[:, 2].min() > -0.01


def test_deeper_attitudes_are_lower(body, stance):
    heads = [
        bone_transforms(body, Still(body, stance, 1.0, attitude(name)).pose(0.5))[HEAD, 2, 3]
        for name in ("stand", "lean", "crouch", "squat")
    ]
    assert np.all(np.diff(heads) < -0.05)


def test_standing_sways_a_little(body, stance):
    motion = Still(body, stance, 60.0)
    heads = np.array(
        [bone_transforms(body, motion.pose(t))[HEAD, :3, 3] for t in np.arange(0, 60, 1.0)]
    )
    spread = np.ptp(heads, axis=0)
    assert 0.005 < np.hypot(*spread[:2]) < 0.2


@pytest.mark.parametrize("side", [0, 1])
def test_kneeling_brings_one_knee_near_the_floor_and_comes_back(body, stance, side):
    chain = Chain(body, Style(), stance)
    chain.still(0.5)
    begin = chain.duration_s
    errand.kneel(chain, side, 3.0, Free())
    script = Script(body, tuple(chain.motions))
    knees = [BONES.index("left_shin"), BONES.index("right_shin")]
    kneeling = bone_transforms(body, script.pose(begin + 1.4 + 2.9))
    assert kneeling[knees[side], 2, 3] < 0.09 * body.height_m
    assert kneeling[knees[1 - side], 2, 3] > 0.2 * body.height_m
    assert chain.stance == stance


def test_hands_hold_the_sides_of_a_box(body, stance):
    motion = Still(body, stance, 2.0, grip=Box())
    hands = bone_transforms(body, motion.pose(1.0))[HANDS, :, 3]
    box = motion.prop(1.0)
    local = hands @ np.linalg.inv(box.factory_from_prop).T
    assert np.allclose(np.abs(local[:, 1]), box.size_m[1] / 2, atol=0.04)
    assert (np.abs(local[:, [0, 2]]) < box.size_m[[0, 2]] / 2).all()


def test_hands_hold_the_handle_of_a_cart_on_the_floor(body, stance):
    cart = errand.cart(np.random.default_rng(0), body.height_m)
    motion = Still(body, stance, 2.0, grip=cart)
    hands = bone_transforms(body, motion.pose(1.0))[HANDS, :3, 3]
    cart = motion.prop(1.0)
    handle = cart.factory_from_prop @ (-cart.size_m[0] / 2, 0, cart.size_m[2] / 2, 1)
    assert np.linalg.norm(hands.mean(axis=0) - handle[:3]) < 0.12
    assert cart.factory_from_prop[2, 3] == pytest.approx(cart.size_m[2] / 2)
    ahead = handle[:2] - (stance.x_m, stance.y_m)
    assert np.arctan2(ahead[1], ahead[0]) == pytest.approx(stance.yaw_rad)


def test_hands_at_work_reach_their_points(body, stance):
    work = Work.sample(np.random.default_rng(3), 0.95, 0.2)
    motion = Still(body, stance, 30.0, attitude("lean"), grip=work)
    hands = np.array([bone_transforms(body, motion.pose(t))[HANDS, 2, 3] for t in range(30)])
    assert hands.min() > 0.9
    assert np.ptp(hands[:, 0]) > 0.03


@pytest.mark.parametrize("name", GESTURES)
def test_every_gesture_raises_or_moves_a_hand(body, stance, name):
    hanging = bone_transforms(body, Still(body, stance, 1.0).pose(0.5))[HANDS, :3, 3]
    held = bone_transforms(body, Still(body, stance, 1.0, grip=Gesture(name)).pose(0.5))
    moved = np.linalg.norm(held[HANDS, :3, 3] - hanging, axis=1)
    assert moved.max() > 0.05 * body.height_m
    mirrored = Still(body, stance, 1.0, grip=Gesture(name, mirrored=True)).pose(0.5)
    other = np.linalg.norm(bone_transforms(body, mirrored)[HANDS, :3, 3] - hanging, axis=1)
    assert np.allclose(moved, other[::-1], atol=0.06 * body.height_m)


def test_unknown_names_are_refused_with_the_valid_ones():
    with pytest.raises(InputError, match=r"gesture 'salute'; valid: hips"):
        Gesture("salute")
    with pytest.raises(InputError, match=r"attitude 'lie'; valid: stand"):
        attitude("lie")
