"""People who walk as people walk, seen as networks see them: who stays who, and where feet are."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.fusion.tracker import Tracker, TrackerSettings
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.types import Foot, FootSource, PersonObservation, Side, TrackStatus

SECOND = 1_000_000_000
STRIDE_M, STANCE, HALF_WIDTH_M = 1.3, 0.62, 0.06
SIDES = (Side.LEFT, Side.RIGHT)


def polyline(*corners_m):
    """A path by its arc length: place (2,) and heading (2,)."""
    corners = np.array(corners_m, dtype=float)
    steps = np.diff(corners, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    ends = np.cumsum(lengths)

    def path(along_m):
        k = int(np.clip(np.searchsorted(ends, along_m), 0, len(steps) - 1))
        ahead = steps[k] / lengths[k]
        return corners[k] + ahead * (along_m - (ends[k] - lengths[k])), ahead

    return path


@dataclass(frozen=True)
class Walker:
    """Somebody who walks along a path at a speed that may depend on time."""

    path: object
    along_m: object  # function of time in [s]
    backward: bool = False

    def feet(self, time_s):
        """(2, 2) soles, left first: on the floor for 62 % of a stride, then swung forward."""
        along = self.along_m(time_s)
        soles = []
        for shift, side in ((0.0, 1.0), (0.5, -1.0)):
            cycle, phase = divmod(along / STRIDE_M + shift, 1.0)
            swing = max(phase - STANCE, 0.0) / (1.0 - STANCE)
            smooth = swing**3 * (10 - 15 * swing + 6 * swing**2)  # least jerk
            place, ahead = self.path((cycle - shift + STANCE / 2 + smooth) * STRIDE_M)
            facing = -ahead if self.backward else ahead
            soles.append(place + side * HALF_WIDTH_M * np.array([-facing[1], facing[0]]))
        return np.array(soles)


def steadily(speed_mps, from_s=0.0, to_s=np.inf):
    """Walk at one speed, and stand before and after."""
    return lambda t: speed_mps * (np.clip(t, from_s, to_s) - from_s)


@dataclass
class Eyes:
    """Sees people with errors: noise that is partly the same for a while, drops, false persons."""

    sigma_m: float = 0.05
    memory_s: float = 0.1
    dropped: float = 0.0
    false_per_set: float = 0.0
    swapped: float = 0.0
    split: float = 0.0
    doubled: float = 0.0
    hall_m: float = 6.0
    seed: int = 0
    _error_m: dict = field(default_factory=dict)
    _doubled: tuple = (0, 0)

    def __post_init__(self):
        self.random = np.random.default_rng(self.seed)

    def error(self, who, dt_s):
        rho = np.exp(-dt_s / self.memory_s)
        fresh = self.random.normal(0.0, self.sigma_m, (2, 2))
        before = self._error_m.get(who, self.random.normal(0.0, self.sigma_m, (2, 2)))
        self._error_m[who] = rho * before + np.sqrt(1 - rho**2) * fresh
        return self._error_m[who]

    def double(self, seen):
        """See one foot nearly where the other is, now and then, for three looks."""
        left, on = self._doubled
        if left == 0 and self.doubled and self.random.random() < self.doubled:
            left, on = 3, int(self.random.integers(2))
        self._doubled = max(left - 1, 0), on
        return np.where(left and np.arange(2)[:, None] != on, 0.8 * seen[on] + 0.2 * seen, seen)

    def look(self, soles_m, stamp_ns, dt_s=0.1):
        """Return the observations of people whose soles are at (n, 2, 2)."""
        found = []
        for who, soles in enumerate(soles_m):
            seen = soles + self.error(who, dt_s)
            if self.random.random() < self.dropped:
                continue
            if self.random.random() < self.swapped:
                seen = seen[::-1]
            seen = self.double(seen)
            if self.random.random() < self.split:
                for camera in ("east", "west"):
                    shift = self.random.normal(0.0, 0.2, 2)
                    found.append(observed(seen + shift, stamp_ns, self.sigma_m, (camera,)))
            else:
                found.append(observed(seen, stamp_ns, self.sigma_m))
        for _ in range(self.random.poisson(self.false_per_set)):
            place = self.random.uniform(-self.hall_m, self.hall_m, 2)
            found.append(
                observed(place + 0.1 * np.array([[0, 1], [0, -1]]), stamp_ns, self.sigma_m)
            )
        return found


def observed(soles_m, stamp_ns, sigma_m, cameras=("east", "west")):
    covariance = np.eye(2) * sigma_m**2
    feet = {
        s: Foot(p, covariance, FootSource.OBSERVED) for s, p in zip(SIDES, soles_m, strict=True)
    }
    return PersonObservation(
        stamp_ns, soles_m.mean(axis=0), covariance / 2.0, feet, 0.9, cameras,
        np.empty((0, 3)), np.empty(0),
    )  # fmt: skip


def watched_beyond(soles_m, radius_m=0.5):
    """Every place is shown empty at which nobody truly is, nor close by: there they hide it."""
    places = np.array(soles_m).mean(axis=1).reshape(-1, 2)
    return lambda asked: (np.linalg.norm(asked[:, None] - places, axis=2) > radius_m).all(axis=1)


def followed(tracker, walkers, eyes, seconds, hidden=lambda who, t: False, rate_hz=10):
    """Yield (time, soles (n, 2, 2), tracks)."""
    for k in range(round(seconds * rate_hz)):
        time_s, stamp = k / rate_hz, round(k * SECOND / rate_hz)
        soles = np.array([w.feet(time_s) for w in walkers])
        shown = [s for who, s in enumerate(soles) if not hidden(who, time_s)]
        seen = eyes.look(shown, stamp, 1 / rate_hz)
        yield time_s, soles, tracker.update(seen, stamp, watched_beyond(soles))


def crossing(beside_m):
    """Two who walk towards each other, `beside_m` beside each other's path."""
    there, back = (-4, beside_m / 2), (4, -beside_m / 2)
    return [
        Walker(polyline(there, (9, beside_m / 2)), steadily(1.3)),
        Walker(polyline(back, (-9, -beside_m / 2)), steadily(1.3)),
    ]


