"""Everything that safety hears, handed to the monitor; what cannot be is handed on as a fault."""

import time
from collections.abc import Callable
from functools import partial

from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from gpss_pose_ros.errors import GpssError, InputError
from gpss_pose_ros.msg import PersonPoseArray
from gpss_pose_ros.nodes.camera_topics import camera_topic
from gpss_pose_ros.nodes.safety_cameras import CameraInput
from gpss_pose_ros.nodes.safety_conversions import Clocks, persons_report
from gpss_pose_ros.nodes.safety_frames import Frames
from gpss_pose_ros.nodes.safety_robots import TransformRobot, robot_from_odometry
from gpss_pose_ros.nodes.safety_settings import SafetySettings
from gpss_pose_ros.nodes.safety_topics import InputTopics
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.settings import RobotEntry, Site
from gpss_pose_ros.safety.values import Robot

PERSONS_TOPIC = "/gpss/persons"
# None may be missed, not even when this process was kept waiting.
_PERSONS_QOS = QoSProfile(depth=50, reliability=ReliabilityPolicy.RELIABLE)
# Best effort hears every publisher; of several that wait, only the newest matters.
_ODOMETRY_QOS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class SafetyInputs:
    """The subscriptions of safety_node, and what has to be looked up."""

    def __init__(self, node: Node, settings: SafetySettings, site: Site, monitor: Monitor) -> None:
        """Subscribe."""
        self._node, self._settings, self._site, self._monitor = node, settings, site, monitor
        self._topics = InputTopics(node, monitor)
        self._frames = Frames(node, settings.factory_frame)
        self._cameras: dict[str, CameraInput] = {}
        self._transform_robots = {
            entry.name: TransformRobot(entry, self._frames, site.monitor)
            for entry in site.robots
            if not entry.odometry
        }
        self._subscribe(PersonPoseArray, PERSONS_TOPIC, self._on_persons, _PERSONS_QOS)
        for entry in site.robots:
            if entry.odometry:
                heard = partial(self._on_odometry, entry)
                self._subscribe(Odometry, entry.odometry, heard, _ODOMETRY_QOS)

    def _clocks(self) -> Clocks:
        """Return what both clocks say now."""
        return Clocks(self._node.get_clock().now().nanoseconds, time.monotonic_ns())

    def look_up(self) -> None:
        """Tell the monitor what both clocks say, and where robots are that only TF knows of."""
        clocks = self._clocks()
        self._monitor.clock(clocks.ros_ns, clocks.steady_ns)
        for name, robot in self._transform_robots.items():
            self._tell_robot(name, clocks, partial(robot.robot, clocks))

    def check(self) -> None:
        """Tell the monitor of publishers and calibrations: now and then."""
        self._meet()
        self._topics.check()
        clocks = self._clocks()
        for camera in self._cameras.values():
            camera.check(self._frames, clocks, self._site.monitor.camera_age_s)

    def _on_persons(self, message: PersonPoseArray) -> None:
        clocks = self._clocks()
        try:
            report = persons_report(message, self._settings.factory_frame, clocks)
        except InputError as error:
            self._monitor.persons_invalid(str(error), clocks.steady_ns)
            return
        self._monitor.persons(report, clocks.steady_ns)

    def _on_odometry(self, entry: RobotEntry, message: Odometry) -> None:
        clocks = self._clocks()
        arguments = (entry, message, self._frames, clocks, self._site.monitor)
        self._tell_robot(entry.name, clocks, partial(robot_from_odometry, *arguments))

    def _tell_robot(self, name: str, clocks: Clocks, look: Callable[[], Robot | None]) -> None:
        """Tell the monitor what is to be seen of a robot, or what is wrong with it."""
        try:
            robot = look()
        except GpssError as error:
            self._monitor.robot_invalid(name, str(error), clocks.steady_ns)
            return
        if robot is not None:
            self._monitor.robot(robot, clocks.steady_ns)

    def _meet(self) -> None:
        """Subscribe to the calibrations of cameras that the monitor knows by now."""
        for name in sorted(self._monitor.cameras.difference(self._cameras)):
            topic = camera_topic(self._settings.camera_info_topic, name)
            self._cameras[name] = CameraInput(self._node, name, topic, self._topics, self._monitor)

    def _subscribe(
        self, kind: type, topic: str, heard: Callable[..., None], qos: QoSProfile
    ) -> None:
        self._topics.add(self._node.create_subscription(kind, topic, heard, qos), qos)
