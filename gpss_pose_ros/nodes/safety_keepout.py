"""Zones as the mask of Nav2's keepout filter: planners plan around people.

No safety: the filter never looks at the age of a mask. It keeps robots from having to stop.
"""

import array

import numpy as np
import numpy.typing as npt
from nav_msgs.msg import OccupancyGrid
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Header

from gpss_pose_ros.nodes.safety_nav2 import nav2_messages
from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.raster import zone_mask
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.values import SafetyReport

MASK_TOPIC = "/gpss/safety/keepout_mask"
INFO_TOPIC = "/gpss/safety/keepout_filter_info"
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_KEEPOUT = 0  # of CostmapFilterInfo.type


class KeepoutOutput:
    """Publishes the mask when it has changed, and once what it means; both are latched."""

    def __init__(self, node: Node, settings: OutputSettings, site: Site) -> None:
        """Advertise; SetupError unless nav2_msgs is installed."""
        self._settings = settings
        self._info_message = nav2_messages("keepout").CostmapFilterInfo
        self._info = node.create_publisher(self._info_message, INFO_TOPIC, _LATCHED)
        self._mask = node.create_publisher(OccupancyGrid, MASK_TOPIC, _LATCHED)
        self._every = max(1, round(settings.keepout_s / site.monitor.period_s))
        self._told = False
        self._last = b""

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Publish, if it is time to and there is news."""
        if not self._told:  # once: the filter subscribes anew each time that it is told
            self._told = True
            self._info.publish(
                self._info_message(
                    header=header,
                    type=_KEEPOUT,
                    filter_mask_topic=MASK_TOPIC,
                    base=0.0,
                    multiplier=1.0,
                )
            )
        if self._last and report.sequence % self._every:
            return
        unseen = coverage.unseen if self._settings.keepout_unseen else None
        mask = zone_mask(report.zones, coverage.grid, self._settings.keepout_radius, unseen)
        if mask.tobytes() != self._last:
            self._last = mask.tobytes()
            self._mask.publish(mask_message(mask, coverage.grid, header))


def mask_message(mask: npt.NDArray[np.int8], grid: Grid, header: Header) -> OccupancyGrid:
    """Return a mask (rows, columns) over the grid."""
    message = OccupancyGrid(header=header)
    info = message.info
    info.map_load_time = header.stamp
    info.resolution = float(grid.resolution_m)
    info.height, info.width = mask.shape
    info.origin.position.x, info.origin.position.y = map(float, grid.low_m)
    info.origin.orientation.w = 1.0
    message.data = array.array("b", mask.tobytes())
    return message
