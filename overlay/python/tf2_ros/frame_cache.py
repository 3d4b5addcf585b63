"""What is known of one frame: its parent and its motion in the parent, over time."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from tf2_ros.exceptions import ExtrapolationException
from tf2_ros.rigid import Rigid


@dataclass(frozen=True, order=True)
class Link:
    """A frame in its parent at one time [ns]."""

    stamp_ns: int
    parent: str = field(compare=False)
    parent_from_child: Rigid = field(compare=False)


@dataclass(frozen=True)
class StaticCache:
    """A frame that does not move: one link, valid at any time."""

    link: Link

    def at(self, _stamp_ns: int) -> Link:
        """Return the link."""
        return self.link

    def latest(self) -> Link:
        """Return the link; its stamp is 0, so it has no say in the latest common time."""
        return self.link

    def clear(self) -> None:
        """Keep the link: what does not move outlives a jump in time."""


class TimeCache:
    """A frame that moves: links in order of time, not older than `cache_ns` before the newest."""

    def __init__(self, cache_ns: int) -> None:
        self._cache_ns = cache_ns
        self._links: list[Link] = []

    def insert(self, link: Link) -> bool:
        """Add a link or replace the one of the same stamp; False if it is too old to keep."""
        if self._links:
            oldest_ns = self._links[-1].stamp_ns - self._cache_ns
            self._links = self._links[bisect_left(self._links, oldest_ns, key=_stamp_ns) :]
            if link.stamp_ns < oldest_ns:
                return False
        index = bisect_left(self._links, link)
        if index < len(self._links) and self._links[index].stamp_ns == link.stamp_ns:
            self._links[index] = link
        else:
            insort(self._links, link)
        return True

    def at(self, stamp_ns: int) -> Link:
        """Return the link at a time, interpolated.

        Raises:
            ExtrapolationException: the time is not between the oldest and the newest link.
        """
        index = bisect_left(self._links, stamp_ns, key=_stamp_ns)
        if index < len(self._links) and self._links[index].stamp_ns == stamp_ns:
            return self._links[index]
        if index in (0, len(self._links)):
            raise ExtrapolationException(self._why_not(stamp_ns))
        return _between(self._links[index - 1], self._links[index], stamp_ns)

    def latest(self) -> Link | None:
        """Return the newest link, if there is any."""
        return self._links[-1] if self._links else None

    def clear(self) -> None:
        """Forget everything."""
        self._links = []

    def _why_not(self, stamp_ns: int) -> str:
        asked = _seconds(stamp_ns)
        if not self._links:
            return f"Lookup at time {asked} is impossible: the buffer is empty"
        oldest, newest = (_seconds(self._links[end].stamp_ns) for end in (0, -1))
        if len(self._links) == 1:
            return (
                f"Lookup would require extrapolation at time {asked}, "
                f"but only time {newest} is in the buffer"
            )
        if stamp_ns < self._links[0].stamp_ns:
            return (
                "Lookup would require extrapolation into the past.  "
                f"Requested time {asked} but the earliest data is at time {oldest}"
            )
        return (
            "Lookup would require extrapolation into the future.  "
            f"Requested time {asked} but the latest data is at time {newest}"
        )


def _stamp_ns(link: Link) -> int:
    return link.stamp_ns


def _seconds(stamp_ns: int) -> str:
    return f"{stamp_ns / 1e9:.6f}"


def _between(older: Link, newer: Link, stamp_ns: int) -> Link:
    if older.parent != newer.parent:
        return older
    fraction = (stamp_ns - older.stamp_ns) / (newer.stamp_ns - older.stamp_ns)
    motion = older.parent_from_child.interpolate(newer.parent_from_child, fraction)
    return Link(stamp_ns, older.parent, motion)