def nearest(tracks, soles):
    """The seen track at a person (2, 2), None where there is none."""
    seen = [t for t in tracks if t.status is TrackStatus.CONFIRMED]
    place = soles.mean(axis=0)
    near = [t for t in seen if np.linalg.norm(t.position_m - place) < 0.4]
    return min(near, key=lambda t: np.linalg.norm(t.position_m - place), default=None)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("beside_m", "hidden"), [(0.3, (0, 0)), (0.3, (2.8, 3.3)), (0.8, (2.6, 3.5))]
)
def test_two_who_cross_keep_their_identities(beside_m, hidden, seed):
    """Also when neither is seen while they pass."""
    walkers, eyes = crossing(beside_m), Eyes(seed=seed)
    ids = [set(), set()]
    for time_s, soles, tracks in followed(
        Tracker(TrackerSettings()), walkers, eyes, 6, lambda _, t: hidden[0] < t < hidden[1]
    ):
        apart = np.linalg.norm(soles[0].mean(axis=0) - soles[1].mean(axis=0)) > 0.8
        for who in (0, 1):
            track = nearest(tracks, soles[who])
            if track is not None and apart and time_s > 0.5:
                ids[who].add(track.track_id)
    assert len(ids[0]) == len(ids[1]) == 1
    assert ids[0] != ids[1]


def test_who_turns_round_is_the_same():
    walkers = [Walker(polyline((0, 0), (4, 0), (-8, 0.3)), steadily(1.4))]
    told = [t for _, _, t in followed(Tracker(TrackerSettings()), walkers, Eyes(), 7)]
    assert {track.track_id for tracks in told for track in tracks} == {1}


def errors_of_feet(walkers, eyes, seconds=20.0, from_s=2.0):
    """(n, 2 feet, 2) published minus true, and their covariances, of one walker."""
    errors, spreads = [], []
    for time_s, soles, (track, *_) in followed(Tracker(TrackerSettings()), walkers, eyes, seconds):
        if time_s > from_s:
            errors.append([track.feet[s].position_m - soles[0, i] for i, s in enumerate(SIDES)])
            spreads.append([track.feet[s].covariance_m2 for s in SIDES])
    return np.array(errors), np.array(spreads)


def straight(speed_mps, **kwargs):
    return [Walker(polyline((0, 0), (100, 0)), steadily(speed_mps), **kwargs)]


@pytest.mark.parametrize("speed_mps", [0.7, 1.3])
def test_feet_are_smoother_than_seen_do_not_lag_and_know_how_good_they_are(speed_mps):
    errors, spreads = errors_of_feet(straight(speed_mps), Eyes(memory_s=0.05), 40.0)
    seen_mm = 0.05 * np.sqrt(2)
    assert np.sqrt((errors**2).sum(axis=2).mean()) < 0.95 * seen_mm
    assert abs(errors[..., 0].mean()) < 0.02 * speed_mps  # 20 ms
    assert abs(errors[..., 1].mean()) < 0.01
    nees = np.einsum("nfi,nfij,nfj->nf", errors, np.linalg.inv(spreads), errors)
    assert 0.92 < (nees < 5.991).mean() < 0.995


