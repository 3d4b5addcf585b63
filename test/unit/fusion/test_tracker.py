"""Nobody is forgotten without cause, and nobody is taken for somebody else."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings, predicted
from gpss_pose_ros.types import FootSource, TrackStatus

from .tracker_scenes import PERIOD, SECOND, SETTINGS, confirmed, look, person_at, unwatched, watched


def walk(tracker, paths, steps, seed=0):
    """Feed people who walk along `paths` (functions of time in [s]); yield the tracks."""
    noise = np.random.default_rng(seed)
    for k in range(steps):
        stamp = k * PERIOD
        places = [np.array(path(k / 10)) + noise.normal(0, 0.03, 2) for path in paths]
        yield places, tracker.update([person_at(p, stamp) for p in places], stamp, watched)


def test_a_walking_person_keeps_their_identity_and_speed(tracker):
    for _, tracks in walk(tracker, [lambda t: (1.4 * t, 0.5)], 60):
        (track,) = tracks
    assert (track.track_id, track.status) == (1, TrackStatus.CONFIRMED)
    np.testing.assert_allclose(track.velocity_mps, [1.4, 0.0], atol=0.3)
    np.testing.assert_allclose(track.position_m, [1.4 * 5.9, 0.5], atol=0.1)


def test_people_who_pass_each_other_are_not_exchanged(tracker):
    there, back = lambda t: (1.4 * t - 4, 0.6), lambda t: (4 - 1.4 * t, -0.6)
    for places, tracks in walk(tracker, [there, back], 60):
        assert [track.track_id for track in tracks] == [1, 2]
        for place, track in zip(places, tracks, strict=True):
            assert np.linalg.norm(track.position_m - place) < 0.3


def test_confirmation_takes_as_many_sightings_as_configured(tracker):
    statuses = [
        tracker.update([person_at([0, 0], k * PERIOD)], k * PERIOD, watched)[0].status
        for k in range(SETTINGS.confirm_hits + 2)
    ]
    sure = statuses.index(TrackStatus.CONFIRMED)
    assert SETTINGS.confirm_hits - 1 <= sure
    assert statuses[:sure] == [TrackStatus.TENTATIVE] * sure


def test_a_held_person_is_not_told_as_seen(standing):
    tracker, last = standing
    (track,) = tracker.update([], last + SECOND, unwatched)
    assert {foot.source for foot in track.feet.values()} == {FootSource.INFERRED}
    for foot in track.feet.values():
        assert np.linalg.eigvalsh(foot.covariance_m2).min() > 0.1
    assert np.isnan(track.keypoints_m).all()
    assert (track.velocity_mps == 0.0).all()


def test_no_image_set_holds_everybody(standing):
    tracker, last = standing
    (track,) = tracker.held(last + 100 * SECOND)
    assert track.status is TrackStatus.HELD
    assert len(tracker.held(last + 200 * SECOND)) == 1


def test_a_person_who_comes_back_is_the_same(standing):
    tracker, last = standing
    tracker.update([], last + PERIOD, watched)
    (track,) = tracker.update([person_at([1, 2], last + 5 * PERIOD)], last + 5 * PERIOD, watched)
    assert (track.track_id, track.status) == (1, TrackStatus.CONFIRMED)


def test_who_walks_on_unseen_is_found_again(standing):
    """Five metres in four seconds: no faster than a person walks."""
    tracker, last = standing
    stamp = last + 4 * SECOND
    (track,) = tracker.update([person_at([6, 2], stamp)], stamp, unwatched)
    assert track.track_id == 1
    np.testing.assert_allclose(track.position_m, [6, 2], atol=0.1)


def test_a_stranger_far_away_does_not_take_the_place_of_a_held_person(standing):
    tracker, last = standing
    stamp = last + 60 * SECOND
    held, stranger = tracker.update([person_at([21, 2], stamp)], stamp, unwatched)
    assert (held.track_id, held.status) == (1, TrackStatus.HELD)
    assert stranger.track_id == 2


def test_a_vague_observation_does_not_take_the_track_of_a_precise_one(standing):
    """Placed to within metres it fits any track, and fits this one better by Mahalanobis alone."""
    tracker, last = standing
    stamp = last + PERIOD
    precise, vague = person_at([1.15, 2], stamp), person_at([1.3, 2], stamp, sigma_m=2.0)
    for observations in ([precise, vague], [vague, precise]):
        first, second = tracker.update(observations, stamp, unwatched)
        assert (first.track_id, second.track_id) == (1, 2)
        assert np.linalg.norm(first.position_m - precise.position_m) < 0.1
        assert np.trace(first.covariance[:2, :2]) < 0.1 < np.trace(second.covariance[:2, :2])


def test_one_sighting_far_off_makes_nobody_new_and_carries_nobody_away(standing):
    """A foot is now and then taken for another's, and no covariance tells."""
    tracker, last = standing
    stamps = [last + k * PERIOD for k in (1, 2)]
    (off,) = tracker.update([person_at([1.45, 2], stamps[0])], stamps[0], watched)
    assert (off.track_id, off.status) == (1, TrackStatus.CONFIRMED)
    assert np.linalg.norm(off.position_m - [1, 2]) < 0.2
    (back,) = tracker.update([person_at([1, 2], stamps[1])], stamps[1], watched)
    assert (back.track_id, back.status) == (1, TrackStatus.CONFIRMED)
    assert np.linalg.norm(back.position_m - [1, 2]) < 0.1


