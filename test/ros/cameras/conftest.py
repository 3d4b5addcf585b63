"""Cameras that tests can break: a rig of drivers which publish images as real ones do."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import tf2_ros
from geometry_msgs.msg import TransformStamped
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.images import image_message

PERIOD_S = 0.5  # on two cores the networks take about as long for four cameras


@dataclass
class Driver:
    """One camera as its driver publishes it; tests break one part of it.

    Attributes:
        picture: makes the message of the k-th set, header left out.
        info: None publishes none.
        transform: None publishes none.
        on: off is a driver that stopped.
        ahead_s: its clock is this far ahead.
        every: it publishes with every n-th set only.
        reliability: of its publisher.
    """

    picture: Callable[[int], ImageMessage]
    info: CameraInfo | None
    transform: TransformStamped | None
    on: bool = True
    ahead_s: float = 0.0
    every: int = 1
    reliability: ReliabilityPolicy = ReliabilityPolicy.BEST_EFFORT


class Rig:
    """Publishes all drivers' images at one rate; `tick` is called while something is awaited.

    Attributes:
        sets: index of the image set by capture stamp in [ns].
    """

    def __init__(self, graph: Any, drivers: Mapping[str, Driver]) -> None:
        self.drivers = drivers
        self.sets: dict[int, int] = {}
        self._clock = graph.node.get_clock()
        self._due_s = 0.0
        self._broadcaster = tf2_ros.StaticTransformBroadcaster(graph.node)
        self._publishers = {}
        for name, driver in drivers.items():
            qos = QoSProfile(depth=2, reliability=driver.reliability)
            self._publishers[name] = (
                graph.node.create_publisher(ImageMessage, f"/{name}/image_raw", qos),
                graph.node.create_publisher(CameraInfo, f"/{name}/camera_info", qos),
            )
        self.send_transforms()

    def index_of(self, stamp_ns: int) -> int:
        """Return the index of the set that an image with this stamp belongs to."""
        return self.sets[min(self.sets, key=lambda own: abs(own - stamp_ns))]

    def send_transforms(self) -> None:
        """Publish the static transforms the drivers have now."""
        self._broadcaster.sendTransform([d.transform for d in self.drivers.values() if d.transform])

    def tick(self) -> None:
        """Publish one set if it is time."""
        if time.monotonic() < self._due_s:
            return
        self._due_s = time.monotonic() + PERIOD_S
        stamp_ns, index = self._clock.now().nanoseconds, len(self.sets)
        self.sets[stamp_ns] = index
        for name, driver in self.drivers.items():
            if driver.on and index % driver.every == 0:
                self._publish(name, driver, index, stamp_ns + round(driver.ahead_s * 1e9))

    def _publish(self, name: str, driver: Driver, index: int, stamp_ns: int) -> None:
        images, infos = self._publishers[name]
        stamp = conversions.time_message(stamp_ns)
        if driver.info is not None:
            driver.info.header.stamp = stamp
            infos.publish(driver.info)
        message = driver.picture(index)
        message.header.stamp = stamp
        message.header.frame_id = f"{name}_optical_frame"
        images.publish(message)


@pytest.fixture(scope="session")
def make_rig() -> type[Rig]:
    return Rig


@pytest.fixture(scope="session")
def recorded_driver(scene: Any) -> Callable[..., Driver]:
    """Make a driver that publishes a recorded camera, under another name if given."""

    def make(camera: str, name: str = "", **options: Any) -> Driver:
        frame_id = f"{name or camera}_optical_frame"
        calibrated = scene.camera(camera)
        return Driver(
            lambda index: image_message(scene.sets[scene.frame(index)][camera]),
            conversions.camera_info(calibrated, frame_id),
            conversions.transform_message(calibrated.factory_from_camera, "factory", frame_id),
            **options,
        )

    return make
