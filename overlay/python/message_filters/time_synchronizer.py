"""Joining the messages of several topics by their stamps."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from rclpy.clock import ROSClock
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.time import Time

from message_filters.simple_filter import SimpleFilter

Queue = dict[int, Any]
"""Waiting messages of one input by their stamp [ns]."""


class TimeSynchronizer(SimpleFilter):
    """Emits `(msg_1, ..., msg_N)` as soon as all N inputs have a message of the same stamp.

    Each input keeps the newest `queue_size` stamps. Outputs come one at a time, under a lock: a
    callback must not feed messages back into the same synchronizer.
    """

    def __init__(self, fs: Sequence[SimpleFilter], queue_size: int) -> None:
        super().__init__()
        self.queue_size = queue_size
        self.lock = threading.Lock()
        self.connectInput(fs)

    def connectInput(self, fs: Sequence[SimpleFilter]) -> None:  # noqa: N802
        """Listen to the filters `fs`, starting with empty queues."""
        self.queues: list[Queue] = [{} for _ in fs]
        self.input_connections = [
            f.registerCallback(self.add, queue, index)
            for index, (f, queue) in enumerate(zip(fs, self.queues, strict=True))
        ]

    def add(self, msg: Any, my_queue: Queue, my_queue_index: int) -> None:
        """Take in one message of the input `my_queue_index`."""
        with self.lock:
            self._enqueue(Time.from_msg(msg.header.stamp).nanoseconds, msg, my_queue)
            complete = set.intersection(*(set(queue) for queue in self.queues))
            for stamp_ns in sorted(complete):
                self._emit([stamp_ns] * len(self.queues))

    def _enqueue(self, stamp_ns: int, msg: Any, queue: Queue) -> None:
        queue[stamp_ns] = msg
        while len(queue) > self.queue_size:
            del queue[min(queue)]

    def _emit(self, stamps_ns: Sequence[int]) -> None:
        pairs = zip(self.queues, stamps_ns, strict=True)
        self.signalMessage(*[queue.pop(stamp_ns) for queue, stamp_ns in pairs])


class ApproximateTimeSynchronizer(TimeSynchronizer):
    """Emits `(msg_1, ..., msg_N)` once all N inputs have messages less than `slop` seconds apart.

    A new message is joined with the nearest messages of the other inputs; what leaves is used up.
    With `allow_headerless`, a message without a header counts as stamped when it arrived; otherwise
    it is dropped with a warning.
    """

    def __init__(
        self,
        fs: Sequence[SimpleFilter],
        queue_size: int,
        slop: float,
        allow_headerless: bool = False,
    ) -> None:
        super().__init__(fs, queue_size)
        self.slop = Duration(seconds=slop)
        self.allow_headerless = allow_headerless

    def add(self, msg: Any, my_queue: Queue, my_queue_index: int) -> None:
        """Take in one message of the input `my_queue_index`."""
        stamp_ns = self._stamp_ns(msg)
        if stamp_ns is None:
            return
        with self.lock:
            self._enqueue(stamp_ns, msg, my_queue)
            if stamp_ns not in my_queue:
                return  # older than everything its full queue holds
            for stamps_ns in self._candidates(stamp_ns, my_queue_index):
                if max(stamps_ns) - min(stamps_ns) < self.slop.nanoseconds:
                    self._emit(stamps_ns)
                    return

    def _stamp_ns(self, msg: Any) -> int | None:
        if hasattr(msg, "header"):
            return Time.from_msg(msg.header.stamp).nanoseconds
        if self.allow_headerless:
            return ROSClock().now().nanoseconds
        get_logger("message_filters_approx").warning(
            f"dropped a {type(msg).__name__}: it has no header to take a stamp from; "
            "allow_headerless=True would stamp it on arrival"
        )
        return None

    def _candidates(self, stamp_ns: int, index: int) -> Iterator[tuple[int, ...]]:
        """Combinations with the new message, those nearest to it first."""
        choices = [
            sorted(
                (s for s in queue if abs(s - stamp_ns) <= self.slop.nanoseconds),
                key=lambda s: abs(s - stamp_ns),
            )
            for queue in self.queues
        ]
        choices[index] = [stamp_ns]
        return itertools.product(*choices)
