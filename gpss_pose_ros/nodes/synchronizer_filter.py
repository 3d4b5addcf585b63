"""The deadline synchronizer as a message filter."""

import time
from collections.abc import Mapping

import message_filters
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.sync import DeadlineSynchronizer, SynchronizerSettings


class DeadlineSynchronizerFilter(message_filters.SimpleFilter):
    """Connects one filter per camera; calls back with a MatchedSet of messages.

    Works like message_filters' synchronizers, but a set is also emitted, with the names of who is
    missing, when its deadline passes. The timer for that runs only while a set is open.
    """

    def __init__(
        self,
        node: Node,
        inputs: Mapping[str, message_filters.SimpleFilter],
        settings: SynchronizerSettings,
    ) -> None:
        super().__init__()
        self.core: DeadlineSynchronizer = DeadlineSynchronizer(inputs, settings)
        self._clock = node.get_clock()
        period_s = max(settings.deadline_s / 4.0, 0.005)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.timer = node.create_timer(period_s, self._poll, clock=steady)
        self.timer.cancel()
        for camera_id, source in inputs.items():
            source.registerCallback(self._add, camera_id)

    def _poll(self) -> None:
        for matched in self.core.poll(time.monotonic_ns()):
            self.signalMessage(matched)
        self._run_timer_if_open()

    def _add(self, message, camera_id: str) -> None:
        ready = self.core.add(
            camera_id,
            conversions.stamp_ns(message.header.stamp),
            message,
            arrival_ns=time.monotonic_ns(),
            clock_ns=self._clock.now().nanoseconds,
        )
        for matched in ready:
            self.signalMessage(matched)
        self._run_timer_if_open()

    def _run_timer_if_open(self) -> None:
        if not self.core.pending:
            self.timer.cancel()
        elif self.timer.is_canceled():
            self.timer.reset()
