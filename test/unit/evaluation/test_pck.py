"""PCK: what counts as the same keypoint grows with the person, not with the image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.evaluation.pck import body_size_px, correct_keypoints
from gpss_pose_ros.perception.skeleton import SKELETONS

BODY = SKELETONS["body_25b"]
ALL = np.ones(len(BODY), bool)
SEEDS = st.integers(0, 2**32 - 1)


def person(seed):
    return np.random.default_rng(seed).uniform(0.0, 500.0, (len(BODY), 2))


def without(*parts):
    return np.array([not name.endswith(parts) for name in BODY.keypoints])


@given(SEEDS, st.floats(0.1, 10.0), st.floats(-1e3, 1e3))
def test_it_does_not_depend_on_where_or_how_large_the_person_is(seed, scale, shift):
    reference = person(seed)
    predicted = reference + np.random.default_rng(seed + 1).normal(0.0, 60.0, reference.shape)
    sizes = [body_size_px(r, ALL, BODY) for r in (reference, scale * reference + shift)]
    assert sizes[1] == pytest.approx(scale * sizes[0])
    one = correct_keypoints(predicted, reference, sizes[0] * (1.0 + 1e-9))
    other = correct_keypoints(
        scale * predicted + shift, scale * reference + shift, sizes[1] * (1.0 + 1e-9)
    )
    np.testing.assert_array_equal(one, other)


def test_the_limit_is_a_fifth_of_the_size():
    reference = person(1)
    for gap, right in ((19.9, True), (20.1, False)):
        shifted = np.add(reference, [gap, 0.0])
        assert (correct_keypoints(shifted, reference, 100.0) == right).all()


def test_a_keypoint_that_is_not_there_is_wrong():
    reference = person(2)
    assert not correct_keypoints(np.full_like(reference, np.nan), reference, 100.0).any()


def test_the_size_is_the_torso_else_the_head_else_the_hips():
    points = np.zeros((len(BODY), 2))
    for name, at in (
        ("left_shoulder", (0, 0)),
        ("right_hip", (0, 100)),
        ("right_shoulder", (-30, 0)),
        ("left_hip", (30, 100)),
        ("head", (0, -70)),
        ("neck", (0, -30)),
    ):
        points[BODY.index(name)] = at
    other = float(np.hypot(60, 100))
    assert body_size_px(points, ALL, BODY) == pytest.approx((100.0 + other) / 2.0)
    assert body_size_px(points, without("left_shoulder"), BODY) == pytest.approx(other)
    assert body_size_px(points, without("shoulder"), BODY) == pytest.approx(40.0)
    assert body_size_px(points, without("shoulder", "neck"), BODY) == pytest.approx(np.hypot(30, 0))
    assert np.isnan(body_size_px(points, without("shoulder", "neck", "hip"), BODY))
