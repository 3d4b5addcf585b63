"""replay_node: publishes recorded footage as real cameras would.

Publishes /<camera>/image_raw (or /compressed) and /<camera>/camera_info, static transforms, and for
every set on ~/sets the footage time it stands for; /diagnostics says how far it is.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock as ClockMessage

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.camera_publishers import CameraPublishers
from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.pose_settings import TRANSPORTS
from gpss_pose_ros.nodes.run import run_node
from gpss_pose_ros.recordings.recording import load_recording
from gpss_pose_ros.types import ImageArray

STAMPS = ("now", "original")

_CLOCK_QOS = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
_LOOKAHEAD = 3
_WAKE_S = 0.05

Frame = tuple[int, dict[str, ImageArray]]  # index in the footage, images by camera


@dataclass(frozen=True)
class ReplaySettings:
    """Parameters of replay_node.

    Attributes:
        directory: folder with the calibration and the videos.
        rate: speed factor; 1 is as recorded.
        loop: start again at the end, for ever.
        stamps: now (as a live camera) or original (time since the start of the footage, which is
            then published on /clock, for nodes with use_sim_time).
        transport: raw or compressed.
        image_topic: topic of a camera's images, {camera} is replaced.
        camera_info_topic: topic of a camera's calibration, {camera} is replaced.
        factory_frame: parent frame of the cameras' transforms.
        wait_for_subscribers_s: wait this long for somebody to subscribe to every camera, in [s].
    """

    directory: str = ""
    rate: float = 1.0
    loop: bool = False
    stamps: str = "now"
    transport: str = "raw"
    image_topic: str = "/{camera}/image_raw"
    camera_info_topic: str = "/{camera}/camera_info"
    factory_frame: str = "factory"
    wait_for_subscribers_s: float = 0.0

    def __post_init__(self) -> None:
        for name, valid in (("stamps", STAMPS), ("transport", TRANSPORTS)):
            if getattr(self, name) not in valid:
                raise ConfigurationError(unknown_choice(name, getattr(self, name), valid))
        if not 0.0 < self.rate < 1000.0:
            raise ConfigurationError(f"rate must be in (0, 1000), got {self.rate}")


class ReplayNode(Node):
    """Decodes ahead on one thread, publishes on time on another."""

    def __init__(self) -> None:
        super().__init__("replay_node")
        declare(self, ReplaySettings)
        self.settings = read(self, ReplaySettings)
        if not self.settings.directory:
            raise ConfigurationError("replay_node: parameter directory must name a recording")
        self.recording = load_recording(Path(self.settings.directory))
        for note in (camera.note for camera in self.recording.cameras if camera.note):
            self.get_logger().info(note)
        cameras = [recorded.camera for recorded in self.recording.cameras]
        self._cameras = CameraPublishers(self, cameras, self.settings)
        if self.settings.stamps == "original":
            self._clock_publisher = self.create_publisher(ClockMessage, "/clock", _CLOCK_QOS)
        self._finished = False
        self._decoded: queue.Queue[Frame | None] = queue.Queue(_LOOKAHEAD)
        self.create_timer(1.0, self._diagnose)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True)
            for work in (self._decode, self._publish_all)
        ]
        for thread in self._threads:
            thread.start()

    def destroy_node(self) -> None:
        """End the threads, then release everything."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        super().destroy_node()

    def _decode(self) -> None:
        while True:
            for frame in enumerate(self.recording.image_sets()):
                if not self._hand_over(frame):
                    return
            if not self.settings.loop:
                self._hand_over(None)
                return

    def _hand_over(self, frame: Frame | None) -> bool:
        """Queue one frame, None for the end; return False when the node stops first."""
        while not self._stopping.is_set():
            try:
                self._decoded.put(frame, timeout=_WAKE_S)
                return True
            except queue.Full:
                continue
        return False

    def _next(self) -> Frame | None:
        """Return the next frame, None at the end or when the node stops."""
        while not self._stopping.is_set():
            try:
                return self._decoded.get(timeout=_WAKE_S)
            except queue.Empty:
                continue
        return None

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread's work; end the process when it fails: a silent replay looks finished."""
        try:
            work()
        except Exception as error:
            if self.context.ok():  # else rclpy refuses to publish because it is shut down
                self.get_logger().fatal(f"the replay failed: {error!r}")
                os._exit(1)

    def _publish_all(self) -> None:
        self._cameras.wait_for_subscribers(self.settings.wait_for_subscribers_s, self._stopping)
        for due_ns in self._schedule():
            frame = self._next()
            early_s = max(0, due_ns - time.monotonic_ns()) / 1e9
            if frame is None or self._stopping.wait(early_s):
                break
            self._publish_set(*frame)
        if not self._stopping.is_set():
            self._finished = True
            self._report_end()

    def _report_end(self) -> None:
        self.get_logger().info(f"finished: {self._cameras.sets} sets published")
        if self._cameras.sets < self.recording.frames:
            self.get_logger().warning(
                f"the videos announce {self.recording.frames} frames: one of them is cut short"
            )

    def _schedule(self) -> Iterator[int]:
        """Yield due times (steady clock, [ns]); a late set does not hurry the next."""
        period_ns = round(1e9 / (self.recording.rate_hz * self.settings.rate))
        due_ns = time.monotonic_ns()
        while True:
            yield due_ns
            due_ns = max(due_ns + period_ns, time.monotonic_ns())

    def _publish_set(self, index: int, images: dict[str, ImageArray]) -> None:
        footage_ns = round(index * 1e9 / self.recording.rate_hz)
        if self.settings.stamps == "now":
            stamp = self.get_clock().now().to_msg()
        else:
            stamp = conversions.time_message(footage_ns)
            self._clock_publisher.publish(ClockMessage(clock=stamp))
        self._cameras.announce(stamp, footage_ns, "footage")
        for name, pixels in images.items():
            self._cameras.publish(name, pixels, stamp)

    def _diagnose(self) -> None:
        self._cameras.diagnose(self.get_clock().now().to_msg(), self._finished, {})


def main() -> None:
    """Run the node."""
    run_node(ReplayNode)
