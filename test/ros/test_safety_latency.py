"""The benchmark of safety measures reports that are believed and judged."""

from gpss_pose_ros.nodes.safety_latency import verdict_cost
from gpss_pose_ros.safety.causes import Cause

DISBELIEVED = Cause.PERSONS_INVALID | Cause.PERSONS_STALE | Cause.SEQUENCE | Cause.CLOCK
LOST = Cause.ROBOT_STALE | Cause.ROBOT_INVALID | Cause.CAMERA_MISSING | Cause.CAMERA_UNCALIBRATED


def test_every_report_is_believed_and_everybody_judged():
    cost = verdict_cost(persons=12, robots=2, cameras=1, cycles=3)
    for report in cost.reports:
        assert not report.causes & (DISBELIEVED | LOST), report.reasons
        assert [zone.track_id for zone in report.zones] == list(range(12))
        assert len(report.robots) == 2
    assert any(zone.held for report in cost.reports for zone in report.zones)


def test_both_costs_are_measured_in_every_cycle():
    cost = verdict_cost(persons=1, robots=1, cameras=1, cycles=2)
    for taken_ms in (cost.taking_ms, cost.verdict_ms):
        assert taken_ms.shape == (2,)
        assert (taken_ms > 0.0).all()
