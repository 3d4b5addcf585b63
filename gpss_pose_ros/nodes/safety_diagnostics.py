"""Diagnostics of safety: what it says of the site and of every robot, and why."""

import math
from collections.abc import Mapping

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node
from std_msgs.msg import Header

from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.values import RobotVerdict, SafetyReport, Verdict

SAFETY_STATUS = "gpss: safety"
ROBOT_STATUS = "gpss: robot "
_PERIOD_S = 1.0
_NO_FAULT = Cause.PERSON_NEAR | Cause.UNSEEN_FLOOR  # what robots are stopped for every day
_LEVELS = {
    Verdict.CLEAR: DiagnosticStatus.OK,
    Verdict.WARNING: DiagnosticStatus.WARN,
    Verdict.PROTECTIVE_STOP: DiagnosticStatus.WARN,
    Verdict.UNKNOWN: DiagnosticStatus.ERROR,
}


class DiagnosticsOutput:
    """Publishes every second, and at once when causes change."""

    def __init__(self, node: Node, settings: OutputSettings, site: Site) -> None:
        """Advertise."""
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._every = max(1, round(_PERIOD_S / site.monitor.period_s))
        self._last: tuple[Cause, bool] | None = None

    def publish(self, report: SafetyReport, coverage: Coverage, header: Header) -> None:
        """Publish, if it is time to or there is news."""
        now = report.causes, report.latched
        if now != self._last or report.sequence % self._every == 0:
            self._last = now
            self._publisher.publish(safety_diagnostics(report, coverage, header))


def safety_diagnostics(report: SafetyReport, coverage: Coverage, header: Header) -> DiagnosticArray:
    """Return one status for the site and one for each robot."""
    robots = [_robot_status(verdict) for verdict in report.robots]
    message = DiagnosticArray(status=[_site_status(report, coverage), *robots])
    message.header.stamp = header.stamp
    return message


def _site_status(report: SafetyReport, coverage: Coverage) -> DiagnosticStatus:
    """Return an error for faults, a warning for what stops or slows robots every day."""
    faulty = report.latched or report.causes & ~_NO_FAULT
    level = DiagnosticStatus.ERROR if faulty else _LEVELS[report.verdict]
    values = {
        "verdict": report.verdict.name,
        "causes": " ".join(cause.name for cause in Cause if cause and cause in report.causes),
        "latched": report.latched,
        "data_age_s": f"{report.data_age_s:.3f}",
        "persons": len(report.zones),
        "floor_unseen": f"{coverage.unseen.mean():.1%}",
        "configuration": report.configuration_hash,
        "calibration": report.calibration_hash,
    }
    text = "; ".join(report.reasons) or report.verdict.name
    return _status(SAFETY_STATUS, level, text, values)


def _robot_status(verdict: RobotVerdict) -> DiagnosticStatus:
    terms = verdict.terms
    values = {
        "verdict": verdict.verdict.name,
        "distance_m": f"{verdict.distance_m:.2f}",
        "separation_m": f"{terms.total_m if terms else math.nan:.2f}",
        "allowed_speed_mps": f"{verdict.allowed_speed_mps:.2f}",
        "speed_mps": f"{verdict.speed_mps:.2f}",
        "tracks": " ".join(map(str, verdict.track_ids)),
        "age_s": f"{verdict.age_s:.3f}",
    }
    text = verdict.reason or verdict.verdict.name
    return _status(ROBOT_STATUS + verdict.robot_id, _LEVELS[verdict.verdict], text, values)


def _status(name: str, level: bytes, text: str, values: Mapping[str, object]) -> DiagnosticStatus:
    pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
    return DiagnosticStatus(
        name=name, hardware_id="gpss_pose_ros", level=level, message=text, values=pairs
    )
