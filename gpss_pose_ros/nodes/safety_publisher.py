"""What safety_node says: state, zones, coverage, and whatever else is switched on."""

from nav_msgs.msg import OccupancyGrid
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Header

from gpss_pose_ros.msg import SafetyState, SafetyZoneArray
from gpss_pose_ros.nodes import safety_messages
from gpss_pose_ros.nodes.safety_outputs import safety_outputs
from gpss_pose_ros.nodes.safety_settings import SafetySettings
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.values import SafetyReport

_NEWEST_ONLY = QoSProfile(depth=1)  # nobody may be told an old verdict: not latched, no queue
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)  # as maps are


class SafetyPublisher:
    """The publishers of safety_node."""

    def __init__(self, node: Node, settings: SafetySettings, site: Site) -> None:
        """Advertise; SetupError names what an output needs that is switched on and not there."""
        self._node, self._frame = node, settings.factory_frame
        self._state = node.create_publisher(SafetyState, "/gpss/safety/state", _NEWEST_ONLY)
        self._zones = node.create_publisher(SafetyZoneArray, "/gpss/safety/zones", _NEWEST_ONLY)
        self._coverage = node.create_publisher(OccupancyGrid, "/gpss/safety/coverage", _LATCHED)
        self._outputs = safety_outputs(node, settings.output, site)
        self._told: Coverage | None = None
        self._coverage_every = max(1, round(settings.coverage_s / site.monitor.period_s))

    def publish(self, report: SafetyReport, coverage: Coverage) -> None:
        """Publish one cycle: the state first, and what costs more after it."""
        stamp = self._node.get_clock().now().to_msg()
        header = Header(frame_id=self._frame, stamp=stamp)
        self._state.publish(safety_messages.state_message(report, header))
        self._zones.publish(safety_messages.zones_message(report, header))
        for output in self._outputs:
            output.publish(report, coverage, header)
        if coverage is not self._told or report.sequence % self._coverage_every == 0:
            self._told = coverage  # at once when it changes
            self._coverage.publish(safety_messages.coverage_message(coverage, header))
