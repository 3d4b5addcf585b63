import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.perception.skeleton import COCO17_KEYPOINTS, SKELETONS, skeleton
from gpss_pose_ros.types import Side

ALL = pytest.mark.parametrize("name", SKELETONS)


@ALL
def test_mirroring_twice_is_no_change_and_swaps_every_sided_keypoint(name):
    s = skeleton(name)
    order = np.arange(len(s))
    for left, right in s.flip_pairs:
        order[[left, right]] = order[[right, left]]
    assert np.array_equal(order[order], np.arange(len(s)))
    for i, j in enumerate(order):
        assert (i != j) == s.keypoints[i].startswith(("left_", "right_"))
        assert s.keypoints[i].split("_", 1)[-1] == s.keypoints[j].split("_", 1)[-1]


@ALL
def test_feet_indices_name_their_own_side(name):
    s = skeleton(name)
    for side in Side:
        for part, index in vars(s.feet[side]).items():
            if index is not None:
                assert s.keypoints[index] == f"{side.value}_{part}"


@ALL
def test_names_are_unique_and_edges_join_two_keypoints(name):
    s = skeleton(name)
    assert len(set(s.keypoints)) == len(s)
    assert all(a != b and max(a, b) < len(s) for a, b in s.edges)


@ALL
def test_every_coco_keypoint_keeps_its_sigma(name):
    sigmas = skeleton(name).to_coco17(skeleton(name).sigmas)
    assert np.array_equal(sigmas, skeleton("coco17").sigmas)


def test_published_orders():
    assert skeleton("coco17").feet[Side.LEFT].heel is None
    assert skeleton("coco17").feet[Side.RIGHT].ankle == 16
    feet = skeleton("coco17_feet").feet
    assert (feet[Side.LEFT].big_toe, feet[Side.LEFT].small_toe, feet[Side.LEFT].heel) == (
        17,
        18,
        19,
    )
    assert (feet[Side.RIGHT].big_toe, feet[Side.RIGHT].heel) == (20, 22)
    assert skeleton("body_25b").index("neck") == 17
    assert skeleton("body_25b").feet[Side.RIGHT].big_toe == 22
    halpe = skeleton("halpe26").feet
    assert (halpe[Side.LEFT].big_toe, halpe[Side.RIGHT].big_toe) == (20, 21)
    assert (halpe[Side.LEFT].heel, halpe[Side.RIGHT].heel) == (24, 25)


def test_coco17_of_a_larger_skeleton_drops_what_coco_lacks():
    s = skeleton("body_25b")
    values = np.arange(len(s), dtype=float)[:, None] * np.ones(3)
    assert s.to_coco17(values).shape == (len(COCO17_KEYPOINTS), 3)
    assert np.array_equal(s.to_coco17(values)[:, 0], np.arange(17.0))


def test_unknown_skeleton_names_the_valid_ones():
    with pytest.raises(ConfigurationError, match="unknown skeleton 'mpii'; valid: coco17, "):
        skeleton("mpii")
