"""A place counts as seen to be empty only where a camera had a fair view of it."""

import numpy as np
import pytest

from gpss_pose_ros.fusion import watch
from gpss_pose_ros.fusion.watch import View

NOBODY = np.empty((0, 4))
MIN_PX = 20.0
PLACE = np.array([0.5, 1.0])


def shown_empty(position_m, views, min_person_px):
    """Tell whether one place is shown to be empty."""
    return bool(watch.shown_empty(position_m[None], views, min_person_px)[0])


def box_around(camera, position_m, heights_m, half_width_px=15.0):
    """The box of somebody who covers some heights above a place, in the image."""
    pixels = camera.project([[*position_m, height] for height in heights_m])
    low, high = pixels.min(axis=0) - half_width_px, pixels.max(axis=0) + half_width_px
    return np.array([[*low, *high]])


def inside(camera, position_m):
    """Tell which of feet and hips of somebody at a place are in the image."""
    pixels = camera.project([[*position_m, 0.0], [*position_m, 0.9]])
    return camera.model.contains(pixels).tolist()


def test_a_place_in_plain_view_is_shown_empty(camera):
    assert shown_empty(PLACE, [View(camera, NOBODY)], MIN_PX)


def test_no_camera_shows_nothing():
    assert not shown_empty(PLACE, [], MIN_PX)


@pytest.mark.parametrize("place", [[0.0, -20.0], [9.0, 0.0], [0.0, -4.5]])
def test_what_is_outside_the_image_is_not_shown(camera, place):
    assert inside(camera, place) == [False, False]
    assert not shown_empty(np.array(place), [View(camera, NOBODY)], MIN_PX)


def test_hips_in_the_image_suffice(camera):
    place = [0.0, -2.7]
    assert inside(camera, place) == [False, True]
    assert shown_empty(np.array(place), [View(camera, NOBODY)], MIN_PX)


def test_a_place_too_far_away_is_not_shown(camera_at):
    """The camera sees it, but a person there would be 7 px wide."""
    camera = camera_at([0.0, -5.0, 4.0], [0.0, 60.0, 0.5])
    near, far = np.array([0.0, 10.0]), np.array([0.0, 60.0])
    assert inside(camera, near)[1]
    assert inside(camera, far)[1]
    assert shown_empty(near, [View(camera, NOBODY)], MIN_PX)
    assert not shown_empty(far, [View(camera, NOBODY)], MIN_PX)
    assert shown_empty(far, [View(camera, NOBODY)], 5.0)


@pytest.mark.parametrize("heights_m", [[0.0, 1.7], [0.7, 1.7], [0.0, 0.1]])
def test_a_place_behind_somebody_is_not_shown(camera, heights_m):
    """Whether they cover all of it, the hips or the feet."""
    hidden = View(camera, box_around(camera, PLACE, heights_m))
    assert not shown_empty(PLACE, [hidden], MIN_PX)


def test_somebody_elsewhere_hides_nothing(camera):
    beside = View(camera, box_around(camera, PLACE + np.array([1.5, 0.0]), [0.0, 1.7]))
    assert shown_empty(PLACE, [beside], MIN_PX)


def test_the_margin_of_a_box_counts_as_the_box(camera):
    """A box 200 px wide may end 20 px too early."""
    (u, v) = camera.project([[*PLACE, 0.0]])[0]
    for gap_px, shown in ((15.0, False), (25.0, True)):
        box = np.array([[u + gap_px, v - 400.0, u + gap_px + 200.0, v + 100.0]])
        assert shown_empty(PLACE, [View(camera, box)], MIN_PX) is shown


def test_one_good_view_suffices(camera, camera_at):
    hidden = View(camera, box_around(camera, PLACE, [0.0, 1.7]))
    free = View(camera_at([5.0, 0.0, 4.0], [0.0, 0.0, 0.5]), NOBODY)
    assert not shown_empty(PLACE, [hidden], MIN_PX)
    assert shown_empty(PLACE, [hidden, free], MIN_PX)
    assert shown_empty(PLACE, [free, hidden], MIN_PX)


def test_many_places_at_once_are_each_as_one_by_one(camera, camera_at):
    hidden = View(camera, box_around(camera, PLACE, [0.0, 1.7]))
    aside = View(camera_at([5.0, 0.0, 4.0], [5.0, 1.0, 0.0]), NOBODY)
    places = np.array([[x, y] for x in np.linspace(-9, 9, 13) for y in np.linspace(-9, 9, 13)])
    together = watch.shown_empty(places, [hidden, aside], MIN_PX)
    assert together.tolist() == [shown_empty(p, [hidden, aside], MIN_PX) for p in places]
    assert 0 < together.sum() < len(places)


def test_nobody_asks_for_nothing(camera):
    assert watch.shown_empty(np.empty((0, 2)), [View(camera, NOBODY)], MIN_PX).shape == (0,)


def test_a_place_that_is_not_known_is_not_shown(camera):
    assert not shown_empty(np.full(2, np.nan), [View(camera, NOBODY)], MIN_PX)
