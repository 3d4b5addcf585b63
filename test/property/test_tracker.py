"""Laws of following people: order, place and time of day do not matter, and nobody is forgotten."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.fusion.handedness import vote
from gpss_pose_ros.fusion.hold import expected, predicted, spread_m2
from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.types import Foot, FootSource, PersonObservation, Side, TrackStatus

lawful = settings(derandomize=True, deadline=None, max_examples=40)
few = settings(lawful, max_examples=6)
SETTINGS = TrackerSettings()
SECOND = 1_000_000_000
PERIOD = SECOND // 10

seeds = st.integers(0, 2**32 - 1)
angles = st.floats(-3.0, 3.0)
shifts = st.floats(-20.0, 20.0)


def observation(position_m, stamp_ns, camera="south", apart_m=(0.0, 0.1)):
    position, spread = np.asarray(position_m, dtype=float), np.eye(2) * 0.05**2
    feet = {
        side: Foot(position + sign * np.asarray(apart_m), spread, FootSource.OBSERVED)
        for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
    }
    return PersonObservation(
        stamp_ns, position, spread, feet, 0.9, (camera,), np.empty((0, 3)), np.empty(0)
    )


def scene(seed, steps=20):
    """Sets of people who walk, are missed, and are joined by others who are not there."""
    random = np.random.default_rng(seed)
    places, velocities = random.uniform(-4, 4, (3, 2)), random.normal(0, 1, (3, 2))
    for k in range(steps):
        seen = [
            observation(p + k / 10 * v + random.normal(0, 0.05, 2), k * PERIOD)
            for p, v in zip(places, velocities, strict=True)
            if random.random() < 0.8
        ]
        if random.random() < 0.2:
            seen.append(observation(random.uniform(-4, 4, 2), k * PERIOD, "north"))
        yield k * PERIOD, seen


def watched(places_m):
    return np.ones(len(places_m), dtype=bool)


def unwatched(places_m):
    return np.zeros(len(places_m), dtype=bool)


def run(sets, shown_empty=watched):
    tracker = Tracker(SETTINGS)
    return [tracker.update(seen, stamp, shown_empty) for stamp, seen in sets]


def moved(track, R, shift):
    """Where a track is, and how well known, in a world that was moved."""
    turn = np.kron(np.eye(2), R)
    return R @ track.position_m + shift, turn @ track.covariance @ turn.T


@few
@given(seeds)
def test_the_order_of_observations_does_not_matter(seed):
    random = np.random.default_rng(seed)
    sets = list(scene(seed))
    shuffled = [(stamp, [seen[i] for i in random.permutation(len(seen))]) for stamp, seen in sets]
    for a, b in zip(run(sets), run(shuffled), strict=True):
        assert [(t.track_id, t.status) for t in a] == [(t.track_id, t.status) for t in b]
        for first, second in zip(a, b, strict=True):
            np.testing.assert_array_equal(first.position_m, second.position_m)
            np.testing.assert_array_equal(first.covariance, second.covariance)


@few
@given(seeds, angles, shifts, shifts, st.booleans())
def test_tracks_move_with_the_world(seed, angle, x, y, mirrored):
    """Also into a mirror, where every left foot is a right one."""
    c, s = np.cos(angle), np.sin(angle)
    R = np.array([[c, -s], [s, c]]) @ np.diag([1.0, -1.0 if mirrored else 1.0])
    shift = np.array([x, y])

    def there(seen):
        feet = {
            side.other if mirrored else side: replace(
                foot, position_m=R @ foot.position_m + shift, covariance_m2=np.eye(2) * 0.05**2
            )
            for side, foot in seen.feet.items()
        }
        return replace(seen, position_m=R @ seen.position_m + shift, feet=feet)

    sets = list(scene(seed))
    elsewhere = [(stamp, [there(o) for o in seen]) for stamp, seen in sets]
    for a, b in zip(run(sets), run(elsewhere), strict=True):
        for track in a:
            place, covariance = moved(track, R, shift)
            twin = b[np.argmin([np.linalg.norm(t.position_m - place) for t in b])]
            np.testing.assert_allclose(twin.position_m, place, atol=1e-6)
            assert twin.status is track.status
            np.testing.assert_allclose(twin.covariance, covariance, rtol=1e-5, atol=1e-8)
            for side, foot in track.feet.items():
                other = twin.feet[side.other if mirrored else side]
                np.testing.assert_allclose(other.position_m, R @ foot.position_m + shift, atol=1e-6)


@few
@given(seeds, st.integers(-(10**9), 10**9))
def test_the_time_of_day_does_not_matter(seed, later_s):
    later = later_s * SECOND
    sets = list(scene(seed))
    at_night = [
        (stamp + later, [replace(o, stamp_ns=o.stamp_ns + later) for o in seen])
        for stamp, seen in sets
    ]
    for a, b in zip(run(sets), run(at_night), strict=True):
        for first, second in zip(a, b, strict=True):
            assert (first.track_id, first.status) == (second.track_id, second.status)
            np.testing.assert_array_equal(first.position_m, second.position_m)
            assert second.capture_stamp_ns - first.capture_stamp_ns == later


@lawful
@given(seeds, st.lists(st.floats(0, 1e6), min_size=2, max_size=2))
def test_expecting_later_is_never_more_certain(seed, ages_s):
    random = np.random.default_rng(seed)
    root = random.normal(size=(4, 4))
    states, P = np.repeat(random.normal(size=(1, 4)), 2, 0), np.repeat((root @ root.T)[None], 2, 0)
    P[:, :2, 2:] = P[:, 2:, :2] = 0.0
    _, grown = expected(states, P, np.sort(ages_s), SETTINGS)
    difference = grown[1, :2, :2] - grown[0, :2, :2]
    assert np.linalg.eigvalsh(difference)[0] >= -1e-9 * np.abs(grown).max()
    low, high = spread_m2(np.sort(ages_s), SETTINGS.hold_speed_mps)
    assert low <= high


@lawful
@given(st.floats(-1e3, 1e3), st.floats(0.51, 0.99))
def test_a_vote_is_limited_odd_and_follows_its_evidence(log_ratio, trust):
    pro, contra = vote(np.array([log_ratio, -log_ratio]), trust)
    limit = np.log(trust / (1.0 - trust))
    assert abs(pro) <= limit + 1e-9
    np.testing.assert_allclose(pro, -contra, atol=1e-9)
    assert pro * log_ratio >= 0.0


@few
@given(seeds, st.integers(0, 10 * SECOND))
def test_predicted_tracks_stay_valid(seed, later):
    for tracks in run(scene(seed), unwatched):
        for track in tracks:
            ahead = predicted(track, track.capture_stamp_ns + later, SETTINGS)
            assert np.isfinite(ahead.position_m).all()
            assert (ahead.track_id, ahead.status) == (track.track_id, track.status)


@lawful
@given(seeds, st.lists(st.integers(-20 * SECOND, 5 * SECOND), min_size=1, max_size=20))
def test_clocks_that_jump_lose_nobody_who_is_unwatched(seed, jumps):
    random = np.random.default_rng(seed)
    tracker, stamp, present = Tracker(SETTINGS), 0, set()
    for jump in jumps:
        stamp += jump
        places = random.uniform(-3, 3, (random.integers(0, 3), 2))
        tracks = tracker.update([observation(p, stamp) for p in places], stamp, unwatched)
        now = {track.track_id for track in tracks}
        assert present <= now
        assert all(track.status is not TrackStatus.LOST for track in tracks)
        assert all(track.capture_stamp_ns <= stamp + SECOND * len(jumps) for track in tracks)
        present = now
