"""One input of a graph under test: true messages at a steady rate, which faults tamper with."""

import threading
import time
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

from gpss_pose_ros.nodes.fault_tampers import Tamper

_WAKE_S = 0.004


class Stream:
    """One publisher with a source of true messages.

    Attributes:
        tamper: alters what is published; None publishes the truth.
        last_ns: when the last message was published, steady clock.
    """

    def __init__(
        self,
        node: Node,
        kind: type,
        topic: str,
        qos: QoSProfile | int,
        rate_hz: float,
        make: Callable[[], Any],
    ) -> None:
        self.tamper: Tamper | None = None
        self.last_ns = 0
        self.topic, self.kind, self.qos = topic, kind, qos
        self._node, self._make = node, make
        self._period_ns = round(1e9 / rate_hz)
        self._due_ns = 0
        self._publisher = node.create_publisher(kind, topic, qos)

    def close(self) -> None:
        """Stop advertising: nothing is published any more."""
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            self._node.destroy_publisher(publisher)

    def open(self, qos: QoSProfile | int | None = None) -> None:
        """Advertise anew, with another quality of service if given."""
        self.close()
        self._publisher = self._node.create_publisher(self.kind, self.topic, qos or self.qos)

    def be_true(self) -> None:
        """Let go of what tampers with it, once that has published what it kept back."""
        tamper, self.tamper = self.tamper, None
        for message in tamper.rest() if tamper else ():
            self.publish(message)

    def step(self, now_ns: int) -> None:
        """Publish what is due at `now_ns`, steady clock."""
        if now_ns < self._due_ns:
            return
        self._due_ns = max(self._due_ns + self._period_ns, now_ns)
        message = self._make()
        for each in (message,) if self.tamper is None else self.tamper(message, now_ns):
            self.publish(each)

    def publish(self, message: Any) -> None:
        """Publish one message, unless the stream is closed."""
        if self._publisher is not None:
            self._publisher.publish(message)
            self.last_ns = time.monotonic_ns()


class Streams:
    """Publishes all streams on a thread of its own; use it as a context manager.

    Attributes:
        by_name: the streams.
        lock: held while publishing; a fault takes it to change several things at once.
    """

    def __init__(self, by_name: dict[str, Stream]) -> None:
        self.by_name = by_name
        self.lock = threading.RLock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Streams":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def __getitem__(self, name: str) -> Stream:
        return self.by_name[name]

    def _run(self) -> None:
        while not self._stopping.wait(_WAKE_S):
            with self.lock:
                for stream in self.by_name.values():
                    stream.step(time.monotonic_ns())
