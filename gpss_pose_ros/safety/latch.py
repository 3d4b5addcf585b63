"""Holds on to faults that somebody must look at before robots go on."""

from collections.abc import Iterable
from dataclasses import replace

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault


class Latch:
    """Faults of the causes given stay until a reset, and no reset works while they last."""

    def __init__(self, causes: Cause) -> None:
        self._causes = causes
        self._held: dict[tuple[Cause, str], Fault] = {}

    @property
    def closed(self) -> bool:
        """Whether a reset is needed."""
        return bool(self._held)

    def hold(self, faults: Iterable[Fault], *, starting: bool) -> tuple[Fault, ...]:
        """Return what is held, and every fault there is now, each once.

        While `starting` only STARTING itself can be held: nothing moves before everything is well.
        """
        now = {fault.key: fault for fault in faults}
        takes = self._causes & Cause.STARTING if starting else self._causes
        self._held |= {key: fault for key, fault in now.items() if fault.of(takes)}
        over = {key: _over(fault) for key, fault in self._held.items()}
        return tuple({**over, **now}.values())

    def reset(self, faults: Iterable[Fault]) -> str:
        """Let go of everything held, unless one of its causes lasts.

        Args:
            faults: all there are now.

        Returns:
            what still stands in the way; empty when done.
        """
        standing = [fault.sentence for fault in faults if fault.of(self._causes)]
        if not standing:
            self._held.clear()
        return "; ".join(standing)


def _over(fault: Fault) -> Fault:
    return replace(fault, detail=f"{fault.detail} (over; waits for a reset)")
