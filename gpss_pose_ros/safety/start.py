"""The time from the start until everything has been well for a while."""

from collections.abc import Iterable

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault

_WHERE = "start"


class Start:
    """Over once, and for good, when nothing stood in the way for `settle_s`."""

    def __init__(self, settle_s: float) -> None:
        self._settle_ns = settle_s * 1e9
        self._well_since_ns: int | None = None
        self.over = False

    def judge(self, faults: Iterable[Fault], now_ns: int) -> tuple[Fault, ...]:
        """Return the fault STARTING, or nothing once the start is over.

        Args:
            faults: that must not be while starting; once it is over nobody asks for them.
            now_ns: steady clock.
        """
        if self.over:
            return ()
        hindrances = list(faults)
        if hindrances:
            self._well_since_ns = None
            first, more = hindrances[0].sentence, len(hindrances) - 1
            return (_starting(f"waits for {first}" + (f", and {more} more" if more else "")),)
        if self._well_since_ns is None:
            self._well_since_ns = now_ns
        well_ns = now_ns - self._well_since_ns
        self.over = well_ns >= self._settle_ns
        if self.over:
            return ()
        return (_starting(f"well for {well_ns / 1e9:.1f} s of {self._settle_ns / 1e9:g} s"),)


def _starting(detail: str) -> Fault:
    return Fault(Cause.STARTING, _WHERE, detail)
