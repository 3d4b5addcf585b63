"""A subscription as the start of a chain of filters."""

from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

from message_filters.simple_filter import SimpleFilter


class Subscriber(SimpleFilter):
    """Passes every message of a topic on.

    As upstream, the first three arguments are positional and the quality of service is named;
    further named arguments go to `Node.create_subscription`. The subscription itself is `sub`.
    """

    def __init__(
        self,
        node: Node,
        msg_type: type,
        topic: str,
        /,
        *,
        qos_profile: QoSProfile | int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.node = node
        self.topic = topic
        self.sub = node.create_subscription(
            msg_type, topic, self.callback, qos_profile=qos_profile, **kwargs
        )

    def callback(self, msg: Any) -> None:
        """Pass one message on."""
        self.signalMessage(msg)

    def getTopic(self) -> str:  # noqa: N802
        """Return the name of the topic as it was given."""
        return self.topic
