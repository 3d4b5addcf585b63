"""Worse at once, better only after a while and with a margin: no robot jerks at a boundary."""

from dataclasses import replace

from gpss_pose_ros.safety.values import RobotVerdict, Verdict


class Hysteresis:
    """What one robot is told, from what is judged cycle by cycle."""

    def __init__(self, warning_m: float, clear_after_s: float, clear_margin_m: float) -> None:
        """Begin without a past.

        Args:
            warning_m: the robot's verdict is WARNING at distances up to this.
            clear_after_s: for so long every verdict has to be better.
            clear_margin_m: by so much the robot must be farther away for that.
        """
        self._warning_m = warning_m
        self._clear_after_ns = clear_after_s * 1e9
        self._margin_m = clear_margin_m
        self._level = Verdict.CLEAR
        self._last: dict[Verdict, tuple[int, RobotVerdict]] = {}

    def update(self, judged: RobotVerdict, now_ns: int) -> RobotVerdict:
        """Return the worst level of the last `clear_after_s`, and no more speed than then."""
        self._level = max(judged.verdict, min(self._level, self._with_margin(judged)))
        said = judged if judged.verdict == self._level else self._nearly(judged)
        self._last[self._level] = now_ns, said
        held = max(level for level in self._last if self._is_recent(level, now_ns))
        return judged if held == judged.verdict else _held(self._last[held][1], judged)

    def _with_margin(self, judged: RobotVerdict) -> Verdict:
        """Return what the verdict would be if the robot stood nearer by the margin."""
        if not judged.distance_m > self._margin_m:
            return Verdict.PROTECTIVE_STOP
        if not judged.distance_m > self._warning_m + self._margin_m:
            return Verdict.WARNING
        return judged.verdict

    def _nearly(self, judged: RobotVerdict) -> RobotVerdict:
        """Return what is said where only the margin keeps a verdict from getting better."""
        if self._level in self._last:
            return self._last[self._level][1]
        reason = f"less than {self._margin_m:g} m from where it has to be slow"
        return replace(judged, verdict=self._level, reason=reason)

    def _is_recent(self, level: Verdict, now_ns: int) -> bool:
        return level == self._level or now_ns - self._last[level][0] < self._clear_after_ns


def _held(before: RobotVerdict, judged: RobotVerdict) -> RobotVerdict:
    """Return the verdict of now, held back by an earlier and worse one."""
    return replace(
        judged,
        verdict=before.verdict,
        reason="; ".join(filter(None, (judged.reason, f"a moment ago {before.reason}"))),
        track_ids=before.track_ids,
        allowed_speed_mps=min(before.allowed_speed_mps, judged.allowed_speed_mps),
    )
