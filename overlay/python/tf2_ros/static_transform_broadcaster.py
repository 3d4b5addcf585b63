"""Publishing frames that do not move."""

from collections.abc import Iterable

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from tf2_ros.transform_broadcaster import as_list


class StaticTransformBroadcaster:
    """Sends transforms on /tf_static, where those who come later get them too.

    Every message holds all frames sent so far. As upstream, the first transform of a child frame
    stays: a second one is not sent. To move a static frame, make a new broadcaster.
    """

    def __init__(self, node: Node, qos: QoSProfile | int | None = None) -> None:
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.pub_tf = node.create_publisher(
            TFMessage, "/tf_static", latched if qos is None else qos
        )
        self.net_message = TFMessage()

    def sendTransform(  # noqa: N802
        self, transform: TransformStamped | Iterable[TransformStamped]
    ) -> None:
        """Add one transform or several, and send all."""
        sent = {t.child_frame_id for t in self.net_message.transforms}
        for t in as_list(transform):
            if t.child_frame_id not in sent:
                sent.add(t.child_frame_id)
                self.net_message.transforms.append(t)
        self.pub_tf.publish(self.net_message)
