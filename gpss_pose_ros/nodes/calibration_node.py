"""calibration_node: publishes a calibration file for cameras whose drivers do not.

Publishes the static transform of every camera, and, unless switched off, its camera_info.
"""

from dataclasses import dataclass
from pathlib import Path

import tf2_ros
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.camera_topics import camera_topic
from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.run import run_node

_REPEAT_S = 0.5


@dataclass(frozen=True)
class CalibrationSettings:
    """Parameters of calibration_node.

    Attributes:
        file: calibration in TOML, one table a camera.
        factory_frame: parent frame of the cameras' transforms.
        camera_info_topic: topic of a camera's calibration, {camera} is replaced; empty publishes
            transforms only.
    """

    file: str = ""
    factory_frame: str = "factory"
    camera_info_topic: str = "/{camera}/camera_info"


class CalibrationNode(Node):
    """Says again and again what the file says; transforms are latched."""

    def __init__(self) -> None:
        super().__init__("calibration_node")
        declare(self, CalibrationSettings)
        settings = read(self, CalibrationSettings)
        if not settings.file:
            raise ConfigurationError("calibration_node: parameter file must name a calibration")
        cameras = read_calibration(Path(settings.file)).values()
        self._broadcaster = tf2_ros.StaticTransformBroadcaster(self)
        self._broadcaster.sendTransform(
            conversions.camera_transforms(cameras, settings.factory_frame)
        )
        if not settings.camera_info_topic:
            return
        self._infos = []
        for camera in cameras:
            topic = camera_topic(settings.camera_info_topic, camera.camera_id)
            info = conversions.camera_info(camera, conversions.optical_frame(camera.camera_id))
            self._infos.append((self.create_publisher(CameraInfo, topic, 1), info))
        self.create_timer(_REPEAT_S, self._publish)

    def _publish(self) -> None:
        stamp = self.get_clock().now().to_msg()
        for publisher, info in self._infos:
            info.header.stamp = stamp
            publisher.publish(info)


def main() -> None:
    """Run the node."""
    run_node(CalibrationNode)
