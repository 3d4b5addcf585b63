"""How long somebody who is not seen any more is held, and when they are lost."""

import numpy as np
import pytest

from gpss_pose_ros.types import TrackStatus

from .tracker_scenes import PERIOD, SECOND, SETTINGS, confirmed, look, person_at, unwatched, watched


def test_an_unwatched_person_is_held_for_ever(standing):
    tracker, last = standing
    before = None
    for age_s in (0.1, 1, 10, 60, 3600, 24 * 3600):
        (track,) = tracker.update([], last + int(age_s * SECOND), unwatched)
        assert (track.track_id, track.status) == (1, TrackStatus.HELD)
        np.testing.assert_allclose(track.position_m, [1, 2], atol=0.01)
        assert track.capture_stamp_ns == last
        if before is not None:
            growth = np.linalg.eigvalsh(track.covariance - before)
            assert growth.min() >= -1e-9 * np.abs(track.covariance).max()
        before = track.covariance
    reach_m = 2 * np.sqrt(before[0, 0])
    assert reach_m >= SETTINGS.hold_speed_mps * 24 * 3600 - 1


def test_a_person_seen_to_be_gone_is_lost_once(standing):
    tracker, last = standing
    empty = last + PERIOD
    stamps = [empty + k * PERIOD for k in range(40)]
    statuses = {}
    for stamp in stamps:
        for track in tracker.update([], stamp, watched):
            statuses.setdefault(track.status, []).append(stamp)
    assert set(statuses) == {TrackStatus.HELD, TrackStatus.LOST}
    (lost,) = statuses[TrackStatus.LOST]
    assert lost - empty >= SETTINGS.release_s * SECOND
    assert lost - empty < SETTINGS.release_s * SECOND + PERIOD
    assert max(statuses[TrackStatus.HELD]) < lost
    assert tracker.update([], stamps[-1] + 100 * SECOND, unwatched) == ()


@pytest.mark.parametrize(
    ("stops_s", "release_s"),
    [(3.0, SETTINGS.standing_release_s), (np.inf, SETTINGS.release_s)],
)
def test_who_walked_there_and_stands_is_given_up_later_than_who_walks(tracker, stops_s, release_s):
    """Networks miss people who crouch; nobody walks off from where they stood without a trace."""
    for k in range(41):
        place = [1.2 * min(k * 0.1, stops_s), 2.0]
        tracker.update([person_at(place, k * PERIOD)], k * PERIOD, watched)
    statuses = [status for _, status in look(tracker, 41 * PERIOD, release_s)]
    assert statuses == [TrackStatus.HELD] * (len(statuses) - 1) + [TrackStatus.LOST]


def test_what_trembles_at_its_place_has_not_walked(tracker):
    """A false sighting of a rack is somewhere else every time."""
    noise = np.random.default_rng(0)
    for k in range(100):
        place = noise.normal([1, 2], 0.3)
        tracker.update([person_at(place, k * PERIOD, 0.3)], k * PERIOD, watched)
    assert look(tracker, 100 * PERIOD, SETTINGS.release_s)[-1][1] is TrackStatus.LOST


def test_a_glance_away_starts_the_wait_afresh(standing):
    tracker, last = standing
    nearly_s = SETTINGS.release_s - 0.2
    before = look(tracker, last + PERIOD, nearly_s)
    glance = look(tracker, before[-1][0] + PERIOD, 0.0, unwatched)
    after = look(tracker, glance[-1][0] + PERIOD, nearly_s)
    assert {status for _, status in before + glance + after} == {TrackStatus.HELD}
    more = look(tracker, after[-1][0] + PERIOD, 0.1)
    assert [status for _, status in more] == [TrackStatus.HELD, TrackStatus.LOST]


def test_time_in_which_nobody_looked_does_not_count(standing):
    tracker, last = standing
    for stamp in (last + PERIOD, last + PERIOD + round(9.5 * SECOND)):
        assert tracker.update([], stamp, watched)[0].status is TrackStatus.HELD


@pytest.mark.parametrize("period_s", [0.6, 1.0, 60.0, 86400.0])
def test_losing_somebody_takes_five_looks_however_rare_they_are(standing, period_s):
    tracker, last = standing
    stamps = [last + round((k + 1) * period_s * SECOND) for k in range(5)]
    statuses = [tracker.update([], stamp, watched)[0].status for stamp in stamps]
    assert statuses == [TrackStatus.HELD] * 4 + [TrackStatus.LOST]


def test_a_sighting_starts_the_wait_afresh(standing):
    tracker, last = standing
    nearly_s = SETTINGS.release_s - 0.2
    before = look(tracker, last + PERIOD, nearly_s)
    seen = before[-1][0] + PERIOD
    tracker.update([person_at([1, 2], seen)], seen, watched)
    after = look(tracker, seen + PERIOD, nearly_s)
    assert {status for _, status in before + after} == {TrackStatus.HELD}


def test_who_was_seen_once_is_lost_sooner_but_only_where_it_is_shown_empty(tracker):
    tracker.update([person_at([1, 2], 0)], 0, watched)
    unseen = look(tracker, PERIOD, 60.0, unwatched)
    assert {status for _, status in unseen} == {TrackStatus.HELD}
    empty = unseen[-1][0] + PERIOD
    statuses = look(tracker, empty, SETTINGS.tentative_release_s)
    held = [TrackStatus.HELD] * (len(statuses) - 1)
    assert [status for _, status in statuses] == [*held, TrackStatus.LOST]


def test_footage_that_starts_again_shows_who_is_gone(standing):
    tracker, last = standing
    statuses = look(tracker, last - 5 * SECOND, SETTINGS.release_s)
    assert [status for _, status in statuses[-2:]] == [TrackStatus.HELD, TrackStatus.LOST]


def test_false_sightings_do_not_keep_alive_who_is_gone(standing):
    tracker, last = standing
    random, told = np.random.default_rng(5), []
    for k in range(1, 100):
        stamp = last + k * PERIOD
        false = [person_at(random.uniform(-6, 6, 2), stamp, 0.1) for _ in range(5)]
        told.append(confirmed(tracker.update(false, stamp, watched)))
    assert all(1 not in ids for ids in told[-50:])
