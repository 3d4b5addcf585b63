"""Laws of the deadline synchronizer, on random streams of stamps."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import ConfigurationError, InputError
from gpss_pose_ros.sync import DeadlineSynchronizer, SynchronizerSettings

MS = 1_000_000
CAMERAS = ("north", "south", "east")
SETTINGS = SynchronizerSettings(slop_s=0.02, deadline_s=0.05, silence_s=0.5, future_s=0.02)

Arrival = tuple[int, str, int]  # steady time, camera, stamp


@st.composite
def streams(draw: st.DrawFn) -> list[Arrival]:
    """Three free-running cameras with jitter, delay and loss; sorted by arrival."""
    period = draw(st.sampled_from([33, 50, 100])) * MS
    arrivals = []
    for camera in CAMERAS:
        phase = draw(st.integers(0, 40)) * MS
        kept = draw(st.lists(st.booleans(), min_size=5, max_size=25))
        for k, keep in enumerate(kept):
            if keep:
                stamp = 1_000 * MS + k * period + phase + draw(st.integers(-3, 3)) * MS
                arrivals.append((stamp + draw(st.integers(1, 60)) * MS, camera, stamp))
    return sorted(arrivals)


def run(stream: list[Arrival], synchronizer: DeadlineSynchronizer[Arrival]) -> list:
    sets = []
    for now, camera, stamp in stream:
        sets += synchronizer.poll(now)
        sets += synchronizer.add(camera, stamp, (now, camera, stamp), arrival_ns=now, clock_ns=now)
    return sets


@settings(derandomize=True, deadline=None, max_examples=150)
@given(streams())
def test_every_item_is_emitted_once_or_counted_as_dropped(stream: list[Arrival]) -> None:
    sync = DeadlineSynchronizer[Arrival](CAMERAS, SETTINGS)
    sets = run(stream, sync)
    emitted = [item for s in sets for item in s.items.values()]
    assert len(emitted) == len(set(emitted)) == sync.counts["emitted"]
    dropped = sum(sync.counts[reason] for reason in sync.DROPS)
    assert sync.counts["received"] == len(stream) == len(emitted) + dropped + sync.pending


@settings(derandomize=True, deadline=None, max_examples=150)
@given(streams())
def test_sets_are_tight_ordered_and_name_who_is_missing(stream: list[Arrival]) -> None:
    sync = DeadlineSynchronizer[Arrival](CAMERAS, SETTINGS)
    sets = run(stream, sync)
    for matched in sets:
        stamps = [stamp for _, _, stamp in matched.items.values()]
        assert max(stamps) - min(stamps) <= SETTINGS.slop_s * 1e9
        assert matched.stamp_ns == min(stamps)
        assert all(item[1] == camera for camera, item in matched.items.items())
        assert [c for c in CAMERAS if c not in matched.items] == list(matched.missing)
    starts = [matched.stamp_ns for matched in sets]
    assert starts == sorted(starts)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(streams())
def test_no_set_outlives_its_deadline(stream: list[Arrival]) -> None:
    sync = DeadlineSynchronizer[Arrival](CAMERAS, SETTINGS)
    run(stream, sync)
    if stream:
        sync.poll(stream[-1][0] + 50 * MS)
        assert sync.pending == 0


def feed(sync: DeadlineSynchronizer[int], camera: str, stamp_ms: int, delay_ms: int = 5) -> list:
    now = (stamp_ms + delay_ms) * MS
    return sync.add(camera, stamp_ms * MS, stamp_ms, arrival_ns=now, clock_ns=now)


def test_genlocked_cameras_give_complete_sets_without_waiting() -> None:
    sync = DeadlineSynchronizer[int](CAMERAS, SETTINGS)
    for k in range(20):
        order = random.Random(k).sample(CAMERAS, 3)
        results = [feed(sync, camera, 1_000 + 100 * k) for camera in order]
        assert [len(r) for r in results] == [0, 0, 1]
        assert results[2][0].missing == ()


def test_a_dead_camera_delays_one_deadline_then_nothing() -> None:
    sync = DeadlineSynchronizer[int](CAMERAS, SETTINGS)
    for camera in CAMERAS:
        feed(sync, camera, 1_000)
    waited = []
    for k in range(1, 12):
        feed(sync, "north", 1_000 + 100 * k)
        direct = feed(sync, "south", 1_000 + 100 * k)
        late = sync.poll((1_000 + 100 * k + 60) * MS)
        waited.append(bool(late))
        assert [s.missing for s in direct + late] == [("east",)]
    assert waited[0]
    assert not waited[-1]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(-500, 500))
def test_one_skewed_clock_cannot_silence_the_others(skew_ms: int) -> None:
    sync = DeadlineSynchronizer[str](CAMERAS, SETTINGS)
    sets = []
    for k in range(45):
        for camera in CAMERAS:
            now = (10_000 + 66 * k + 5) * MS
            stamp = (10_000 + 66 * k + (skew_ms if camera == "east" else 0)) * MS
            sets += sync.add(camera, stamp, camera, arrival_ns=now, clock_ns=now)
        sets += sync.poll((10_000 + 66 * k + 60) * MS)
    for camera in ("north", "south"):
        assert sum(camera in matched.items for matched in sets) >= 40


def test_a_clock_in_the_future_cannot_silence_the_others() -> None:
    sync = DeadlineSynchronizer[int](CAMERAS, SETTINGS)
    emitted = 0
    for k in range(10):
        now = (1_000 + 100 * k) * MS
        sync.add("east", now + 10_000 * MS, 0, arrival_ns=now, clock_ns=now)
        emitted += len(feed(sync, "north", 1_000 + 100 * k))
        emitted += len(feed(sync, "south", 1_000 + 100 * k))
        emitted += len(sync.poll(now + 60 * MS))
    assert sync.counts["future"] == 10
    assert emitted >= 10


def test_a_lagging_clock_is_late_and_cannot_reset_the_others() -> None:
    sync = DeadlineSynchronizer[int](CAMERAS, SETTINGS)
    for k in range(10):
        for camera in ("north", "south"):
            feed(sync, camera, 20_000 + 100 * k)
        now = (20_000 + 100 * k + 6) * MS
        sync.add("east", (5_000 + 100 * k) * MS, 0, arrival_ns=now, clock_ns=now)
    assert sync.counts["late"] == 9  # all but the first, which nothing could be compared with
    assert sync.counts["restart"] == 0


def test_a_looping_recording_goes_on_after_the_jump_back() -> None:
    sync = DeadlineSynchronizer[int](CAMERAS, SETTINGS)
    sets = []
    for start, base in ((0, 10_000), (1, 5_000)):
        for k in range(5):
            for camera in CAMERAS:
                now = (20_000 + 1_000 * start + 100 * k) * MS
                stamp = (base + 100 * k) * MS
                sets += sync.add(camera, stamp, k, arrival_ns=now, clock_ns=now)
    assert sum(not s.missing for s in sets) >= 9


def test_a_future_beyond_the_slop_is_refused() -> None:
    assert SynchronizerSettings(slop_s=0.05, future_s=0.05).future_s == 0.05
    with pytest.raises(ConfigurationError, match=r"future_s \(0.06\) must not exceed slop_s"):
        SynchronizerSettings(slop_s=0.05, future_s=0.06)


def test_unknown_camera_is_refused_by_name() -> None:
    sync = DeadlineSynchronizer[int](CAMERAS, SETTINGS)
    with pytest.raises(InputError, match="unknown camera 'west'; valid: north, south, east"):
        feed(sync, "west", 0)
