"""gate_node: a robot's commands through safety: cmd_vel_in to cmd_vel, slowed down or stopped.

For robots without Nav2, or behind it. One for each robot, on the robot, where it must be the only
publisher of cmd_vel; the base must itself stop when cmd_vel falls silent. This is no certified
safety function: see doc/safety.md.

Subscribes cmd_vel_in and the state of safety_node; publishes cmd_vel for every command, and without
commands or permission zero, by a timer of its own.
"""

import time
from pathlib import Path

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.msg import SafetyState
from gpss_pose_ros.nodes.conversions import stamp_ns
from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.gate_permission import Permission
from gpss_pose_ros.nodes.gate_settings import GateSettings
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.run import run_node
from gpss_pose_ros.safety.gate import STANDSTILL, PlanarTwist, limited
from gpss_pose_ros.safety.settings import RobotProfile
from gpss_pose_ros.safety.site_file import read_site

_NEWEST = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)  # no queue of old words
_SAY_S = 1.0


class GateNode(Node):
    """Keeps the newest command and the newest permission. See GateSettings for the parameters."""

    def __init__(self) -> None:
        super().__init__("gate_node")
        declare(self, GateSettings)
        settings = self.settings = read(self, GateSettings)
        self._outline_m = self._profile().outline_m
        self._permission = Permission(
            settings.robot, settings.state_timeout_s, settings.state_age_s
        )
        self._command, self._commanded_ns, self._frame = STANDSTILL, 0, ""
        self._said: str | None = None
        kind = TwistStamped if settings.stamped else Twist
        self._publisher = self.create_publisher(kind, "cmd_vel", QoSProfile(depth=1))
        self.create_subscription(kind, "cmd_vel_in", self._on_command, _NEWEST)
        self.create_subscription(SafetyState, settings.state_topic, self._on_state, _NEWEST)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(settings.period_s, self._publish, clock=steady)

    def _profile(self) -> RobotProfile:
        """Return what kind of robot ours is; ConfigurationError if the site does not know it."""
        path = Path(self.settings.zones or share_directory() / "config" / "zones.yaml")
        profiles = {robot.name: robot.profile for robot in read_site(path).robots}
        if self.settings.robot not in profiles:
            sentence = unknown_choice("robot", self.settings.robot, profiles, where=str(path))
            raise ConfigurationError(sentence)
        return profiles[self.settings.robot]

    def _on_state(self, message: SafetyState) -> None:
        """Take what safety says; a stop goes out at once."""
        age_s = (self.get_clock().now().nanoseconds - stamp_ns(message.header.stamp)) / 1e9
        now_ns = time.monotonic_ns()
        self._permission.hear(message, age_s, now_ns)
        if not self._permission.speed_mps(now_ns) > 0.0:
            self._publish()

    def _on_command(self, message: Twist | TwistStamped) -> None:
        """Take what somebody wants, and send what of it is allowed."""
        if self.settings.stamped:
            self._frame = message.header.frame_id
            message = message.twist
        self._command = PlanarTwist(message.linear.x, message.linear.y, message.angular.z)
        self._commanded_ns = time.monotonic_ns()
        self._publish()

    def _publish(self) -> None:
        """Send the newest command as far as it is allowed now, or zero."""
        now_ns = time.monotonic_ns()
        silent_s = (now_ns - self._commanded_ns) / 1e9
        command = self._command if silent_s <= self.settings.command_timeout_s else STANDSTILL
        allowed = limited(command, self._outline_m, self._permission.speed_mps(now_ns))
        self._publisher.publish(self._message(allowed))
        self._say(self._permission.no(now_ns))

    def _message(self, twist: PlanarTwist) -> Twist | TwistStamped:
        message = Twist()
        message.linear.x, message.linear.y = twist.x_mps, twist.y_mps
        message.angular.z = twist.turn_radps
        if not self.settings.stamped:
            return message
        stamped = TwistStamped(twist=message)
        stamped.header.frame_id = self._frame
        stamped.header.stamp = self.get_clock().now().to_msg()
        return stamped

    def _say(self, no: str) -> None:
        """Log whether the robot may drive, when that changes, and now and then why not."""
        if no == self._said:
            return
        if no:
            text = f"{self.settings.robot}: stop: {no}"
            self.get_logger().warning(text, throttle_duration_sec=_SAY_S)
        else:
            self.get_logger().info(f"{self.settings.robot}: may drive")
        self._said = no


def main() -> None:
    """Run the node."""
    run_node(GateNode)
