"""Watches who publishes our inputs: one publisher each, of a type and quality that reaches us."""

from collections.abc import Sequence

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.monitor import Monitor

_FORGET = "one that was killed counts until DDS forgets it, after up to 20 s"


class InputTopics:
    """The topics of all inputs but TF, of which many nodes publish each its own frames."""

    def __init__(self, node: Node, monitor: Monitor) -> None:
        self._node, self._monitor = node, monitor
        self._watched: list[tuple[Subscription, QoSProfile, str]] = []

    def add(self, subscription: Subscription, qos: QoSProfile) -> None:
        """Watch the topic of a subscription, that was made with `qos`."""
        kind = subscription.msg_type
        package = kind.__module__.partition(".")[0]
        self._watched.append((subscription, qos, f"{package}/msg/{kind.__name__}"))

    def check(self) -> None:
        """Tell the monitor of every topic whether its publishers are as they must be."""
        for subscription, qos, kind in self._watched:
            topic = subscription.topic_name
            publishers = self._node.get_publishers_info_by_topic(topic)
            self._tell(Cause.SECOND_PUBLISHER, topic, _too_many(publishers))
            self._tell(Cause.QOS_MISMATCH, topic, _unheard(publishers, qos, kind))

    def _tell(self, cause: Cause, topic: str, detail: str) -> None:
        if detail:
            self._monitor.fault(cause, topic, detail)
        else:
            self._monitor.no_fault(cause, topic)


def _too_many(publishers: Sequence[TopicEndpointInfo]) -> str:
    """Return a sentence if there are more than one."""
    if len(publishers) < 2:
        return ""
    names = ", ".join(sorted(map(_name, publishers)))
    return f"{len(publishers)} publishers ({names}), one is right: end the others ({_FORGET})"


def _unheard(publishers: Sequence[TopicEndpointInfo], wanted: QoSProfile, kind: str) -> str:
    """Return a sentence for the first publisher that does not reach us."""
    for publisher in publishers:
        if publisher.topic_type != kind:
            return f"{_name(publisher)} publishes {publisher.topic_type}, not {kind}"
        fit, reason = qos_check_compatible(publisher.qos_profile, wanted)
        if fit == QoSCompatibility.ERROR:
            return f"{_name(publisher)} publishes with a QoS that does not reach us: {reason}"
    return ""


def _name(publisher: TopicEndpointInfo) -> str:
    return f"{publisher.node_namespace.rstrip('/')}/{publisher.node_name}"
