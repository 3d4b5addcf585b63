"""The tree of frames and how to get from one to another at a time. No waiting here."""

import math
import threading
from collections.abc import Callable

from builtin_interfaces.msg import Time as TimeMsg
from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.time import Time

from tf2_ros.exceptions import (
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TransformException,
)
from tf2_ros.frame_cache import Link, StaticCache, TimeCache
from tf2_ros.rigid import Rigid

DEFAULT_CACHE_TIME = Duration(seconds=10)

Chain = list[tuple[str, Link]]
"""The frames from one upwards, each with the link to its parent."""


class BufferCore:
    """Keeps the links between frames and answers lookups. Safe to use from several threads."""

    def __init__(self, cache_time: Duration | None = None) -> None:
        self._cache_ns = (cache_time or DEFAULT_CACHE_TIME).nanoseconds
        self._caches: dict[str, StaticCache | TimeCache] = {}
        self._frames: set[str] = set()
        self._lock = threading.RLock()

    def set_transform(self, transform: TransformStamped, authority: str) -> None:
        """Add a link that holds at its stamp; a bad one is logged and ignored."""
        self._insert(transform, authority, is_static=False)

    def set_transform_static(self, transform: TransformStamped, authority: str) -> None:
        """Set a link that holds at any time; a bad one is logged and ignored."""
        self._insert(transform, authority, is_static=True)

    def clear(self) -> None:
        """Forget the frames that move; static links stay."""
        with self._lock:
            for cache in self._caches.values():
                cache.clear()

    def lookup_transform_core(
        self, target_frame: str, source_frame: str, time: Time | TimeMsg
    ) -> TransformStamped:
        """Return `target_from_source` at a time; time 0 is the latest time known to all links.

        Raises:
            InvalidArgumentException: a frame name is empty or starts with a slash.
            LookupException: a frame is unknown.
            ConnectivityException: the frames are in different trees.
            ExtrapolationException: a link on the way is not known at that time.
        """
        with self._lock:
            stamp_ns = _nanoseconds(time)
            if target_frame == source_frame:
                stamp_ns = stamp_ns or self._latest_ns(target_frame)
                return _message(target_frame, source_frame, stamp_ns, Rigid())
            self._validate(target_frame, "target_frame")
            self._validate(source_frame, "source_frame")
            stamp_ns = stamp_ns or self._latest_common_ns(target_frame, source_frame)
            motion = self._motion(target_frame, source_frame, stamp_ns)
            return _message(target_frame, source_frame, stamp_ns, motion)

    def can_transform_core(
        self, target_frame: str, source_frame: str, time: Time | TimeMsg
    ) -> tuple[bool, str]:
        """Return whether the lookup would succeed and, if not, why."""
        try:
            self.lookup_transform_core(target_frame, source_frame, time)
        except TransformException as error:
            return False, str(error)
        return True, ""

    def _insert(self, transform: TransformStamped, authority: str, is_static: bool) -> None:
        parent = transform.header.frame_id.removeprefix("/")
        child = transform.child_frame_id.removeprefix("/")
        problem = _problem(parent, child, transform)
        if problem:
            _log_ignored(problem, parent, child, authority)
            return
        motion = Rigid.from_msg(transform.transform)
        stamp_ns = _nanoseconds(transform.header.stamp)
        with self._lock:
            self._frames |= {parent, child}
            if is_static:
                self._caches[child] = StaticCache(Link(0, parent, motion))
            elif not self._moving(child).insert(Link(stamp_ns, parent, motion)):
                _log_ignored("it is older than the cache reaches", parent, child, authority)

    def _moving(self, child: str) -> TimeCache:
        cache = self._caches.get(child)
        if not isinstance(cache, TimeCache):
            cache = self._caches[child] = TimeCache(self._cache_ns)
        return cache

    def _validate(self, frame: str, argument: str) -> None:
        where = f'"{frame}" passed to lookupTransform argument {argument}'
        if not frame:
            raise InvalidArgumentException(
                f"Invalid argument {where} - in tf2 frame_ids cannot be empty"
            )
        if frame.startswith("/"):
            raise InvalidArgumentException(
                f"Invalid argument {where} - in tf2 frame_ids cannot start with a '/'"
            )
        if frame not in self._frames:
            raise LookupException(f"{where} does not exist. ")

    def _latest_ns(self, frame: str) -> int:
        cache = self._caches.get(frame)
        link = cache.latest() if cache else None
        return link.stamp_ns if link else 0

    def _latest_common_ns(self, target: str, source: str) -> int:
        def latest(cache: StaticCache | TimeCache) -> Link | None:
            return cache.latest()

        up_source, up_target = self._climb(source, latest), self._climb(target, latest)
        links = _to_common_frame(up_source, up_target, source, target)
        if links is None:
            raise ConnectivityException(_not_connected(target, source))
        stamps_ns = [link.stamp_ns for _, link in links[0] + links[1] if link.stamp_ns]
        return min(stamps_ns, default=0)

    def _motion(self, target: str, source: str, stamp_ns: int) -> Rigid:
        # The walk may stop above the common frame for want of data there: that is no error.
        gaps: dict[str, ExtrapolationException] = {}

        def climb(start: str) -> Chain:
            def at(cache: StaticCache | TimeCache) -> Link | None:
                try:
                    return cache.at(stamp_ns)
                except ExtrapolationException as gap:
                    gaps[start] = gap
                    return None

            return self._climb(start, at)

        links = _to_common_frame(climb(source), climb(target), source, target)
        if links is None:
            gap = gaps.get(target) or gaps.get(source)
            if gap:
                raise ExtrapolationException(
                    f"{gap}, when looking up transform from frame [{source}] to frame [{target}]"
                )
            raise ConnectivityException(_not_connected(target, source))
        common_from_source, common_from_target = (_compose(chain) for chain in links)
        return common_from_target.inverse() @ common_from_source

    def _climb(
        self, frame: str, link_of: Callable[[StaticCache | TimeCache], Link | None]
    ) -> Chain:
        """Walk from a frame to the root, or as far as there is data."""
        chain: Chain = []
        while frame in self._caches and (link := link_of(self._caches[frame])):
            if len(chain) > len(self._caches):
                raise LookupException("The tf tree is invalid because it contains a loop.")
            chain.append((frame, link))
            frame = link.parent
        return chain


