"""The lock of each robot: true while it must stop, for twist_mux."""

from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import Bool, Header

from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.values import RobotVerdict, SafetyReport, Verdict

MAY_DRIVE = (Verdict.CLEAR, Verdict.WARNING)


def must_stop(verdict: RobotVerdict | None, floor_mps: float) -> bool:
    """Tell whether a robot must stand: stopped, unknown, or slower than a limit can say."""
    return (
        verdict is None
        or verdict.verdict not in MAY_DRIVE
        or not verdict.allowed_speed_mps >= floor_mps
    )


class LockOutput:
    """Publishes every lock in every cycle: twist_mux takes silence for a lock."""

    def __init__(self, node: Node, settings: OutputSettings, site: Site) -> None:
        """Advertise a topic for each robot."""
        self._floor_mps = settings.speed_floor_mps
        self._publishers = {
            robot.name: node.create_publisher(
                Bool, settings.lock_topic.format(robot=robot.name), QoSProfile(depth=1)
            )
            for robot in site.robots
        }

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Publish; a robot without a verdict is locked."""
        verdicts = {verdict.robot_id: verdict for verdict in report.robots}
        for name, publisher in self._publishers.items():
            locked = must_stop(verdicts.get(name), self._floor_mps)
            publisher.publish(Bool(data=locked))
