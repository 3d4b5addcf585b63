import numpy as np
import pytest

from gpss_pose_ros.safety.occlusion import shadow
from gpss_pose_ros.safety.settings import Occluder

BOX = Occluder("box", ((1.0, -1.0), (2.0, -1.0), (2.0, 1.0), (1.0, 1.0)), 1.0)
FAR_M = 10.0


def inside(polygon, x, y):
    """Tell whether a point lies in a counter-clockwise polygon."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    away = np.subtract((x, y), polygon)
    return bool((edges[:, 0] * away[:, 1] >= edges[:, 1] * away[:, 0]).all())


def test_from_above_the_top_is_thrown_onto_the_floor():
    outline = shadow(BOX, np.array([0.0, 0.0, 3.0]), 0.0, FAR_M)
    expected = [(1, -1), (1.5, -1.5), (3, -1.5), (3, 1.5), (1.5, 1.5), (1, 1)]
    np.testing.assert_allclose(outline, expected, atol=1e-12)


def test_higher_up_less_is_hidden():
    outline = shadow(BOX, np.array([0.0, 0.0, 3.0]), 0.5, FAR_M)
    np.testing.assert_allclose(outline.max(axis=0), [2.5, 1.25])


def test_straight_from_above_the_shadow_lies_all_around():
    outline = shadow(BOX, np.array([1.5, 0.0, 3.0]), 0.0, FAR_M)
    np.testing.assert_allclose(outline.min(axis=0), [0.75, -1.5])
    np.testing.assert_allclose(outline.max(axis=0), [2.25, 1.5])


@pytest.mark.parametrize(("height_m", "hides"), [(0.999, True), (1.0, False), (1.5, False)])
def test_what_is_above_the_top_is_not_hidden_from_above(height_m, hides):
    outline = shadow(BOX, np.array([0.0, 0.0, 3.0]), height_m, FAR_M)
    assert (outline is not None) == hides


@pytest.mark.parametrize("eye_z_m", [0.5, 1.0])
@pytest.mark.parametrize("height_m", [0.0, 0.9, 1.2])
def test_from_below_the_top_all_behind_is_hidden_as_far_as_the_range(eye_z_m, height_m):
    outline = shadow(BOX, np.array([0.0, 0.0, eye_z_m]), height_m, FAR_M)
    assert inside(outline, FAR_M, 0.0)
    assert inside(outline, FAR_M * np.sqrt(0.5), FAR_M * np.sqrt(0.5) - 1e-9)
    assert inside(outline, 1.01, 0.0)
    assert not inside(outline, 0.99, 0.0)
    assert not inside(outline, 5.0, 5.01)


def test_range_is_kept_from_an_eye_that_is_not_at_the_origin():
    eye = np.array([0.0, 3.0, 0.5])  # the box is 2 m off, in -y
    outline = shadow(BOX, eye, 0.0, FAR_M)
    assert inside(outline, 4.0, -5.0)  # on the line through a corner
    np.testing.assert_allclose(outline.min(axis=0)[1], 3.0 - 5.0 * 4.0)


def test_a_shadow_is_never_less_than_the_occluder():
    outline = shadow(BOX, np.array([0.0, 0.0, 0.5]), 0.0, range_m=0.1)
    np.testing.assert_allclose(outline.min(axis=0), [1.0, -1.0])
    np.testing.assert_allclose(outline.max(axis=0), [2.0, 1.0])


@pytest.mark.parametrize("foot", [(1.5, 0.0), (1.0, 0.0), (2.0, 1.0), (1.0 - 1e-6 / 2, 0.0)])
def test_an_eye_inside_or_touching_sees_nothing(foot):
    outline = shadow(BOX, np.array([*foot, 0.5]), 0.0, FAR_M)
    np.testing.assert_array_equal(outline.min(axis=0), np.subtract(foot, FAR_M))
    np.testing.assert_array_equal(outline.max(axis=0), np.add(foot, FAR_M))
    for x, y in ((-9.9, -9.9), (9.9, -9.9), (9.9, 9.9), (-9.9, 9.9)):
        assert inside(outline, foot[0] + x, foot[1] + y)


def test_an_eye_as_good_as_level_with_the_top_does_not_see_over_it():
    speck = Occluder("speck", BOX.corners_m, 1e-6)
    level = shadow(speck, np.array([0.0, 0.0, 2e-6]), 0.0, FAR_M)
    np.testing.assert_allclose(level.max(axis=0), [20.0, 10.0])
    above = shadow(speck, np.array([0.0, 0.0, 3e-6]), 0.0, FAR_M)
    np.testing.assert_allclose(above.max(axis=0), [3.0, 1.5])


def test_an_eye_as_good_as_at_the_face_sees_nothing():
    tall = Occluder("tall", ((1e-6, -1.0), (1.0, -1.0), (1.0, 1.0), (1e-6, 1.0)), 2.0)
    outline = shadow(tall, np.array([0.0, 0.0, 1.0]), 0.0, FAR_M)
    np.testing.assert_array_equal(outline.min(axis=0), [-FAR_M, -FAR_M])


def test_corners_may_go_either_way_round():
    turned = Occluder("turned", BOX.corners_m[::-1], 1.0)
    for eye in ((0.0, 0.0, 3.0), (0.0, 0.0, 0.5)):
        np.testing.assert_array_equal(
            shadow(turned, np.array(eye), 0.0, FAR_M), shadow(BOX, np.array(eye), 0.0, FAR_M)
        )
