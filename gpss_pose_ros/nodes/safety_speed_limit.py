"""How fast each robot may go now, for the controllers of Nav2."""

from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import Header

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.nodes.safety_lock import must_stop
from gpss_pose_ros.nodes.safety_nav2 import nav2_messages
from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.settings import RobotProfile, Site
from gpss_pose_ros.safety.values import RobotVerdict, SafetyReport


def speed_limit_mps(verdict: RobotVerdict | None, profile: RobotProfile, floor_mps: float) -> float:
    """Return the limit to send, never below the floor: to Nav2, 0 means that there is none.

    The robot is stopped by other means: its lock, its gate, or the cloud.
    """
    if verdict is None or must_stop(verdict, floor_mps):
        return floor_mps
    return min(verdict.allowed_speed_mps, profile.largest_speed_mps)


class SpeedLimitOutput:
    """Publishes every limit in every cycle: Nav2 keeps the last one for ever."""

    def __init__(self, node: Node, settings: OutputSettings, site: Site) -> None:
        """Advertise a topic for each robot.

        Raises:
            SetupError: nav2_msgs is not installed.
            ConfigurationError: a robot never drives as fast as the floor.
        """
        self._message = nav2_messages("speed_limit").SpeedLimit
        self._floor_mps = settings.speed_floor_mps
        self._robots = {}
        for robot in site.robots:
            largest_mps = robot.profile.largest_speed_mps
            if largest_mps < self._floor_mps:
                raise ConfigurationError(
                    f"output: speed_floor_mps ({self._floor_mps}) must be less than the largest"
                    f" speed of every robot; that of {robot.name} is {largest_mps}"
                )
            topic = settings.speed_limit_topic.format(robot=robot.name)
            publisher = node.create_publisher(self._message, topic, QoSProfile(depth=1))
            self._robots[robot.name] = robot.profile, publisher

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Publish; a robot without a verdict gets the floor."""
        verdicts = {verdict.robot_id: verdict for verdict in report.robots}
        for name, (profile, publisher) in self._robots.items():
            limit_mps = speed_limit_mps(verdicts.get(name), profile, self._floor_mps)
            message = self._message(header=header, percentage=False, speed_limit=limit_mps)
            publisher.publish(message)
