"""What tf2_ros promises between nodes: passes with the overlay and with the real package.

These need the interface package `tf2_msgs`; where it is not built they fail, they are not skipped.
"""

import threading

import pytest
from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.executors import MultiThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from tf2_msgs.msg import TFMessage
from tf2_ros import (
    Buffer,
    LookupException,
    StaticTransformBroadcaster,
    TransformBroadcaster,
    TransformListener,
)

LATEST = Time()


def transform(parent: str, child: str, seconds: int = 0, x: float = 0.0) -> TransformStamped:
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp.sec = seconds
    message.transform.translation.x = x
    message.transform.rotation.w = 1.0
    return message


def x_of(message: TransformStamped) -> float:
    return message.transform.translation.x


def test_what_is_broadcast_is_heard(graph) -> None:
    buffer = Buffer()
    TransformListener(buffer, graph.node())
    broadcaster = TransformBroadcaster(graph.node())
    graph.spin_until(lambda: broadcaster.pub_tf.get_subscription_count())
    broadcaster.sendTransform(transform("factory", "robot", 1, 1.0))
    broadcaster.sendTransform([transform("factory", "robot", 3, 3.0), transform("robot", "arm", 2)])
    graph.spin_until(lambda: buffer.can_transform("factory", "arm", LATEST))
    found = buffer.lookup_transform("factory", "arm", LATEST)
    assert found.header.stamp.sec == 2
    assert x_of(found) == pytest.approx(2.0)


def test_static_transforms_add_up_and_reach_those_who_come_later(graph) -> None:
    broadcaster = StaticTransformBroadcaster(graph.node())
    broadcaster.sendTransform(transform("factory", "left", x=1.0))
    broadcaster.sendTransform([transform("factory", "right", x=2.0)])
    buffer = Buffer()
    TransformListener(buffer, graph.node())
    graph.spin_until(lambda: buffer.can_transform("left", "right", LATEST))
    assert x_of(buffer.lookup_transform("left", "right", Time(seconds=9))) == pytest.approx(1.0)


def test_the_first_static_transform_of_a_frame_stays(graph) -> None:
    node, heard = graph.node(), []
    broadcaster = StaticTransformBroadcaster(node)
    node.create_subscription(TFMessage, "/tf_static", heard.append, 10)
    graph.spin_until(lambda: broadcaster.pub_tf.get_subscription_count())
    broadcaster.sendTransform(transform("factory", "left", x=1.0))
    broadcaster.sendTransform(transform("factory", "left", x=2.0))
    graph.spin_until(lambda: len(heard) >= 2)
    assert [[x_of(t) for t in message.transforms] for message in heard] == [[1.0], [1.0]]


def test_a_listener_with_its_own_thread_needs_no_executor(graph) -> None:
    buffer = Buffer()
    listener = TransformListener(buffer, graph.node(spun=False), spin_thread=True)
    StaticTransformBroadcaster(graph.node()).sendTransform(transform("factory", "camera", x=1.0))
    found = buffer.lookup_transform("factory", "camera", LATEST, Duration(seconds=20))
    listener.executor.shutdown()
    listener.dedicated_listener_thread.join()
    assert x_of(found) == pytest.approx(1.0)


def test_a_wait_in_the_only_thread_times_out_and_does_not_hang(graph) -> None:
    node, buffer, results = graph.node(), Buffer(), []
    TransformListener(buffer, node)

    def wait() -> None:
        try:
            buffer.lookup_transform("factory", "robot", LATEST, Duration(seconds=0.05))
        except LookupException as error:
            results.append(error)

    node.create_timer(0.01, wait)
    graph.spin_until(lambda: len(results) >= 2)


def test_a_wait_in_one_of_several_threads_lets_the_listener_in(graph) -> None:
    node, buffer, results = graph.node(spun=False), Buffer(), []
    TransformListener(buffer, node)
    broadcaster = TransformBroadcaster(graph.node())

    def wait() -> None:
        results.append(buffer.lookup_transform("factory", "robot", LATEST, Duration(seconds=20)))
        timer.cancel()

    timer = node.create_timer(0.01, wait)
    executor = MultiThreadedExecutor(num_threads=2)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    graph.spin_until(lambda: broadcaster.pub_tf.get_subscription_count())
    broadcaster.sendTransform(transform("factory", "robot", 1, 1.0))
    graph.spin_until(lambda: results)
    executor.shutdown()
    thread.join()
    assert x_of(results[0]) == pytest.approx(1.0)


def test_simulated_time_that_jumps_back_clears_what_moves(graph) -> None:
    simulated = Parameter("use_sim_time", value=True)
    node = graph.node(parameter_overrides=[simulated])
    clock = graph.node().create_publisher(Clock, "/clock", 10)
    now = node.get_clock().now

    def play(seconds: int) -> None:
        def reached() -> bool:
            clock.publish(Clock(clock=Time(seconds=seconds).to_msg()))
            return now().nanoseconds == seconds * 10**9

        graph.spin_until(reached)

    play(100)
    buffer = Buffer(node=node)
    buffer.set_transform(transform("factory", "robot", 100), "test")
    buffer.set_transform_static(transform("factory", "camera"), "test")
    play(101)
    assert buffer.can_transform("factory", "robot", LATEST)
    play(50)
    assert not buffer.can_transform("factory", "robot", LATEST)
    assert buffer.can_transform("factory", "camera", LATEST)
