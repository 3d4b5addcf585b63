"""Who needs which circles of the floor when, from the oldest instant that still matters on."""

import numpy as np

from gpss_pose_ros.simulation.motion.clearance import robot_track, sample_times, swept
from gpss_pose_ros.simulation.motion.floor import WalkableFloor
from gpss_pose_ros.types import FloatArray

_BLOCK = 100  # samples that are added at once


class Occupancy:
    """The circles of robots and crews at numbered samples, SAMPLE_S apart, without an end.

    Robots drive on for ever; after the last sample that a crew occupied it stays there for ever.
    Samples that nobody plans for any more are forgotten.

    Attributes:
        swept: (1, N, 3) every circle that robots ever come to.
    """

    def __init__(self, floor: WalkableFloor) -> None:
        self.swept = swept(floor.robots)
        self._robots = floor.robots
        self._first = 0  # number of the sample in the first row
        self._circles = self._robot_circles(0)
        self._columns: list[slice] = []

    def admit(self, circles: FloatArray) -> None:
        """Let one more crew stand at its circles (1, N, 3)."""
        begin = self._circles.shape[1]
        standing = np.repeat(circles, len(self._circles), axis=0)
        self._circles = np.concatenate((self._circles, standing), axis=1)
        self._columns.append(slice(begin, self._circles.shape[1]))

    def everyone(self) -> FloatArray:
        """Return the circles (1, N, 3) at which crews will stay, as far as that is known."""
        return self._circles[-1:, len(self._robots) :]

    def others(self, crew: int, begin: int, end: int) -> FloatArray:
        """Return all circles (end - begin, N, 3) but those of one crew."""
        self._reach(end)
        rows = self._circles[begin - self._first : end - self._first]
        return np.delete(rows, self._columns[crew], axis=1)

    def occupy(self, crew: int, begin: int, circles: FloatArray) -> None:
        """Let a crew go through circles (T, N, 3) from sample `begin` on, and then stay."""
        end = begin + len(circles)
        self._reach(end)
        columns = self._circles[:, self._columns[crew]]
        columns[begin - self._first : end - self._first] = circles
        columns[end - self._first :] = circles[-1]

    def forget(self, before: int) -> None:
        """Drop samples before a number, a block at a time."""
        if before - self._first >= _BLOCK:
            self._circles = self._circles[before - self._first :]
            self._first = before

    def _reach(self, end: int) -> None:
        """Add blocks until there are rows for all samples before `end`."""
        while (reached := self._first + len(self._circles)) < end:
            standing = np.repeat(self.everyone(), _BLOCK, axis=0)
            block = np.concatenate((self._robot_circles(reached), standing), axis=1)
            self._circles = np.concatenate((self._circles, block))

    def _robot_circles(self, begin: int) -> FloatArray:
        """Return where robots are (_BLOCK, R, 3) from sample `begin` on."""
        times_s = sample_times(begin, begin + _BLOCK)
        tracks = [robot_track(robot, times_s) for robot in self._robots]
        return np.concatenate((np.empty((_BLOCK, 0, 3)), *tracks), axis=1)
