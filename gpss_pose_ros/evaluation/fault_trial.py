"""What came of one repetition of a fault."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from gpss_pose_ros.evaluation.fault import Fault, Sample
from gpss_pose_ros.evaluation.fault_site import SILENCE_S

ALLOWANCE_S = SILENCE_S
"""A fault is no longer merely noticed late when a silent safety_node would have been."""


class Recovery(Enum):
    """State after the fault is gone."""

    FREE = "free by itself"
    RESET = "STOP until reset"
    FREED_ITSELF = "FREE WITHOUT THE RESET"
    STUCK = "DOES NOT RECOVER"


@dataclass(frozen=True)
class Trial:
    """One repetition.

    Attributes:
        fault: what was injected.
        onset_ns: the last instant at which all was well, steady clock; of a fault in a message,
            when that was published.
        restored_ns: when the fault was taken away.
        reset_ns: when a reset was asked for; None if it was not.
        end_ns: when watching ended.
        samples: in the order of time, from before the onset until the end.
    """

    fault: Fault
    onset_ns: int
    restored_ns: int
    reset_ns: int | None
    end_ns: int
    samples: tuple[Sample, ...]

    @property
    def detection_s(self) -> float | None:
        """From the onset to the first sample that names the fault and stops; None if never."""
        for sample in self._between(self.onset_ns, self.restored_ns):
            if noticed(sample, self.fault):
                return (sample.at_ns - self.onset_ns) / 1e9
        return None

    @property
    def fail_open(self) -> int:
        """Moments at which a robot could drive that must not.

        From the detection, or the timeout and ALLOWANCE_S if that is sooner, until the fault is
        gone; where it is latched, until the reset.
        """
        limit_s = self.fault.timeout_s + ALLOWANCE_S
        found_s = self.detection_s
        begin_s = limit_s if found_s is None else min(limit_s, found_s)
        end_ns = self.restored_ns
        if self.fault.latched:
            end_ns = self.end_ns if self.reset_ns is None else self.reset_ns
        window = self._between(self.onset_ns + round(begin_s * 1e9), end_ns)
        return sum(bool(drivers(sample, self.fault)) for sample in window)

    @property
    def recovery(self) -> Recovery:
        """State after the fault is gone."""
        free_ns = self._free_again_ns()
        if free_ns is None:
            return Recovery.STUCK
        if self.reset_ns is not None and free_ns >= self.reset_ns:
            return Recovery.RESET
        return Recovery.FREED_ITSELF if self.fault.latched else Recovery.FREE

    @property
    def recovery_s(self) -> float | None:
        """From the end of the fault, or the reset, until every robot concerned may drive again."""
        free_ns = self._free_again_ns()
        begin_ns = self.restored_ns if self.reset_ns is None else self.reset_ns
        return None if free_ns is None else (free_ns - begin_ns) / 1e9

    def _free_again_ns(self) -> int | None:
        for sample in self._between(self.restored_ns, self.end_ns):
            if is_free(sample, self.fault):
                return sample.at_ns
        return None

    def _between(self, begin_ns: int, end_ns: int) -> Iterator[Sample]:
        """Yield the samples of [begin, end)."""
        return (sample for sample in self.samples if begin_ns <= sample.at_ns < end_ns)


def drivers(sample: Sample, fault: Fault) -> frozenset[str]:
    """Return the robots that may drive, of those whom a fault concerns."""
    return sample.free & fault.robots


def noticed(sample: Sample, fault: Fault) -> bool:
    """Tell whether a fault is named, if it can be, and everybody concerned stands."""
    named = bool(sample.causes & fault.causes) or not fault.causes
    return named and not drivers(sample, fault)


def is_free(sample: Sample, fault: Fault) -> bool:
    """Tell whether all whom a fault concerns may drive, and nothing is held against them."""
    return not sample.latched and sample.free >= fault.robots