def _to_common_frame(
    up_source: Chain, up_target: Chain, source: str, target: str
) -> tuple[Chain, Chain] | None:
    """Cut both walks at the first frame they share; None if they share none."""
    depth_in_target = {
        frame: depth
        for depth, frame in enumerate([target, *(link.parent for _, link in up_target)])
    }
    for depth, frame in enumerate([source, *(link.parent for _, link in up_source)]):
        if frame in depth_in_target:
            return up_source[:depth], up_target[: depth_in_target[frame]]
    return None


def _compose(chain: Chain) -> Rigid:
    motion = Rigid()
    for _, link in chain:
        motion = link.parent_from_child @ motion
    return motion


def _problem(parent: str, child: str, transform: TransformStamped) -> str:
    t, q = transform.transform.translation, transform.transform.rotation
    if not parent or not child:
        return "a frame name is empty"
    if parent == child:
        return "frame and child frame are the same"
    if any(math.isnan(v) for v in (t.x, t.y, t.z, q.x, q.y, q.z, q.w)):
        return "it contains nan"
    if q.x == q.y == q.z == q.w == 0.0:
        return "its quaternion is zero"
    return ""


def _log_ignored(why: str, parent: str, child: str, authority: str) -> None:
    get_logger("tf2").error(
        f'Ignoring the transform of "{child}" in "{parent}" from "{authority}": {why}'
    )


def _nanoseconds(time: Time | TimeMsg) -> int:
    return time.nanoseconds if isinstance(time, Time) else Time.from_msg(time).nanoseconds


def _not_connected(target: str, source: str) -> str:
    return (
        f"Could not find a connection between '{target}' and '{source}' because they are not "
        "part of the same tree. Tf has two or more unconnected trees."
    )


def _message(target: str, source: str, stamp_ns: int, motion: Rigid) -> TransformStamped:
    message = TransformStamped(child_frame_id=source, transform=motion.to_msg())
    message.header.frame_id = target
    message.header.stamp = Time(nanoseconds=stamp_ns).to_msg()
    return message
