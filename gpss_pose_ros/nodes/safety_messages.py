"""What safety says, as messages."""

import array
import math
from dataclasses import fields

import numpy as np
from geometry_msgs.msg import Point32
from nav_msgs.msg import OccupancyGrid
from std_msgs.msg import Header

from gpss_pose_ros.msg import RobotVerdict as RobotVerdictMessage
from gpss_pose_ros.msg import SafetyState, SafetyZone, SafetyZoneArray
from gpss_pose_ros.msg import SeparationTerms as SeparationTermsMessage
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.values import RobotVerdict, SafetyReport, SeparationTerms, Zone

SEEN, HUMAN_FREE, UNSEEN = 0, 50, -1
"""Cells of the coverage: no planner takes the last two for free."""
_TERMS = [field.name.removesuffix("_m") for field in fields(SeparationTerms)]


def state_message(report: SafetyReport, header: Header) -> SafetyState:
    """Return the state of one cycle."""
    return SafetyState(
        header=header,
        sequence=report.sequence,
        verdict=int(report.verdict),
        causes=int(report.causes),
        reasons=list(report.reasons),
        latched=report.latched,
        robots=[_verdict_message(verdict) for verdict in report.robots],
        data_age=report.data_age_s,
        configuration_hash=report.configuration_hash,
        calibration_hash=report.calibration_hash,
    )


def zones_message(report: SafetyReport, header: Header) -> SafetyZoneArray:
    """Return the zones of one cycle."""
    zones = [_zone_message(zone) for zone in report.zones]
    return SafetyZoneArray(header=header, sequence=report.sequence, zones=zones)


def coverage_message(coverage: Coverage, header: Header) -> OccupancyGrid:
    """Return which floor is seen."""
    grid = coverage.grid
    cells = np.where(coverage.human_free, HUMAN_FREE, UNSEEN).astype(np.int8)
    cells[coverage.seen_by > 0] = SEEN
    message = OccupancyGrid(header=header)
    message.info.map_load_time = header.stamp
    message.info.resolution = float(grid.resolution_m)
    message.info.height, message.info.width = grid.shape
    message.info.origin.position.x, message.info.origin.position.y = map(float, grid.low_m)
    message.info.origin.orientation.w = 1.0
    message.data = array.array("b", cells.tobytes())
    return message


def _verdict_message(verdict: RobotVerdict) -> RobotVerdictMessage:
    return RobotVerdictMessage(
        robot_id=verdict.robot_id,
        verdict=int(verdict.verdict),
        reason=verdict.reason,
        track_ids=list(verdict.track_ids),
        distance=verdict.distance_m,
        allowed_speed=verdict.allowed_speed_mps,
        speed=verdict.speed_mps,
        terms=_terms_message(verdict.terms),
        age=verdict.age_s,
    )


def _terms_message(terms: SeparationTerms | None) -> SeparationTermsMessage:
    """Return the terms, under the same names without the unit; all NaN where there are none."""
    if terms is None:
        return SeparationTermsMessage(**dict.fromkeys(_TERMS, math.nan), total=math.nan)
    values = {name: getattr(terms, f"{name}_m") for name in _TERMS}
    return SeparationTermsMessage(**values, total=terms.total_m)


def _zone_message(zone: Zone) -> SafetyZone:
    return SafetyZone(
        track_id=zone.track_id,
        held=zone.held,
        core=[Point32(x=x, y=y, z=0.0) for x, y in zone.core_m.tolist()],
        reach_radius=zone.reach_m,
        separation_radius=zone.separation_m,
        age=zone.age_s,
    )
