"""Second boxes of one person are no evidence of another, and who stands does not run off."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.fusion.doubles import beside_others
from gpss_pose_ros.fusion.tracker import Tracker

from .tracker_scenes import PERIOD, SECOND, SETTINGS, confirmed, person_at, unwatched, watched


def weak_at(position_m, stamp_ns, sigma_m):
    return replace(person_at(position_m, stamp_ns, sigma_m), may_be_new=False)


def test_a_second_box_of_somebody_is_not_a_neighbour_who_is_not_seen(standing):
    tracker, last = standing
    neighbour = [2.3, 2.0]
    for k in range(1, 30):
        stamp = last + k * PERIOD
        tracker.update([person_at([1, 2], stamp), person_at(neighbour, stamp)], stamp, unwatched)
    for k in range(1, 30):
        later = stamp + k * PERIOD
        seen = [person_at([1, 2], later), weak_at([1.15, 2.05], later, 0.15)]
        tracker.update(seen, later, unwatched)
        assert tracker.identities(seen) == [1, None]


@pytest.mark.parametrize(("after_s", "who"), [(0.9, None), (6.0, 1)])
def test_who_stood_still_is_not_far_off_at_once(standing, after_s, who):
    tracker, last = standing
    stamp = last + round(after_s * SECOND)
    seen = [weak_at([1.0, 4.6], stamp, 0.2)]
    tracker.update(seen, stamp, unwatched)
    assert tracker.identities(seen) == [who]


def test_it_takes_more_to_confirm_somebody_beside_somebody_confirmed():
    def looks_taken(apart_m):
        tracker = Tracker(SETTINGS)
        for k in range(100):
            stamp = k * PERIOD
            seen = [person_at([1, 2], stamp)]
            if k >= 20:
                seen.append(person_at([1 + apart_m, 2], stamp, sigma_m=0.15))
            if confirmed(tracker.update(seen, stamp, watched)) == [1, 2]:
                return k - 19
        raise AssertionError(f"nobody at {apart_m} m was ever confirmed")

    assert looks_taken(0.2) > looks_taken(2.0)


def test_second_sightings_are_as_many_as_the_settings_say_and_of_others():
    axis = np.arange(-3.0, 3.0, 0.05)
    places_m = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    persons_m = np.array([[0.3, 0.0], [0.0, 0.5], [-0.4, 0.1]])
    sure = np.array([True, True, False])
    density = beside_others(places_m[None] - persons_m[:, None], sure, SETTINGS)
    many = density.sum(axis=1) * 0.05**2 / SETTINGS.double_rate
    np.testing.assert_allclose(many, [1.0, 1.0, 2.0], rtol=1e-6)
