"""What robots are told, from what is judged of them and from what is wrong."""

import math
from collections.abc import Iterable, Sequence

from gpss_pose_ros.safety.faults import SITE, Fault
from gpss_pose_ros.safety.values import RobotVerdict, Verdict


def site_stop(faults: Iterable[Fault], *, latched: bool) -> str:
    """Return why every robot must stop; empty where nothing makes them.

    Args:
        faults: all there are.
        latched: the first of them is held until a reset, which stops everything.
    """
    return next((fault.sentence for fault in faults if latched or fault.of(SITE)), "")


def site_verdict(robots: Sequence[RobotVerdict], stop: str) -> Verdict:
    """Return the worst of all robots; PROTECTIVE_STOP where something stops the site."""
    if stop:
        return Verdict.PROTECTIVE_STOP
    return max((robot.verdict for robot in robots), default=Verdict.CLEAR)


def robot_verdict(
    robot_id: str, judged: RobotVerdict | None, stop: str, lost: str, age_s: float
) -> RobotVerdict:
    """Return the verdict of one robot, the worst of all that counts.

    A robot that is stopped by the site has no distance: what it is measured from is in doubt.

    Args:
        robot_id: its name.
        judged: by persons and floor; None where nobody knows where the robot is.
        stop: why the site stops, empty if it does not.
        lost: why nobody knows where it is.
        age_s: since it said so.
    """
    speed_mps = judged.speed_mps if judged else math.nan
    if stop:
        return _undecided(robot_id, Verdict.PROTECTIVE_STOP, stop, speed_mps, age_s)
    return judged or _undecided(robot_id, Verdict.UNKNOWN, lost, speed_mps, age_s)


def _undecided(
    robot_id: str, verdict: Verdict, reason: str, speed_mps: float, age_s: float
) -> RobotVerdict:
    return RobotVerdict(
        robot_id=robot_id,
        verdict=verdict,
        reason=reason,
        track_ids=(),
        distance_m=math.nan,
        allowed_speed_mps=0.0,
        speed_mps=speed_mps,
        terms=None,
        age_s=age_s,
    )
