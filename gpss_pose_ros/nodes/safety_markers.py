"""RViz markers of safety: zones, robots in the colour of their verdict, and why."""

from itertools import pairwise

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.settings import RobotEntry, Site
from gpss_pose_ros.safety.values import RobotVerdict, SafetyReport, Verdict, Zone
from gpss_pose_ros.types import FloatArray

MARKERS_TOPIC = "/gpss/safety/markers"
Colour = tuple[float, float, float]
_COLOURS: dict[Verdict, Colour] = {
    Verdict.CLEAR: (0.2, 0.8, 0.3),
    Verdict.WARNING: (0.95, 0.75, 0.1),
    Verdict.UNKNOWN: (0.7, 0.3, 0.9),
    Verdict.PROTECTIVE_STOP: (0.95, 0.2, 0.15),
}
_ZONES = (("separation", (0.95, 0.65, 0.1), 0.15), ("reach", (0.95, 0.2, 0.15), 0.3))
_PERIOD_S = 0.2
_LIFETIME = Duration(sec=1)  # of a node that is dead, nothing stays on the screen
_DIRECTIONS = 32
_LARGEST_M = 100.0  # RViz draws nothing endless
_LOW_M, _LINE_M, _TEXT_M = 0.02, 0.03, 0.25
_WHITE: Colour = (1.0, 1.0, 1.0)


class MarkerOutput:
    """Publishes five times a second while somebody looks."""

    def __init__(self, node: Node, settings: OutputSettings, site: Site) -> None:
        """Advertise."""
        self._site = site
        self._publisher = node.create_publisher(MarkerArray, MARKERS_TOPIC, QoSProfile(depth=1))
        self._every = max(1, round(_PERIOD_S / site.monitor.period_s))

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Publish, if it is time to and somebody looks."""
        if report.sequence % self._every == 0 and self._publisher.get_subscription_count():
            self._publisher.publish(safety_markers(report, coverage, self._site, header))


def safety_markers(
    report: SafetyReport, coverage: Coverage, site: Site, header: Header
) -> MarkerArray:
    """Return markers that replace all earlier ones."""
    markers = [Marker(header=header, action=Marker.DELETEALL), _banner(report, coverage, header)]
    for zone in report.zones:
        markers += _zone_markers(zone, header)
    entries = {entry.name: entry for entry in site.robots}
    for index, verdict in enumerate(report.robots):
        markers += _robot_markers(index, verdict, entries[verdict.robot_id])
    return MarkerArray(markers=markers)


def outline_m(core_m: FloatArray, radius_m: float) -> FloatArray:
    """Return the outline (K, 2), counter-clockwise, of everything within a radius of a core (H, 2).

    In every direction the farthest point of such a sum is the core's farthest plus the radius.
    """
    angles = np.linspace(0.0, 2.0 * np.pi, _DIRECTIONS, endpoint=False)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    farthest = core_m[np.argmax(directions @ core_m.T, axis=1)]
    outline: FloatArray = farthest + directions * np.fmin(radius_m, _LARGEST_M)
    return outline


def _zone_markers(zone: Zone, header: Header) -> list[Marker]:
    """Return the separation zone, the reach zone within it, each filled and with its edge."""
    markers = []
    for name, colour, alpha in _ZONES:
        radius_m = zone.reach_m if name == "reach" else zone.separation_m
        edge = _points(outline_m(zone.core_m, radius_m))
        markers.append(_fill(header, name, zone.track_id, edge, colour, alpha))
        markers.append(_line(header, f"{name} edge", zone.track_id, edge, colour))
    return markers


def _robot_markers(index: int, verdict: RobotVerdict, entry: RobotEntry) -> list[Marker]:
    """Return the robot's outline and what it may do, in its own frame, wherever that is now.

    Where the site names no frame it is taken to be the usual one.
    """
    header = Header(frame_id=entry.frame or f"{entry.name}/base_link")
    colour, edge = _COLOURS[verdict.verdict], _points(entry.profile.outline_m)
    words = (
        f"{verdict.robot_id}: {verdict.verdict.name}, at most {verdict.allowed_speed_mps:.2f} m/s"
    )
    text = _text(header, "verdict", index, "\n".join(filter(None, (words, verdict.reason))))
    text.pose.position.z = 1.0
    fill = _fill(header, "robot", index, edge, colour, 0.7)
    markers = [fill, _line(header, "robot edge", index, edge, colour), text]
    for marker in markers:
        marker.frame_locked = True
    return markers


def _banner(report: SafetyReport, coverage: Coverage, header: Header) -> Marker:
    """Return the site's verdict and all reasons, above the far edge of the floor."""
    text = "\n".join([report.verdict.name + " (latched)" * report.latched, *report.reasons])
    marker = _text(header, "site", 0, text)
    grid = coverage.grid
    marker.pose.position = Point(
        x=(grid.low_m[0] + grid.high_m[0]) / 2.0, y=float(grid.high_m[1]), z=1.0
    )
    marker.color = _colour(_COLOURS[report.verdict], 1.0)
    return marker


def _fill(
    header: Header, name: str, index: int, edge: list[Point], colour: Colour, alpha: float
) -> Marker:
    """Return a convex polygon, as the triangles between its first corner and every side."""
    marker = _marker(header, name, index, Marker.TRIANGLE_LIST, colour, alpha)
    marker.scale.x = marker.scale.y = marker.scale.z = 1.0
    marker.points = [corner for side in pairwise(edge[1:]) for corner in (edge[0], *side)]
    return marker


def _line(header: Header, name: str, index: int, edge: list[Point], colour: Colour) -> Marker:
    marker = _marker(header, name, index, Marker.LINE_STRIP, colour, 1.0)
    marker.scale.x = _LINE_M
    marker.points = [*edge, edge[0]]
    return marker


def _text(header: Header, name: str, index: int, text: str) -> Marker:
    marker = _marker(header, name, index, Marker.TEXT_VIEW_FACING, _WHITE, 1.0)
    marker.scale.z = _TEXT_M
    marker.text = text
    return marker


def _marker(
    header: Header, name: str, index: int, kind: int, colour: Colour, alpha: float
) -> Marker:
    marker = Marker(header=header, ns=name, id=index, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.lifetime = _LIFETIME
    marker.color = _colour(colour, alpha)
    return marker


def _colour(colour: Colour, alpha: float) -> ColorRGBA:
    red, green, blue = colour
    return ColorRGBA(r=red, g=green, b=blue, a=alpha)


def _points(points_m: FloatArray) -> list[Point]:
    return [Point(x=x, y=y, z=_LOW_M) for x, y in points_m.tolist()]
