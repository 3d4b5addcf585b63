"""Publishes what real cameras and their drivers would: images, calibrations and transforms."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Protocol

import tf2_ros
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage, TimeReference
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.camera_topics import camera_topic
from gpss_pose_ros.nodes.diagnose import source_diagnostics
from gpss_pose_ros.nodes.images import compressed_message, image_message
from gpss_pose_ros.types import ImageArray

_CAMERA_QOS = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
_SETS_QOS = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_WAKE_S = 0.05


class SourceSettings(Protocol):
    """The parameters that nodes which stand in for cameras have in common."""

    transport: str
    image_topic: str
    camera_info_topic: str
    factory_frame: str


class CameraPublishers:
    """All cameras of a node that stands in for them.

    Attributes:
        names: of the cameras.
        sets: image sets announced so far.
    """

    def __init__(self, node: Node, cameras: Iterable[Camera], settings: SourceSettings) -> None:
        """Advertise everything, and publish the static transforms."""
        cameras = tuple(cameras)
        self.names = tuple(camera.camera_id for camera in cameras)
        self.sets = 0
        self._compressed = settings.transport == "compressed"
        kind = CompressedImage if self._compressed else ImageMessage
        self._images, self._infos = {}, {}
        for camera in cameras:
            name = camera.camera_id
            topic = camera_topic(settings.image_topic, name) + "/compressed" * self._compressed
            self._images[name] = node.create_publisher(kind, topic, _CAMERA_QOS)
            info_topic = camera_topic(settings.camera_info_topic, name)
            info = conversions.camera_info(camera, conversions.optical_frame(name))
            self._infos[name] = (node.create_publisher(CameraInfo, info_topic, _CAMERA_QOS), info)
        self._broadcaster = tf2_ros.StaticTransformBroadcaster(node)
        self._broadcaster.sendTransform(
            conversions.camera_transforms(cameras, settings.factory_frame)
        )
        self._sets = node.create_publisher(TimeReference, "~/sets", _SETS_QOS)
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", 10)

    def announce(self, stamp: Time, source_ns: int, source: str) -> None:
        """Say on ~/sets that the set with capture stamp `stamp` shows the source's time."""
        reference = TimeReference(time_ref=conversions.time_message(source_ns), source=source)
        reference.header.stamp = stamp
        self._sets.publish(reference)
        self.sets += 1

    def publish(self, name: str, pixels: ImageArray, stamp: Time) -> None:
        """Publish one camera's image (H, W, 3) BGR with its calibration."""
        publisher, info = self._infos[name]
        info.header.stamp = stamp
        publisher.publish(info)
        message = compressed_message(pixels) if self._compressed else image_message(pixels)
        message.header.stamp = stamp
        message.header.frame_id = info.header.frame_id
        self._images[name].publish(message)

    def diagnose(self, stamp: Time, finished: bool, more: Mapping[str, object]) -> None:
        """Say on /diagnostics how far the source is."""
        self._diagnostics.publish(
            source_diagnostics(stamp, self.names, self.sets, finished, **more)
        )

    def wait_for_subscribers(self, limit_s: float, stopping: threading.Event) -> None:
        """Return when somebody listens to every camera, after `limit_s`, or when stopping."""
        deadline_ns = time.monotonic_ns() + limit_s * 1e9
        while time.monotonic_ns() < deadline_ns:
            if all(p.get_subscription_count() for p in self._images.values()):
                return
            if stopping.wait(_WAKE_S):
                return
