"""The deadline synchronizer as a message filter."""

import time
from collections.abc import Callable, Mapping

import message_filters

from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.sync import DeadlineSynchronizer, SynchronizerSettings


class DeadlineSynchronizerFilter(message_filters.SimpleFilter):
    """Connects one filter per camera; calls back with a MatchedSet of messages.

    Works like message_filters' synchronizers, but a set is also emitted, with the names of who is
    missing, when its deadline passes: `poll` must be called on a timer for that.
    """

    def __init__(
        self,
        inputs: Mapping[str, message_filters.SimpleFilter],
        settings: SynchronizerSettings,
        clock_ns: Callable[[], int],
    ) -> None:
        super().__init__()
        self.core: DeadlineSynchronizer = DeadlineSynchronizer(inputs, settings)
        self._clock_ns = clock_ns
        for camera_id, source in inputs.items():
            source.registerCallback(self._add, camera_id)

    def poll(self) -> None:
        """Emit the sets whose deadline has passed."""
        for matched in self.core.poll(time.monotonic_ns()):
            self.signalMessage(matched)

    def _add(self, message, camera_id: str) -> None:
        ready = self.core.add(
            camera_id,
            conversions.stamp_ns(message.header.stamp),
            message,
            arrival_ns=time.monotonic_ns(),
            clock_ns=self._clock_ns(),
        )
        for matched in ready:
            self.signalMessage(matched)
