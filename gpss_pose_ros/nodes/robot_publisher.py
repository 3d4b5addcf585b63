"""What transport robots say of themselves: odometry and their transform."""

import math
from collections.abc import Iterable

import tf2_ros
from builtin_interfaces.msg import Time
from nav_msgs.msg import Odometry
from rclpy.node import Node

from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.nodes.conversions import stamp_ns, transform_message
from gpss_pose_ros.simulation.state import RobotState
from gpss_pose_ros.simulation.world import RobotPlan


class RobotPublisher:
    """Publishes /<robot>/odom and the transform of <robot>/base_link, both in the factory frame."""

    def __init__(self, node: Node, robots: Iterable[RobotPlan], factory_frame: str) -> None:
        """Advertise."""
        self._frame = factory_frame
        self._odometry = {
            robot.name: node.create_publisher(Odometry, f"/{robot.name}/odom", 10)
            for robot in robots
        }
        self._broadcaster = tf2_ros.TransformBroadcaster(node)
        self._last: dict[str, tuple[int, float]] = {}

    def publish(self, robots: Iterable[RobotState], stamp: Time) -> None:
        """Publish where the robots are."""
        transforms = []
        for robot in robots:
            pose = Transform.from_rotation_vector(
                [0.0, 0.0, robot.yaw_rad], [robot.x_m, robot.y_m, 0.0]
            )
            message = transform_message(pose, self._frame, f"{robot.name}/base_link")
            message.header.stamp = stamp
            transforms.append(message)
            self._odometry[robot.name].publish(self._odometry_message(robot, message))
        if transforms:
            self._broadcaster.sendTransform(transforms)

    def _odometry_message(self, robot: RobotState, transform) -> Odometry:
        message = Odometry(header=transform.header, child_frame_id=transform.child_frame_id)
        translation = transform.transform.translation
        message.pose.pose.position.x, message.pose.pose.position.y = translation.x, translation.y
        message.pose.pose.orientation = transform.transform.rotation
        message.twist.twist.linear.x = robot.v_mps
        message.twist.twist.angular.z = self._turn_rate(robot, stamp_ns(transform.header.stamp))
        return message

    def _turn_rate(self, robot: RobotState, now_ns: int) -> float:
        """Return the yaw rate since the last instant, in [rad/s]."""
        before_ns, before_rad = self._last.get(robot.name, (now_ns, robot.yaw_rad))
        self._last[robot.name] = now_ns, robot.yaw_rad
        turned = math.remainder(robot.yaw_rad - before_rad, math.tau)
        return turned / ((now_ns - before_ns) / 1e9) if now_ns > before_ns else 0.0
