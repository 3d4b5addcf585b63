"""What is wrong, where, and since when nobody has said it."""

from collections.abc import Iterable
from dataclasses import dataclass

from gpss_pose_ros.safety.causes import Cause

CAMERA = (
    Cause.CAMERA_STALE
    | Cause.CAMERA_FROZEN
    | Cause.CAMERA_MISSING
    | Cause.CAMERA_UNCALIBRATED
    | Cause.CAMERA_NO_TRANSFORM
    | Cause.CAMERA_BAD_IMAGE
    | Cause.CAMERA_MOVED
)
"""With any of these, what a camera looks at is unseen."""

ROBOT = Cause.ROBOT_STALE | Cause.ROBOT_INVALID
"""With any of these, nobody knows where a robot is."""

SITE = (
    Cause.STARTING
    | Cause.PERSONS_STALE
    | Cause.PERSONS_INVALID
    | Cause.SEQUENCE
    | Cause.CLOCK
    | Cause.SECOND_PUBLISHER
    | Cause.QOS_MISMATCH
    | Cause.CAMERA_MOVED
    | Cause.UNPLACED_PERSON
    | Cause.CALIBRATION_CHANGED
    | Cause.CONFIGURATION_CHANGED
    | Cause.OVERRUN
)
"""With any of these, the whole picture of the floor is in doubt: every robot stops."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        cause: one bit.
        where: camera_id, robot_id or topic.
        detail: what is wrong, as the rest of a sentence that begins with `where`.
    """

    cause: Cause
    where: str
    detail: str

    def of(self, causes: Cause) -> bool:
        """Tell whether its cause is one of these; as integers, which is ten times faster."""
        return int.__and__(self.cause, causes) != 0

    @property
    def key(self) -> tuple[Cause, str]:
        """What makes two faults the same, whatever their details say."""
        return self.cause, self.where

    @property
    def sentence(self) -> str:
        """For people."""
        return f"{self.where}: {self.detail}"


class FaultBook:
    """Faults that arrive as news; one that came and went between two cycles still counts once."""

    def __init__(self) -> None:
        self._standing: dict[tuple[Cause, str], Fault] = {}
        self._passed: dict[tuple[Cause, str], Fault] = {}

    def add(self, fault: Fault) -> None:
        """Note a fault; it stands until it is dropped."""
        self._standing[fault.key] = fault

    def drop(self, cause: Cause, where: str) -> None:
        """Note that a fault is over, if there was one."""
        fault = self._standing.pop((cause, where), None)
        if fault is not None:
            self._passed[fault.key] = fault

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault that stands, or has stood since the last `turn`."""
        return tuple({**self._passed, **self._standing}.values())

    def turn(self) -> None:
        """Begin a new page: what is over has been said."""
        self._passed.clear()


def causes_of(faults: Iterable[Fault]) -> Cause:
    """Return the bits of all faults."""
    causes = Cause.NONE
    for fault in faults:
        causes |= fault.cause
    return causes
