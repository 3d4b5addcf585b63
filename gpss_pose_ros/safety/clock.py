"""Notices that somebody sets the clock that stamps are made with."""


class ClockWatch:
    """Compares the ROS clock with the steady one, which nobody can set."""

    def __init__(self, jump_s: float) -> None:
        """Begin; the ROS clock may move by `jump_s` against the steady one between two looks."""
        self._jump_ns = jump_s * 1e9
        self._offset_ns: int | None = None

    def jump_s(self, ros_ns: int, steady_ns: int) -> float:
        """Return by how much the clock jumped since the last look; 0 where it did not."""
        before_ns, self._offset_ns = self._offset_ns, ros_ns - steady_ns
        if before_ns is None or abs(self._offset_ns - before_ns) <= self._jump_ns:
            return 0.0
        return (self._offset_ns - before_ns) / 1e9
