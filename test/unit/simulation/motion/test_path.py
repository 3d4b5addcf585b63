"""Smooth ways over the floor."""

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.motion.path import Path

CORNER = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]])


def test_a_straight_path_is_its_chord():
    path = Path(np.array([[1.0, 1.0], [4.0, 5.0]]))
    assert path.length_m == pytest.approx(5.0)
    assert np.allclose(path.at(2.5), (2.5, 3.0, np.arctan2(4, 3)))


def test_a_rounded_corner_is_a_quarter_circle():
    path = Path(CORNER, radius_m=1.0)
    assert path.length_m == pytest.approx(3.0 + np.pi / 2 + 2.0, abs=2e-3)
    places = path.places(np.linspace(3.0, 3.0 + np.pi / 2, 20))
    assert np.allclose(np.hypot(places[:, 0] - 3.0, places[:, 1] - 1.0), 1.0, atol=2e-3)


def test_heading_follows_the_way_and_turns_gradually():
    path = Path(CORNER, radius_m=0.6)
    distances = np.arange(0.0, path.length_m, 0.01)
    places = path.places(distances)
    moved = np.diff(places[:, :2], axis=0)
    assert np.abs(np.arctan2(moved[:, 1], moved[:, 0]) - places[1:, 2]).max() < 0.15
    assert np.abs(np.diff(places[:, 2])).max() < 0.03
    assert places[0, 2] == pytest.approx(0.0, abs=1e-12)
    assert places[-1, 2] == pytest.approx(np.pi / 2)


def test_one_place_and_many_agree():
    path = Path(CORNER)
    distances = np.linspace(-1.0, path.length_m + 1.0, 30)
    assert np.allclose([path.at(d) for d in distances], path.places(distances), atol=1e-12)


def test_a_way_beside_keeps_its_distance():
    path = Path(np.array([[0.0, 0.0], [6.0, 0.0], [9.0, 3.0]]), radius_m=1.0)
    beside = path.beside(0.4, np.array([-0.2, 0.3]))
    assert np.allclose(beside.at(0.0)[:2], (-0.2, 0.3))
    middle = path.places(np.linspace(0.0, path.length_m, 500))[:, :2]
    walked = beside.places(np.linspace(2.5, beside.length_m, 60))[:, :2]
    gaps = np.linalg.norm(walked[:, None] - middle[None], axis=2).min(axis=1)
    assert np.allclose(gaps, 0.4, atol=0.05)


@pytest.mark.parametrize("points", [[[1, 1]], [[1, 1], [1, 1]], [[0, 0], [np.nan, 1]]])
def test_points_that_make_no_path_are_refused(points):
    with pytest.raises(InputError, match="path"):
        Path(np.array(points, dtype=float))