@pytest.mark.parametrize("apart_m", [1.3, 1.6])
def test_who_stood_there_and_was_not_seen_for_a_while_is_no_neighbour(standing, apart_m):
    """Whoever was seen more lately is expected more precisely, but not here."""
    tracker, last = standing
    beside = [1 + apart_m, 2]
    for k in range(1, 30):
        stamp = last + k * PERIOD
        tracker.update([person_at(beside, stamp)], stamp, unwatched)
    again = stamp + SECOND
    seen = [person_at([1.0, 2.0], again)]
    tracker.update(seen, again, unwatched)
    assert tracker.identities(seen) == [1]


def test_identities_are_never_reused(standing):
    tracker, last = standing
    stamp, status = look(tracker, last + PERIOD, SETTINGS.release_s)[-1]
    assert status is TrackStatus.LOST
    (newcomer,) = tracker.update([person_at([1, 2], stamp)], stamp, watched)
    assert (newcomer.track_id, newcomer.status) == (2, TrackStatus.TENTATIVE)


def test_identities_go_on_in_the_next_tracker():
    track_ids = itertools.count(1)
    for number in (1, 2, 3):
        (track,) = Tracker(SETTINGS, track_ids).update([person_at([1, 2], 0)], 0, watched)
        assert track.track_id == number


def test_time_does_not_go_back(standing):
    tracker, last = standing
    for earlier in (last - PERIOD, 0, -SECOND):
        (track,) = tracker.update([person_at([1, 2], earlier)], earlier, watched)
        assert track.track_id == 1
        assert track.capture_stamp_ns == last
        (held,) = tracker.held(earlier)
        assert held.capture_stamp_ns == last


def test_nobody_is_nobody(tracker):
    assert tracker.update([], 0, watched) == ()
    assert tracker.held(0) == ()


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_impossible_settings_are_named(value):
    with pytest.raises(ConfigurationError, match="release_s"):
        TrackerSettings(release_s=value)


def seen_by(camera, position_m, stamp_ns):
    return replace(person_at(position_m, stamp_ns), camera_ids=(camera,))


def test_a_weak_sighting_begins_nobody_but_keeps_who_is_known(standing):
    tracker, last = standing
    told = []
    for k in range(1, 100):
        stamp = last + k * PERIOD
        weak = [
            replace(person_at(place, stamp), may_be_new=False) for place in ([1, 2], [-3.0, 2.0])
        ]
        told.append(tracker.update(weak, stamp, watched))
        assert tracker.identities(weak) == [1, None]
    assert [(t.track_id, t.status) for t in told[-1]] == [(1, TrackStatus.CONFIRMED)]
    (_, newcomer) = tracker.update([*weak, person_at([-3, 2], stamp)], stamp, watched)
    assert newcomer.status is TrackStatus.TENTATIVE


def test_sightings_far_apart_confirm_nobody(tracker):
    """Three within six looks are wanted; these are one in three."""
    for k in range(30):
        seen = [person_at([1, 2], k * PERIOD)] if k % 3 == 0 else []
        (track,) = tracker.update(seen, k * PERIOD, unwatched)
        assert track.status in (TrackStatus.TENTATIVE, TrackStatus.HELD)


def test_false_sightings_all_over_the_hall_confirm_nobody_but_a_walker_among_them(tracker):
    """Near one another by chance, again and again, but not like one person's walk."""
    random, told = np.random.default_rng(4), set()
    for k in range(300):
        stamp = k * PERIOD
        false = [person_at(random.uniform(-6, 6, 2), stamp, 0.1) for _ in range(5)]
        walker = person_at([k * 0.02 - 3 + random.normal(0, 0.1), 1], stamp, 0.1)
        told.update(confirmed(tracker.update([*false, walker], stamp, watched)))
    assert len(told) == 1


