"""Groups what several cameras deliver into sets of one instant, with a deadline.

`message_filters.ApproximateTimeSynchronizer` emits only complete sets, so one dead camera silences
all of them. This one emits a set as soon as every camera that is alive has delivered, or at a
deadline with the names of those that did not. It is pure: time comes in as arguments.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gpss_pose_ros.errors import ConfigurationError, InputError, unknown_choice
from gpss_pose_ros.parameters import require_finite

T = TypeVar("T")


@dataclass(frozen=True)
class SynchronizerSettings:
    """How images are grouped.

    Attributes:
        slop_s: largest spread of capture stamps within a set, in [s].
        deadline_s: longest wait after a set's first arrival, steady clock, in [s].
        silence_s: a camera silent this long is no longer waited for, steady clock, in [s].
        future_s: a stamp this far ahead of the clock is a fault of the camera's clock, in [s].
        restart_s: stamps that jump back by more than this mean that the source restarted, and a
            camera that lags behind the others by more is not waited for, in [s].
    """

    slop_s: float = 0.03
    deadline_s: float = 0.1
    silence_s: float = 1.0
    future_s: float = 0.03
    restart_s: float = 1.0

    def __post_init__(self) -> None:
        require_finite(self, "synchronizer")
        if self.future_s > self.slop_s:
            raise ConfigurationError(
                f"synchronizer: future_s ({self.future_s}) must not exceed slop_s ({self.slop_s}):"
                " a camera whose clock is further ahead would make all others late"
            )


@dataclass(frozen=True)
class MatchedSet(Generic[T]):
    """Items of one instant, at most one a camera.

    Attributes:
        items: by camera, in the order of the configured cameras.
        missing: configured cameras without an item.
        stamp_ns: oldest capture stamp, in [ns].
        arrival_ns: arrival of the first item, steady clock, in [ns].
    """

    items: dict[str, T]
    missing: tuple[str, ...]
    stamp_ns: int
    arrival_ns: int


@dataclass
class _OpenSet(Generic[T]):
    arrival_ns: int
    items: dict[str, T] = field(default_factory=dict)
    stamps_ns: dict[str, int] = field(default_factory=dict)

    def spread_with(self, stamp_ns: int) -> int:
        stamps = self.stamps_ns.values()
        return max(*stamps, stamp_ns) - min(*stamps, stamp_ns)

    @property
    def stamp_ns(self) -> int:
        return min(self.stamps_ns.values())


class DeadlineSynchronizer(Generic[T]):
    """Emits sets in capture order; every item is emitted once, dropped and counted, or still open.

    `counts` holds, by name: received, emitted (items), sets, complete (sets), and the dropped
    items by reason: late (their set is gone), superseded (a newer set completed first), future
    (stamp ahead of the clock), duplicate (same camera and stamp), restart (stamps jumped back).
    """

    DROPS = ("late", "superseded", "future", "duplicate", "restart")

    def __init__(self, camera_ids: Iterable[str], settings: SynchronizerSettings) -> None:
        self.camera_ids = tuple(camera_ids)
        if not self.camera_ids or len(set(self.camera_ids)) != len(self.camera_ids):
            raise ConfigurationError(
                f"synchronizer needs distinct camera names, got {list(self.camera_ids)}"
            )
        self._slop_ns = round(settings.slop_s * 1e9)
        self._deadline_ns = round(settings.deadline_s * 1e9)
        self._silence_ns = round(settings.silence_s * 1e9)
        self._future_ns = round(settings.future_s * 1e9)
        self._restart_ns = round(settings.restart_s * 1e9)
        self.counts: Counter[str] = Counter()
        self._open: list[_OpenSet[T]] = []
        self._last_stamp_ns: dict[str, int] = {}
        self._last_timely_ns: dict[str, int] = {}
        self._emitted_stamp_ns: int | None = None

    def add(
        self, camera_id: str, stamp_ns: int, item: T, *, arrival_ns: int, clock_ns: int
    ) -> list[MatchedSet[T]]:
        """Take one item; return the sets that are ready now, oldest first.

        Args:
            camera_id: one of the configured cameras.
            stamp_ns: capture stamp, ROS clock.
            item: anything.
            arrival_ns: now, steady clock.
            clock_ns: now, on the clock of the stamps.

        Raises:
            InputError: unknown camera.
        """
        if camera_id not in self.camera_ids:
            raise InputError(unknown_choice("camera", camera_id, self.camera_ids, "synchronizer"))
        self.counts["received"] += 1
        if stamp_ns > clock_ns + self._future_ns:
            self.counts["future"] += 1
            return self.poll(arrival_ns)
        if not self._last_timely_ns:  # at the start everybody gets the chance to be heard
            self._last_timely_ns = dict.fromkeys(self.camera_ids, arrival_ns)
        self._restart_if_back(camera_id, stamp_ns)
        emitted_ns = self._emitted_stamp_ns
        lag_ns = -1 if emitted_ns is None else emitted_ns - stamp_ns
        if lag_ns <= self._restart_ns:
            self._last_timely_ns[camera_id] = arrival_ns
        if lag_ns >= 0:
            self.counts["late"] += 1
        else:
            self._place(camera_id, stamp_ns, item, arrival_ns)
        return self.poll(arrival_ns)

    def poll(self, now_ns: int) -> list[MatchedSet[T]]:
        """Return the sets that are complete or past their deadline at `now_ns` (steady clock)."""
        ready = [s for s in self._open if self._is_ready(s, now_ns)]
        if not ready:
            return []
        newest = max(s.stamp_ns for s in ready)
        for older in [s for s in self._open if s.stamp_ns < newest and s not in ready]:
            self.counts["superseded"] += len(older.items)
            self._open.remove(older)
        return [self._emit(s) for s in sorted(ready, key=lambda s: s.stamp_ns)]

    @property
    def pending(self) -> int:
        """Items in sets that are still open."""
        return sum(len(s.items) for s in self._open)

    def awaited(self, now_ns: int) -> tuple[str, ...]:
        """Cameras that lately delivered with a plausible stamp: those a set waits for."""
        oldest = now_ns - self._silence_ns
        return tuple(c for c in self.camera_ids if self._last_timely_ns.get(c, oldest) > oldest)

    def _restart_if_back(self, camera_id: str, stamp_ns: int) -> None:
        """Forget the past when a camera's own stamps jump back, as a looping recording's do.

        A camera whose clock merely lags behind the others is late, and must not reset them.
        """
        jump_ns = self._last_stamp_ns.get(camera_id, stamp_ns) - stamp_ns
        self._last_stamp_ns[camera_id] = stamp_ns
        if jump_ns <= self._restart_ns or self._emitted_stamp_ns is None:
            return
        if stamp_ns < self._emitted_stamp_ns - self._restart_ns:
            self.counts["restart"] += self.pending
            self._open.clear()
            self._emitted_stamp_ns = None

    def _place(self, camera_id: str, stamp_ns: int, item: T, arrival_ns: int) -> None:
        if any(s.stamps_ns.get(camera_id) == stamp_ns for s in self._open):
            self.counts["duplicate"] += 1
            return
        fitting = [
            s
            for s in self._open
            if camera_id not in s.items and s.spread_with(stamp_ns) <= self._slop_ns
        ]
        if fitting:
            home = min(fitting, key=lambda s: s.spread_with(stamp_ns))
        else:
            home = _OpenSet[T](arrival_ns)
            self._open.append(home)
        home.items[camera_id] = item
        home.stamps_ns[camera_id] = stamp_ns

    def _is_ready(self, candidate: _OpenSet[T], now_ns: int) -> bool:
        if now_ns - candidate.arrival_ns >= self._deadline_ns:
            return True
        return all(c in candidate.items for c in self.awaited(now_ns))

    def _emit(self, ready: _OpenSet[T]) -> MatchedSet[T]:
        self._open.remove(ready)
        self._emitted_stamp_ns = max(ready.stamps_ns.values())
        missing = tuple(c for c in self.camera_ids if c not in ready.items)
        self.counts["emitted"] += len(ready.items)
        self.counts["sets"] += 1
        self.counts["complete"] += not missing
        items = {c: ready.items[c] for c in self.camera_ids if c in ready.items}
        return MatchedSet(items, missing, ready.stamp_ns, ready.arrival_ns)
