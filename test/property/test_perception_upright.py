import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.perception.upright import upright_transform

lawful = settings(derandomize=True, deadline=None, max_examples=60)
COCO = skeleton("coco17")
SHOULDERS, ANKLES = [5, 6], [15, 16]
SIZE = (192, 256)


@lawful
@given(st.floats(-np.pi, np.pi), st.integers(0, 2**32 - 1))
def test_a_body_at_any_angle_stands_upright_inside_the_crop(turn, seed):
    upright = np.random.default_rng(seed).uniform([-90, -250], [90, 250], (17, 2))
    upright[SHOULDERS, 1], upright[ANKLES, 1] = -200, 200
    upright[[*SHOULDERS, *ANKLES], 0] = [40, -40, 30, -30]
    c, s = np.cos(turn), np.sin(turn)
    image = upright @ np.array([[c, s], [-s, c]]) + [700.0, 900.0]
    transform = upright_transform(image, np.ones(17), COCO, SIZE)
    crop = image @ transform[:, :2].T + transform[:, 2]
    down = crop[ANKLES].mean(axis=0) - crop[SHOULDERS].mean(axis=0)
    assert down[1] > 0
    assert abs(down[0]) < 1e-6
    assert crop[5, 0] > crop[6, 0]  # turned, not mirrored
    assert (crop > -0.5).all()
    assert (crop < np.array(SIZE) - 0.5).all()


@pytest.mark.parametrize("lost", [SHOULDERS, ANKLES])
def test_no_axis_no_crop(lost):
    rng = np.random.default_rng(0)
    keypoints, scores = rng.uniform(0, 500, (17, 2)), np.ones(17)
    scores[lost] = 0.1
    assert upright_transform(keypoints, scores, COCO, SIZE) is None
    assert upright_transform(np.full((17, 2), 7.0), np.ones(17), COCO, SIZE) is None
