"""Laws of parts of a picture, and of what a lens shows of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.simulation.lens import Lens, Pinhole
from gpss_pose_ros.simulation.rectangle import Rectangle, joined

lawful = settings(derandomize=True, deadline=None, max_examples=60)
SIZE = (160, 120)
PINHOLE = Pinhole(120.0, (79.5, 59.5), SIZE)


@st.composite
def rectangles(draw, width=SIZE[0], height=SIZE[1]):
    left, top = draw(st.integers(0, width - 2)), draw(st.integers(0, height - 2))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return Rectangle(left, top, right, bottom)


def painted(areas) -> np.ndarray:
    picture = np.zeros(SIZE[::-1], bool)
    for area in areas:
        picture[area.top : area.bottom, area.left : area.right] = True
    return picture


@lawful
@given(st.lists(rectangles(), max_size=8))
def test_joined_rectangles_hold_all_and_have_no_more_pixels(areas):
    fewer = joined(areas)
    assert len(fewer) <= len(areas)
    assert sum(a.size_px2 for a in fewer) <= sum(a.size_px2 for a in areas)
    assert painted(fewer)[painted(areas)].all()


@lawful
@given(
    st.lists(
        st.tuples(st.floats(-4, 4), st.floats(-3, 3), st.floats(-1, 6), st.floats(0, 0.5)),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 2**32 - 1),
)
def test_what_shows_of_a_ball_shows_in_its_area(balls, seed):
    """Points of a ball that project into the picture lie in the area of the ball."""
    balls = np.array(balls)
    directions = np.random.default_rng(seed).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    areas = PINHOLE.areas_of(balls[:, :3], balls[:, 3], [1] * len(balls))
    for ball, area in zip(balls, areas, strict=True):
        points = ball[:3] + ball[3] * directions
        x, y = PINHOLE.project(points[points[:, 2] > 0.06]).T
        shown = (x > -0.5) & (x < SIZE[0] - 0.5) & (y > -0.5) & (y < SIZE[1] - 0.5)
        if shown.any():
            assert area is not None
            assert area.left - 0.5 <= x[shown].min()
            assert x[shown].max() < area.right - 0.5
            assert area.top - 0.5 <= y[shown].min()
            assert y[shown].max() < area.bottom - 0.5


@pytest.fixture(scope="module")
def lens():
    K = np.array([[120.0, 0.0, 80.3], [0.0, 118.0, 57.2], [0.0, 0.0, 1.0]])
    return Lens(CameraModel(K, np.array([-0.25, 0.06, 0.002, 0.0]), "plumb_bob", SIZE))


@lawful
@given(st.data())
def test_a_change_of_the_drawing_changes_only_what_it_is_seen_through(lens, data):
    area = data.draw(rectangles(*lens.pinhole.size))
    drawing = np.zeros((*lens.pinhole.size[::-1], 3), np.uint8)
    drawing[area.of_last_row_first(lens.pinhole.size[1])] = 255
    changed = lens.resample(drawing).any(axis=2)
    part = lens.seen_through(area)
    if changed.any():
        assert lens.shows(area)
    if part is None:
        assert not changed.any()
    else:
        changed[part] = False
        assert not changed.any()
