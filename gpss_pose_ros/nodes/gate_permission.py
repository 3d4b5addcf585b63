"""What safety allows one robot, and whether that still counts."""

from gpss_pose_ros.msg import RobotVerdict, SafetyState

_MAY_DRIVE = (RobotVerdict.CLEAR, RobotVerdict.WARNING)
_NEVER_NS = -(10**18)


class Permission:
    """The allowed speed of one robot. Times are of the steady clock, in [ns].

    A state counts if its sequence is above the one before, and its stamp is of now. One that is
    not (repeated, reordered, late, of a second publisher) makes all that safety says doubtful for
    as long as the timeout.
    """

    def __init__(self, robot: str, timeout_s: float, age_s: float) -> None:
        """Begin without a permission.

        Args:
            robot: whose.
            timeout_s: for how long a state counts.
            age_s: how far its stamp may be from now, on the ROS clock.
        """
        self._robot, self._age_s = robot, age_s
        self._timeout_ns = round(timeout_s * 1e9)
        self._sequence: int | None = None
        self._heard_ns = self._doubted_ns = _NEVER_NS
        self._speed_mps, self._no = 0.0, "safety has said nothing yet"

    def hear(self, state: SafetyState, age_s: float, now_ns: int) -> None:
        """Take a state whose stamp is `age_s` before now."""
        before, self._sequence = self._sequence, state.sequence
        if before is None:  # may be one that repeats for ever: the next one tells
            return
        doubt = _doubt(before, state.sequence, age_s, self._age_s)
        if doubt:
            self._doubted_ns, self._no = now_ns, doubt
            return
        self._heard_ns = now_ns
        self._speed_mps, no = allowed_speed(state, self._robot)
        if not self._doubtful(now_ns):
            self._no = no

    def speed_mps(self, now_ns: int) -> float:
        """Return the speed that no point of the robot may exceed; 0 while nothing counts."""
        if self._doubtful(now_ns) or now_ns - self._heard_ns > self._timeout_ns:
            return 0.0
        return self._speed_mps

    def no(self, now_ns: int) -> str:
        """Return why the robot must stop; empty if it need not."""
        silent = now_ns - self._heard_ns > self._timeout_ns
        if silent and self._heard_ns != _NEVER_NS and not self._doubtful(now_ns):
            return "no new state of safety in time"
        return self._no

    def _doubtful(self, now_ns: int) -> bool:
        return now_ns - self._doubted_ns <= self._timeout_ns


def allowed_speed(state: SafetyState, robot: str) -> tuple[float, str]:
    """Return a robot's allowed speed in [m/s], and why it must stop, empty if it need not."""
    verdicts = [verdict for verdict in state.robots if verdict.robot_id == robot]
    if len(verdicts) != 1:
        known = ", ".join(verdict.robot_id for verdict in state.robots) or "none"
        return 0.0, f"safety does not know robot {robot!r} exactly once; robots: {known}"
    (verdict,) = verdicts
    if verdict.verdict not in _MAY_DRIVE:
        return 0.0, verdict.reason or "safety says stop"
    return verdict.allowed_speed, ""


def _doubt(before: int, sequence: int, age_s: float, limit_s: float) -> str:
    if sequence <= before:
        return f"state {sequence} of safety came after {before}"
    if not abs(age_s) <= limit_s:
        return f"a state of safety is stamped {age_s:.2f} s ago: it was held up, or clocks disagree"
    return ""