@pytest.mark.parametrize("speed_mps", [0.7, 1.0, 1.3])
def test_feet_seen_in_one_place_are_known_less_well(speed_mps):
    """For three looks now and then both are nearly where one is, as networks see walkers."""
    eyes = Eyes(sigma_m=0.08, memory_s=0.05, doubled=0.08)
    errors, spreads = errors_of_feet(straight(speed_mps), eyes, 60.0)
    nees = np.einsum("nfi,nfij,nfj->nf", errors, np.linalg.inv(spreads), errors)
    assert (nees < 5.991).mean() > 0.92


def test_standing_feet_are_averaged():
    errors, _ = errors_of_feet(straight(0.0), Eyes(memory_s=0.05))
    assert np.sqrt((errors**2).sum(axis=2).mean()) < 0.6 * 0.05 * np.sqrt(2)


def wrong_names(walkers, eyes, seconds=25.0, from_s=4.0):
    """The part of instants in which a foot is nearer to where the other is."""
    wrong = []
    for time_s, soles, (track, *_) in followed(Tracker(TrackerSettings()), walkers, eyes, seconds):
        if time_s > from_s and np.linalg.norm(soles[0, 0] - soles[0, 1]) > 0.3:
            left = track.feet[Side.LEFT].position_m
            wrong.append(np.argmin(np.linalg.norm(soles[0] - left, axis=1)) == 1)
    return np.mean(wrong)


@pytest.mark.parametrize("seed", range(3))
def test_single_confusions_of_left_and_right_are_put_right(seed):
    assert wrong_names(straight(1.2), Eyes(swapped=0.25, seed=seed)) < 0.03


def test_who_walks_forward_has_the_left_foot_on_the_left():
    """Names that are no better than a coin's."""
    assert wrong_names(straight(1.2), Eyes(swapped=0.5, sigma_m=0.03)) < 0.05


def test_who_walks_backward_is_believed_the_names_of_their_feet():
    assert wrong_names(straight(0.8, backward=True), Eyes(swapped=0.1)) < 0.05


def test_keypoints_are_renamed_with_the_feet():
    """Left keypoints come with x = 0, right ones with x = 1, and the names are wrong at 3 s."""
    tracker, (walker,) = Tracker(TrackerSettings()), straight(1.2)
    left = np.array([name.startswith("left") for name in COCO17_FEET.keypoints])
    right = np.array([name.startswith("right") for name in COCO17_FEET.keypoints])
    for k in range(40):
        soles, swapped = walker.feet(k / 10), k == 30
        seen = observed(soles[::-1] if swapped else soles, k * SECOND // 10, 0.05)
        points = np.zeros((23, 3))
        points[left if swapped else right] = 1.0
        seen = replace(
            seen, keypoints_m=points, keypoint_scores=np.ones(23), keypoint_covariances_m2=None
        )
        (track,) = tracker.update(
            [seen], seen.stamp_ns, lambda asked: np.zeros(len(asked), dtype=bool)
        )
        assert (track.keypoints_m[left] == 0.0).all()
        assert (track.keypoints_m[right] == 1.0).all()


def test_a_busy_hall_seen_badly():
    """A fifth of all sightings dropped, a tenth false, names wrong in a fifth."""
    random = np.random.default_rng(4)
    walkers = [
        Walker(polyline(*random.uniform(-6, 6, (12, 2))), steadily(random.uniform(0.6, 1.4)))
        for _ in range(6)
    ]
    eyes = Eyes(dropped=0.2, false_per_set=0.6, swapped=0.2, seed=4)
    switches, missed, inside, total, last = 0, 0, [], 0, {}
    for _, soles, tracks in followed(Tracker(TrackerSettings()), walkers, eyes, 12):
        present = [t for t in tracks if t.status is not TrackStatus.LOST]
        truth = soles.mean(axis=1)
        places = np.array([t.position_m for t in present])
        distance = np.linalg.norm(truth[:, None] - places, axis=2)
        for who, j in zip(*linear_sum_assignment(np.minimum(distance, 1.0)), strict=True):
            total += 1
            missed += distance[who, j] > 0.5
            if distance[who, j] > 0.5 or present[j].status is not TrackStatus.CONFIRMED:
                continue
            switches += last.setdefault(who, present[j].track_id) != present[j].track_id
            last[who] = present[j].track_id
            error, P = places[j] - truth[who], present[j].covariance[:2, :2]
            inside.append(error @ np.linalg.solve(P, error) < 5.991)
    assert switches <= 2
    assert missed < 0.01 * total
    assert np.mean(inside) > 0.92