def test_a_second_track_of_one_person_goes_and_the_first_identity_stays(standing):
    """One camera sees them 0.3 m beside where the other did, for good."""
    tracker, last = standing
    (_, ghost) = tracker.update(
        [seen_by("south", [1, 2], last + PERIOD), seen_by("north", [1.3, 2], last + PERIOD)],
        last + PERIOD,
        unwatched,
    )
    assert ghost.track_id == 2
    told = []
    for k in range(2, 20):
        stamp = last + k * PERIOD
        told.append(tracker.update([seen_by("north", [1.25, 2], stamp)], stamp, unwatched))
    lost = [t.track_id for tracks in told for t in tracks if t.status is TrackStatus.LOST]
    assert lost == [2]
    assert confirmed(told[-1]) == [1]
    np.testing.assert_allclose(told[-1][0].position_m, [1.25, 2], atol=0.05)


def test_two_whom_one_camera_saw_at_once_are_never_made_one(tracker):
    for k in range(10):
        both = [person_at([1, 2], k * PERIOD), person_at([1.3, 2], k * PERIOD)]
        tracker.update(both, k * PERIOD, unwatched)
    for k in range(10, 100):
        tracks = tracker.update([person_at([1, 2], k * PERIOD)], k * PERIOD, unwatched)
        assert [track.status for track in tracks] == [TrackStatus.CONFIRMED, TrackStatus.HELD]


def test_footage_that_starts_again_forgets_nobody(standing):
    tracker, last = standing
    tracker.update([], last + 2 * SECOND, unwatched)
    again = last - 3 * SECOND
    (track,) = tracker.update([], again, watched)
    assert (track.status, track.capture_stamp_ns) == (TrackStatus.HELD, again - 2 * SECOND)
    (later,) = tracker.update([], again + SECOND, unwatched)
    assert np.linalg.eigvalsh(later.covariance - track.covariance)[-1] > 0.1
    (back,) = tracker.update([person_at([1, 2], again + 2 * SECOND)], again + 2 * SECOND, watched)
    assert (back.track_id, back.capture_stamp_ns) == (1, again + 2 * SECOND)


def test_an_observation_without_a_position_says_nothing(standing):
    tracker, last = standing
    nowhere = replace(person_at([1, 2], last + PERIOD), position_m=np.array([np.nan, 2.0]))
    (track,) = tracker.update([nowhere], last + PERIOD, unwatched)
    assert (track.track_id, track.status) == (1, TrackStatus.HELD)


def test_many_precise_sightings_do_not_make_a_position_perfect(tracker):
    for k in range(100):
        (track,) = tracker.update([person_at([1, 2], k * PERIOD, 1e-4)], k * PERIOD, watched)
    sigma_m = np.sqrt(np.linalg.eigvalsh(track.covariance[:2, :2]))
    assert (sigma_m > SETTINGS.min_sigma_m * 0.999).all()
    for foot in track.feet.values():
        assert np.linalg.eigvalsh(foot.covariance_m2)[0] > 0.999 * SETTINGS.min_sigma_m**2


def test_nobody_is_faster_than_a_person(tracker):
    for k in range(20):
        tracks = tracker.update([person_at([0.8 * k, 0], k * PERIOD)], k * PERIOD, watched)
        for track in tracks:
            assert np.linalg.norm(track.velocity_mps) <= SETTINGS.max_speed_mps * 1.001


def test_who_walks_is_expected_farther_on_at_publish_time(tracker):
    for _, tracks in walk(tracker, [lambda t: (1.4 * t, 0.5)], 60):
        (track,) = tracks
    later = predicted(track, track.capture_stamp_ns + 200_000_000, SETTINGS)
    np.testing.assert_allclose(later.position_m, track.position_m + 0.2 * track.velocity_mps)
    assert np.linalg.eigvalsh(later.covariance[:2, :2] - track.covariance[:2, :2])[0] > 0.0
    minute = predicted(track, track.capture_stamp_ns + 60 * SECOND, SETTINGS)
    assert np.linalg.norm(minute.position_m - track.position_m) < 2.0


def test_who_is_held_is_expected_as_if_held_until_publish_time(standing):
    tracker, last = standing
    cycle, publish = last + SECOND, last + 3 * SECOND
    (held,) = tracker.held(cycle)
    expected = predicted(held, publish, SETTINGS, since_ns=cycle)
    (wanted,) = tracker.held(publish)
    np.testing.assert_allclose(expected.covariance, wanted.covariance)
    np.testing.assert_allclose(expected.position_m, wanted.position_m)
    careful = predicted(held, publish, SETTINGS)
    assert np.linalg.eigvalsh(careful.covariance - wanted.covariance)[0] >= 0.0


def test_prediction_into_the_past_changes_nothing(standing):
    tracker, last = standing
    (track,) = tracker.update([person_at([1, 2], last + PERIOD)], last + PERIOD, watched)
    for stamp in (track.capture_stamp_ns, 0, -SECOND):
        earlier = predicted(track, stamp, SETTINGS)
        np.testing.assert_array_equal(earlier.position_m, track.position_m)
        np.testing.assert_allclose(earlier.covariance, track.covariance)
