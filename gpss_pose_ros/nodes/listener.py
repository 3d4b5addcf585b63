"""Listens to a graph that is fed by a replay or a simulation, and keeps what it says."""

import threading
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import TimeReference

from gpss_pose_ros.evaluation.replay_record import (
    PublishedPerson,
    PublishedSet,
    ReplayRecord,
    SeenPerson,
)
from gpss_pose_ros.msg import FloorObservation, FloorObservationArray, PersonPose, PersonPoseArray
from gpss_pose_ros.msg import Foot as FootMessage
from gpss_pose_ros.nodes.conversions import stamp_ns
from gpss_pose_ros.nodes.diagnose import CAMERA_STATUS, PIPELINE_STATUS, SOURCE_STATUS
from gpss_pose_ros.types import FloatArray, Side

EVERYTHING = QoSProfile(depth=1000)
LATCHED = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_SEEN = (PersonPose.TENTATIVE, PersonPose.CONFIRMED)

Listener = TypeVar("Listener", bound="ReplayListener")
Subscription = tuple[type, str, Callable[..., None], QoSProfile]


class ReplayListener:
    """Fills a ReplayRecord on a thread of its own; use it as a context manager.

    Attributes:
        record: what was heard so far.
        source: node that stands in for the cameras.
        source_values: what else it says of itself on /diagnostics.
        published: sets it says it published.
        finished: whether it says it is at its end.
        reports_since_end: diagnostics heard from the pipeline since then.
        latest: the newest PersonPoseArray, None before the first.
    """

    def __init__(self, source: str = "replay_node") -> None:
        self.source = source
        self.source_values: dict[str, str] = {}
        self.record = ReplayRecord()
        self.published = 0
        self.finished = False
        self.reports_since_end = 0
        self.latest: PersonPoseArray | None = None
        self._context = Context()

    def __enter__(self: Listener) -> Listener:
        rclpy.init(context=self._context)
        node = Node("gpss_listener", context=self._context)
        for kind, topic, callback, qos in self._subscriptions():
            node.create_subscription(kind, topic, callback, qos)
        self._node = node
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()
        self._thread.join()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _subscriptions(self) -> tuple[Subscription, ...]:
        """What to listen to: type, topic, callback, quality of service."""
        return (
            (PersonPoseArray, "/gpss/persons", self._on_persons, EVERYTHING),
            (FloorObservationArray, "/pose_node/observations", self._on_seen, EVERYTHING),
            (TimeReference, f"/{self.source}/sets", self._on_set, LATCHED),
            (DiagnosticArray, "/diagnostics", self._on_diagnostics, EVERYTHING),
        )

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            return

    def _on_persons(self, message: PersonPoseArray) -> None:
        self.latest = message
        if not message.timings:
            self.record.idle_cycles += 1
            return
        stamp = stamp_ns(message.header.stamp)
        self.record.results[stamp] = PublishedSet(
            age_ms=(self._node.get_clock().now().nanoseconds - stamp) / 1e6,
            stages_ms={t.stage: t.duration_ms for t in message.timings},
            persons=tuple(_published(p) for p in message.persons if p.status != PersonPose.LOST),
        )

    def _on_seen(self, message: FloorObservationArray) -> None:
        self.record.observations[stamp_ns(message.header.stamp)] = tuple(
            _seen(observation) for observation in message.observations
        )

    def _on_set(self, message: TimeReference) -> None:
        self.record.footage_ns[stamp_ns(message.header.stamp)] = stamp_ns(message.time_ref)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            values = {pair.key: pair.value for pair in status.values}
            if status.name == SOURCE_STATUS:
                self.source_values = values
                self.published = int(values["sets"])
                self.finished = values["finished"] == "1"
            elif status.name == PIPELINE_STATUS:
                self.reports_since_end += self.finished
                self.record.counts = {key: int(value) for key, value in values.items()}
            elif status.name.startswith(CAMERA_STATUS):
                self._on_camera(status, values)

    def _on_camera(self, status: DiagnosticStatus, values: dict[str, str]) -> None:
        camera = status.name.removeprefix(CAMERA_STATUS)
        self.record.received[camera] = int(values["received"])


def _published(person: PersonPose) -> PublishedPerson:
    feet = {Side.LEFT: person.left_foot, Side.RIGHT: person.right_foot}
    return PublishedPerson(
        track_id=person.track_id,
        seen=person.status in _SEEN,
        position_m=np.array([person.position.x, person.position.y]),
        feet_m={
            side: _floor(foot) for side, foot in feet.items() if foot.source == FootMessage.OBSERVED
        },
        keypoints_m=np.array(
            [[k.position.x, k.position.y, k.position.z] for k in person.keypoints]
        ),
        camera_ids=tuple(person.camera_ids),
    )


def _seen(observation: FloorObservation) -> SeenPerson:
    feet = {Side.LEFT: observation.left_foot, Side.RIGHT: observation.right_foot}
    return SeenPerson(
        camera_id=observation.camera_id,
        position_m=np.array([observation.position.x, observation.position.y]),
        feet_m={
            side: _floor(foot)
            for side, found in feet.items()
            for foot in found
            if foot.source == FootMessage.OBSERVED
        },
        keypoints_px=np.array(observation.keypoints).reshape(-1, 2),
        keypoint_scores=np.array(observation.keypoint_scores),
    )


def _floor(foot: FootMessage) -> FloatArray:
    return np.array([foot.position.x, foot.position.y])
