"""What the robots were told, and how people were covered, as lines of text."""

from collections.abc import Sequence

from gpss_pose_ros.evaluation.safety_figures import covered_person_s, missed_bounds, missed_rate
from gpss_pose_ros.evaluation.safety_judgement import JudgedInstant, JudgedRobot
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.values import Verdict


def verdict_lines(instants: Sequence[JudgedInstant]) -> list[str]:
    """Return a line for each robot: the shares of its time it was told what."""
    columns = ("clear", "warning", "stop: person", "stop: other", "unknown")
    rows = [f"{'told to the robot':<28}" + "".join(f" {column:>13}" for column in columns)]
    for name in sorted({robot.robot_id for i in instants for robot in i.robots}):
        spent = dict.fromkeys(columns, 0.0)
        for instant in instants:
            for robot in instant.robots:
                if robot.robot_id == name:
                    spent[_column(robot)] += instant.duration_s
        total_s = sum(spent.values())
        rows.append(f"{name:<28}" + "".join(f" {s / total_s:13.1%}" for s in spent.values()))
    return rows


def cause_lines(instants: Sequence[JudgedInstant]) -> list[str]:
    """Return one line about the faults that were named, the longest first."""
    total_s = sum(instant.duration_s for instant in instants)
    spent = {
        cause.name: sum(i.duration_s for i in instants if cause in i.causes)
        for cause in Cause
        if cause
    }
    named = sorted(((s, name) for name, s in spent.items() if s), reverse=True)
    words = ", ".join(f"{name} {s / total_s:.1%}" for s, name in named)
    return [f"causes, of {total_s:.1f} s judged: {words or 'none'}"]


def missed_lines(instants: Sequence[JudgedInstant]) -> list[str]:
    """Return one line about persons in no zone, with how sure it is."""
    rate, bounds = missed_rate(instants), missed_bounds(instants)
    if rate is None or bounds is None:
        return ["nobody was on floor that cameras see"]
    low, high = bounds
    return [
        f"persons on seen floor: {covered_person_s(instants):.0f} person-seconds, in no zone"
        f" {rate:.2%} of them (95 % confidence: {low:.2%} to {high:.2%})"
    ]


def _column(robot: JudgedRobot) -> str:
    if robot.verdict is Verdict.PROTECTIVE_STOP:
        return "stop: person" if robot.by_person else "stop: other"
    return robot.verdict.name.lower()
