"""Zones as a cloud of points: what Nav2's collision_monitor stops before."""

import array
import math
import sys

import numpy as np
import numpy.typing as npt
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.faults import SITE
from gpss_pose_ros.safety.raster import zone_points
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.values import SafetyReport

OBSTACLES_TOPIC = "/gpss/safety/obstacles"
_FIELDS = [
    PointField(name=name, offset=4 * index, datatype=PointField.FLOAT32, count=1)
    for index, name in enumerate("xyz")
]
_POINT_STEP = 12


class CloudOutput:
    """Publishes every zone filled with points, and without anybody an empty cloud.

    Falls silent while the whole picture is in doubt: an empty cloud would say that nobody is there,
    and to collision_monitor a source that is silent is a reason to stop.
    """

    def __init__(self, node: Node, settings: OutputSettings, site: Site) -> None:
        """Advertise."""
        self._settings = settings
        self._publisher = node.create_publisher(PointCloud2, OBSTACLES_TOPIC, QoSProfile(depth=1))

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Publish, if somebody listens."""
        if not is_believed(report) or not self._publisher.get_subscription_count():
            return
        settings = self._settings
        height_m, spacing_m = settings.cloud_height_m, settings.cloud_spacing_m
        points = zone_points(
            report.zones, coverage.grid, (height_m,), settings.cloud_radius, spacing_m
        )
        if settings.cloud_unseen:
            points = np.concatenate([points, unseen_points(coverage, height_m, spacing_m)])
        self._publisher.publish(cloud_message(points, header))


def is_believed(report: SafetyReport) -> bool:
    """Tell whether zones are all that a receiver must know: no fault stops the whole site."""
    return not report.latched and not report.causes & SITE


def unseen_points(coverage: Coverage, height_m: float, spacing_m: float) -> npt.NDArray[np.float32]:
    """Return points (M, 3), at most `spacing_m` apart, that fill the floor nobody sees."""
    grid = coverage.grid
    finer = math.ceil(grid.resolution_m / spacing_m)
    step_m = grid.resolution_m / finer
    rows, columns = np.nonzero(np.kron(coverage.unseen, np.ones((finer, finer), dtype=bool)))
    floor = (np.column_stack([columns, rows]) + 0.5) * step_m + grid.low_m
    return np.column_stack([floor, np.full(len(floor), height_m)]).astype(np.float32)


def cloud_message(points_m: npt.NDArray[np.float32], header: Header) -> PointCloud2:
    """Return the cloud of points (M, 3)."""
    count = len(points_m)
    message = PointCloud2(header=header, height=1, width=count, fields=_FIELDS)
    message.point_step, message.row_step = _POINT_STEP, _POINT_STEP * count
    message.is_bigendian, message.is_dense = sys.byteorder == "big", True
    message.data = array.array("B", np.ascontiguousarray(points_m, np.float32).tobytes())
    return message
