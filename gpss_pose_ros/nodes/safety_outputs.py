"""What safety says to planners and people: one class for each way to say it."""

from collections.abc import Callable
from typing import Protocol

from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from std_msgs.msg import Header

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.nodes.safety_cloud import CloudOutput
from gpss_pose_ros.nodes.safety_diagnostics import DiagnosticsOutput
from gpss_pose_ros.nodes.safety_keepout import KeepoutOutput
from gpss_pose_ros.nodes.safety_lock import LockOutput
from gpss_pose_ros.nodes.safety_markers import MarkerOutput
from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.nodes.safety_speed_limit import SpeedLimitOutput
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.values import SafetyReport


class Output(Protocol):
    """One way to say what safety says."""

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Say it, every cycle; `header` has the factory frame, and the time of publication."""


_OUTPUTS: dict[str, Callable[[Node, OutputSettings, Site], Output]] = {
    "lock": LockOutput,
    "speed_limit": SpeedLimitOutput,
    "cloud": CloudOutput,
    "keepout": KeepoutOutput,
    "diagnostics": DiagnosticsOutput,
    "markers": MarkerOutput,
}  # what stops robots comes first


def safety_outputs(node: Node, settings: OutputSettings, site: Site) -> tuple[Output, ...]:
    """Return the outputs that are switched on, advertised.

    Raises:
        SetupError: one needs a message package that is not installed.
        ConfigurationError: a robot's name does not fit into a topic.
    """
    wanted = [make for name, make in _OUTPUTS.items() if getattr(settings, name)]
    try:
        return tuple(make(node, settings, site) for make in wanted)
    except InvalidTopicNameException as error:
        raise ConfigurationError(
            f"a robot's name must fit into its topics (letters, digits, _ and /): {error}"
        ) from error
