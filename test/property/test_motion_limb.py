"""Laws of two-bone limbs: the end reaches what it can, the joint bends to one side only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.simulation.motion.limb import Limb
from gpss_pose_ros.simulation.motion.rotation import exponential, logarithm, rotation

lawful = settings(derandomize=True, deadline=None, max_examples=100)
LEG = np.array([[0.0, 0.09, 0.93], [0.02, 0.10, 0.50], [-0.02, 0.08, 0.08]])
ARM = np.array([[0.0, 0.2, 1.45], [-0.01, 0.25, 1.15], [0.02, 0.3, 0.9]])
limbs = st.sampled_from([(LEG, True), (ARM, False)])
directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


def ends(rest, upper, lower, start):
    middle = start + upper @ (rest[1] - rest[0])
    return middle, middle + lower @ (rest[2] - rest[1])


@lawful
@given(limbs, directions, st.floats(0.15, 0.999), directions)
def test_the_end_reaches_a_target_within_reach(limb, direction, part, pole):
    rest, bends_forward = limb
    solver = Limb.of(rest, bends_forward)
    start = np.array([1.0, -2.0, 0.5])
    target = start + part * solver.reach_m * np.array(direction) / np.linalg.norm(direction)
    upper, lower = solver.solve(start, target, np.array(pole))
    for matrix in (upper, lower):
        assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(matrix) == pytest.approx(1.0)
    assert np.allclose(ends(rest, upper, lower, start)[1], target, atol=1e-9)


@lawful
@given(limbs, directions, st.floats(1.0, 3.0), directions)
def test_a_target_beyond_reach_is_pointed_at(limb, direction, part, pole):
    rest, bends_forward = limb
    solver = Limb.of(rest, bends_forward)
    direction = np.array(direction) / np.linalg.norm(direction)
    upper, lower = solver.solve(np.zeros(3), part * solver.reach_m * direction, np.array(pole))
    end = ends(rest, upper, lower, np.zeros(3))[1]
    assert np.allclose(end, solver.reach_m * direction, atol=1e-9)


@lawful
@given(limbs, directions, st.floats(0.3, 0.98), directions)
def test_the_middle_joint_goes_to_the_side_of_the_pole(limb, direction, part, pole):
    rest, bends_forward = limb
    solver = Limb.of(rest, bends_forward)
    target = part * solver.reach_m * np.array(direction) / np.linalg.norm(direction)
    upper, lower = solver.solve(np.zeros(3), target, np.array(pole))
    middle = ends(rest, upper, lower, np.zeros(3))[0]
    aside = middle - target * (middle @ target) / (target @ target)
    assert aside @ np.array(pole) >= -1e-9


@pytest.mark.parametrize(("limb", "bends_forward"), [(LEG, True), (ARM, False)])
def test_a_limb_hanging_as_in_the_rest_pose_is_hardly_turned(limb, bends_forward):
    solver = Limb.of(limb, bends_forward)
    pole = np.array([1.0 if bends_forward else -1.0, 0.0, 0.0])
    for matrix in solver.solve(limb[0], limb[0] + 0.999 * (limb[2] - limb[0]), pole):
        assert np.linalg.norm(logarithm(matrix[None])) < 0.25


@lawful
@given(st.tuples(*[st.floats(-1.7, 1.7)] * 3))
def test_logarithm_undoes_exponential(vector):
    assert np.allclose(logarithm(exponential(np.array([vector])))[0], vector, atol=1e-7)


@lawful
@given(*[st.floats(-3, 3)] * 3)
def test_rotation_is_yaw_after_pitch_after_roll(yaw, pitch, roll):
    parts = exponential(np.array([[0, 0, yaw], [0, pitch, 0], [roll, 0, 0]]))
    assert np.allclose(rotation(yaw, pitch, roll), parts[0] @ parts[1] @ parts[2], atol=1e-12)
