"""Counts the images that arrive, as pose_node would receive them, and how late."""

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.nodes.camera_feed import NEWEST_ONLY
from gpss_pose_ros.nodes.conversions import stamp_ns

_SILENCE_S = 2.0


def measure_arrivals(topics: list[str], images: int, start_timeout_s: float) -> list[float]:
    """Return the latency of every image that arrives on `topics`, in [ms].

    Ends when all `images` per topic have come, when none has come for 2 s, or when none has come at
    all for `start_timeout_s`.
    """
    latencies_ms: list[float] = []
    rclpy.init()
    node = Node("transport_meter")
    last_s = [0.0]
    clock = node.get_clock()

    def arrived(message: ImageMessage) -> None:
        now_ns = clock.now().nanoseconds
        latencies_ms.append((now_ns - stamp_ns(message.header.stamp)) / 1e6)
        last_s[0] = now_ns / 1e9

    for topic in topics:
        node.create_subscription(ImageMessage, topic, arrived, NEWEST_ONLY)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    last_s[0] = clock.now().nanoseconds / 1e9
    try:
        while len(latencies_ms) < images * len(topics):
            executor.spin_once(timeout_sec=0.1)
            patience_s = _SILENCE_S if latencies_ms else start_timeout_s
            if clock.now().nanoseconds / 1e9 - last_s[0] > patience_s:
                break
    finally:
        rclpy.try_shutdown()
    return latencies_ms
