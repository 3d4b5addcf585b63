"""Nobody is forgotten without cause, and nobody is taken for somebody else."""

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.types import Foot, FootSource, PersonObservation, Side, TrackStatus

SETTINGS = TrackerSettings()
SECOND = 1_000_000_000
PERIOD = SECOND // 10


def person_at(position_m, stamp_ns, sigma_m=0.05):
    position = np.array(position_m, dtype=float)
    covariance = np.eye(2) * sigma_m**2
    feet = {side: Foot(position, covariance, FootSource.OBSERVED) for side in Side}
    keypoints = np.zeros((17, 3))
    return PersonObservation(
        stamp_ns, position, covariance, feet, 0.9, ("south",), keypoints, np.ones(17)
    )


def watched(_):
    return True


def unwatched(_):
    return False


@pytest.fixture
def tracker():
    return Tracker(SETTINGS)


@pytest.fixture
def standing(tracker):
    """A tracker that has seen one person stand at (1, 2) until the time it comes with."""
    for k in range(10):
        tracker.update([person_at([1, 2], k * PERIOD)], k * PERIOD, watched)
    return tracker, 9 * PERIOD


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
        for k in range(SETTINGS.confirm_hits)
    ]
    assert statuses[:-1] == [TrackStatus.TENTATIVE] * (SETTINGS.confirm_hits - 1)
    assert statuses[-1] is TrackStatus.CONFIRMED


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


def test_a_glance_away_starts_the_wait_afresh(standing):
    tracker, last = standing
    nearly = int((SETTINGS.release_s - 0.2) * SECOND)
    tracker.update([], last + PERIOD, watched)
    tracker.update([], last + nearly, unwatched)
    tracker.update([], last + nearly + PERIOD, watched)
    (track,) = tracker.update([], last + 2 * nearly, watched)
    assert track.status is TrackStatus.HELD
    assert tracker.update([], last + 3 * nearly, watched)[0].status is TrackStatus.LOST


def test_a_person_who_comes_back_is_the_same(standing):
    tracker, last = standing
    tracker.update([], last + PERIOD, watched)
    (track,) = tracker.update([person_at([1, 2], last + 5 * PERIOD)], last + 5 * PERIOD, watched)
    assert (track.track_id, track.status) == (1, TrackStatus.CONFIRMED)


def test_a_sighting_starts_the_wait_afresh(standing):
    tracker, last = standing
    nearly = int((SETTINGS.release_s - 0.2) * SECOND)
    tracker.update([], last + PERIOD, watched)
    seen = last + nearly
    tracker.update([person_at([1, 2], seen)], seen, watched)
    tracker.update([], seen + PERIOD, watched)
    assert tracker.update([], seen + nearly, watched)[0].status is TrackStatus.HELD


def test_identities_are_never_reused(standing):
    tracker, last = standing
    stamp = last + 60 * SECOND
    tracker.update([], last + PERIOD, watched)
    assert tracker.update([], stamp, watched)[0].status is TrackStatus.LOST
    (newcomer,) = tracker.update([person_at([1, 2], stamp)], stamp, watched)
    assert (newcomer.track_id, newcomer.status) == (2, TrackStatus.TENTATIVE)


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
