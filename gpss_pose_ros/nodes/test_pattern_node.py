"""test_pattern_node: publishes pictures like several cameras, to load and measure the transport."""

import threading
import time
from dataclasses import dataclass

import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.nodes.camera_topics import camera_topic
from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.images import image_message
from gpss_pose_ros.nodes.run import run_node

_DISCOVERY_S = 30.0


@dataclass(frozen=True)
class TestPatternSettings:
    """Parameters of test_pattern_node.

    Attributes:
        cameras: names of the cameras.
        image_topic: topic of a camera's images, {camera} is replaced.
        width: of the images, in [px].
        height: of the images, in [px].
        rate_hz: images per second and camera.
        images: per camera, then stop publishing.
    """

    cameras: tuple[str, ...] = ("cam_01", "cam_02", "cam_03", "cam_04")
    image_topic: str = "/{camera}/image_raw"
    width: int = 1280
    height: int = 720
    rate_hz: float = 15.0
    images: int = 150


class TestPatternNode(Node):
    """Publishes once everybody is subscribed; every image carries its number in the frame_id."""

    def __init__(self) -> None:
        super().__init__("test_pattern_node")
        declare(self, TestPatternSettings)
        self.settings = read(self, TestPatternSettings)
        qos = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
        self._publishers_by_camera = {
            camera: self.create_publisher(
                ImageMessage, camera_topic(self.settings.image_topic, camera), qos
            )
            for camera in self.settings.cameras
        }
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._publish_all, daemon=True)
        self._thread.start()

    def destroy_node(self) -> None:
        """End the thread, then release everything."""
        self._stopping.set()
        self._thread.join()
        super().destroy_node()

    def _publish_all(self) -> None:
        deadline = time.monotonic() + _DISCOVERY_S
        publishers = self._publishers_by_camera.values()
        while not all(p.get_subscription_count() for p in publishers):
            if time.monotonic() > deadline:
                self.get_logger().error(f"nobody subscribed within {_DISCOVERY_S:.0f} s")
                return
            if self._stopping.wait(0.05):
                return
        noise = np.random.default_rng(0)
        shape = (self.settings.height, self.settings.width, 3)
        pixels = noise.integers(0, 256, shape, dtype=np.uint8)
        due = time.monotonic()
        for number in range(self.settings.images):
            if self._stopping.wait(max(0.0, due - time.monotonic())):
                return
            due += 1.0 / self.settings.rate_hz
            for publisher in publishers:
                message = image_message(pixels)
                message.header.stamp = self.get_clock().now().to_msg()
                message.header.frame_id = str(number)
                publisher.publish(message)


def main() -> None:
    """Run the node."""
    run_node(TestPatternNode)
