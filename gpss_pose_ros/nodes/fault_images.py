"""Images of the campaign's site as its cameras would publish them."""

from collections.abc import Mapping, Sequence

from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.bringup import PACKAGE, NodeSpec
from gpss_pose_ros.evaluation.fault_footage import SiteFootage
from gpss_pose_ros.evaluation.fault_site import CAMERAS_M, IMAGES_HZ
from gpss_pose_ros.nodes.conversions import optical_frame, time_message
from gpss_pose_ros.nodes.fault_bench import QUIET
from gpss_pose_ros.nodes.fault_inputs import Inputs, info_streams, robot_streams
from gpss_pose_ros.nodes.fault_stream import Stream
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.images import image_message
from gpss_pose_ros.types import ImageArray

POSE = "pose_node"
_CAMERA_QOS = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)


class ImageLoop:
    """Plays footage forwards and backwards, all cameras under the same stamps.

    Attributes:
        shown: the footage that is played; it may be changed at any time.
    """

    def __init__(self, footage: SiteFootage, inputs: Inputs) -> None:
        self.footage = footage
        self.shown: Mapping[str, Sequence[ImageArray]] = footage.empty
        self._inputs = inputs
        self._index, self._stamp_ns = 0, 0
        self._served: set[str] = set(CAMERAS_M)

    def message(self, name: str) -> ImageMessage:
        """Return the next image of a camera."""
        if name in self._served:
            self._index, self._stamp_ns = self._index + 1, self._inputs.now_ns()
            self._served.clear()
        self._served.add(name)
        images = self.shown[name]
        turn = self._index % (2 * len(images))
        message = image_message(images[min(turn, 2 * len(images) - 1 - turn)])
        message.header.stamp = time_message(self._stamp_ns)
        message.header.frame_id = optical_frame(name)
        return message


def image_stream_name(camera: str) -> str:
    """Return the name of a camera's stream of images."""
    return f"images_{camera}"


def image_streams(node: Node, inputs: Inputs, loop: ImageLoop) -> dict[str, Stream]:
    """Return the streams of images, calibrations and robots: all but the persons."""
    images = {
        image_stream_name(name): Stream(
            node,
            ImageMessage,
            f"/{name}/image_raw",
            _CAMERA_QOS,
            IMAGES_HZ,
            lambda name=name: loop.message(name),
        )
        for name in inputs.cameras
    }
    return {**robot_streams(node, inputs), **info_streams(node, inputs), **images}


def pose_node() -> NodeSpec:
    """Return the node that finds the persons, as it is by default but for its cameras."""
    parameters = {
        "cameras": list(CAMERAS_M),
        "image_topic": "/{camera}/image_raw",
        "camera_info_topic": "/{camera}/camera_info",
        "image_transport": "raw",
    }
    share = share_directory()
    files = (share / "config" / "pipeline.yaml",)
    return NodeSpec(PACKAGE, POSE, POSE, files, tuple(parameters.items()), QUIET, essential=False)
