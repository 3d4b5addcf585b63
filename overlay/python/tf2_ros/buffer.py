"""The buffer nodes use: lookups that may wait."""

import threading
import time as steady

from builtin_interfaces.msg import Time as TimeMsg
from geometry_msgs.msg import TransformStamped
from rclpy.clock import JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.time import Time

from tf2_ros.buffer_core import BufferCore

_NO_WAIT = Duration()


class Buffer(BufferCore):
    """Links between frames of the last `cache_time` (10 s), and lookups that may wait for them.

    A wait blocks the calling thread and ends at the latest after its timeout. In a callback of a
    single-threaded executor nothing arrives meanwhile, so the wait only costs its time: there, give
    the listener `spin_thread=True`, use a multi-threaded executor, or do not wait.

    Args:
        cache_time: how far back the links of moving frames are kept.
        node: its clock clears the buffer when (simulated) time jumps back or changes its source.
    """

    def __init__(self, cache_time: Duration | None = None, node: Node | None = None) -> None:
        super().__init__(cache_time)
        self._changed = threading.Condition(self._lock)
        if node is not None:
            self.jump_handle = node.get_clock().create_jump_callback(
                JumpThreshold(
                    min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True
                ),
                post_callback=self.time_jump_callback,
            )

    def time_jump_callback(self, time_jump: TimeJump) -> None:
        """Forget the frames that move: their stamps belong to another time."""
        get_logger("tf2_buffer").warning("Detected jump back in time. Clearing tf buffer.")
        self.clear()

    def set_transform(self, transform: TransformStamped, authority: str) -> None:
        """Add a link that holds at its stamp; a bad one is logged and ignored."""
        super().set_transform(transform, authority)
        self._wake()

    def set_transform_static(self, transform: TransformStamped, authority: str) -> None:
        """Set a link that holds at any time; a bad one is logged and ignored."""
        super().set_transform_static(transform, authority)
        self._wake()

    def lookup_transform(
        self,
        target_frame: str,
        source_frame: str,
        time: Time | TimeMsg,
        timeout: Duration = _NO_WAIT,
    ) -> TransformStamped:
        """Return `target_from_source`: parent `target_frame`, child `source_frame`.

        Args:
            target_frame: the frame to transform into.
            source_frame: the frame to transform from.
            time: when; 0 is the latest time known to all links, and is then in the header.
            timeout: how long to wait for the transform to become possible.

        Raises:
            TransformException: the reason why there is none, also after a wait: see
                `BufferCore.lookup_transform_core`.
        """
        self.can_transform(target_frame, source_frame, time, timeout)
        return self.lookup_transform_core(target_frame, source_frame, time)

    def can_transform(
        self,
        target_frame: str,
        source_frame: str,
        time: Time | TimeMsg,
        timeout: Duration = _NO_WAIT,
        return_debug_tuple: bool = False,
    ) -> bool | tuple[bool, str]:
        """Return whether the lookup would succeed; with `return_debug_tuple` also why not."""
        deadline = steady.monotonic() + timeout.nanoseconds / 1e9
        with self._changed:
            result = self.can_transform_core(target_frame, source_frame, time)
            while not result[0] and (left := deadline - steady.monotonic()) > 0.0:
                self._changed.wait(left)
                result = self.can_transform_core(target_frame, source_frame, time)
        return result if return_debug_tuple else result[0]

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
