"""Where each robot was last, as it says itself."""

import math
from collections.abc import Iterator

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault
from gpss_pose_ros.safety.settings import RobotEntry
from gpss_pose_ros.safety.values import Robot


class Robots:
    """The newest state of every robot of a site."""

    def __init__(self, entries: tuple[RobotEntry, ...], timeout_s: float) -> None:
        self.names = tuple(entry.name for entry in entries)
        self._timeout_s = timeout_s
        self._last: dict[str, Robot] = {}

    def take(self, robot: Robot) -> None:
        """Take a state, unless a newer one is known.

        Raises:
            InputError: the site has no such robot.
        """
        self.require(robot.robot_id)
        before = self._last.get(robot.robot_id, robot)
        if robot.captured_ns >= before.captured_ns:
            self._last[robot.robot_id] = robot

    def require(self, robot_id: str) -> None:
        """Raise InputError unless the site has such a robot."""
        if robot_id not in self.names:
            raise InputError(unknown_choice("robot", robot_id, self.names))

    @property
    def newest(self) -> tuple[Robot, ...]:
        """The newest state of every robot that ever said where it is."""
        return tuple(self._last.values())

    def age_s(self, robot_id: str, now_ns: int) -> float:
        """Return how long ago a robot said where it is; inf if it never did."""
        robot = self._last.get(robot_id)
        return math.inf if robot is None else (now_ns - robot.captured_ns) / 1e9

    def faults(self, now_ns: int) -> Iterator[Fault]:
        """Yield ROBOT_STALE for every robot that was silent too long."""
        for name in self.names:
            age_s = self.age_s(name, now_ns)
            if age_s > self._timeout_s:
                lately = "yet" if math.isinf(age_s) else f"for {age_s:.2f} s"
                yield Fault(Cause.ROBOT_STALE, name, f"it has not said where it is {lately}")
