"""What a fault of the campaign is, and what must be seen of it."""

from dataclasses import dataclass
from enum import Enum

from gpss_pose_ros.safety.causes import Cause


class Bench(Enum):
    """Where a fault is injected."""

    INPUTS = "inputs"  # safety_node hears true messages of ours: persons, robots, calibrations
    START = "start"  # the same, and the fault is there when safety_node starts
    GATE = "gate"  # the same, and gate_node limits what a robot is told to do
    CLOCK = "clock"  # the same on a ROS clock of ours, which can jump
    IMAGES = "images"  # pose_node sees rendered images, and safety_node hears pose_node


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and what safety owes us then.

    Attributes:
        name: of the fault.
        row: behaviour of the fail-safe table that it puts to the test.
        causes: any of these bits says that the fault was noticed; NONE where safety cannot speak
            any more: whoever listens must stop by itself.
        robots: that must stop.
        timeout_s: how long the configuration lets it go unnoticed.
        bench: where it is injected.
        latched: a reset is needed afterwards.
    """

    name: str
    row: str
    causes: Cause
    robots: frozenset[str]
    timeout_s: float = 0.0
    bench: Bench = Bench.INPUTS
    latched: bool = False


@dataclass(frozen=True)
class Sample:
    """What a receiver knew at one instant.

    Attributes:
        at_ns: steady clock.
        free: robots that may drive: CLEAR or WARNING, with an allowed speed above 0.
        causes: what the newest state names.
        latched: the newest state asks for a reset.
    """

    at_ns: int
    free: frozenset[str]
    causes: Cause = Cause.NONE
    latched: bool = False
