"""What came of the campaign: a row for every fault, a table, the figures of the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from gpss_pose_ros.evaluation.fault import Fault
from gpss_pose_ros.evaluation.fault_trial import Recovery, Trial
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.safety.settings import PersonSettings

WALKING_MPS = PersonSettings().walking_speed_mps
LATEST_MS = 50.0
"""Detection may come later than the configured timeout by this, in the median."""
_HEADINGS = (
    "behaviour",
    "fault",
    "runs",
    "detected",
    "timeout",
    "detection (median)",
    "person walks",
    "fail-open",
    "afterwards",
)


@dataclass(frozen=True)
class Outcome:
    """All repetitions of one fault; there is one at least."""

    fault: Fault
    trials: tuple[Trial, ...]

    @property
    def detected(self) -> bool:
        """Whether every repetition was noticed."""
        return all(trial.detection_s is not None for trial in self.trials)

    @property
    def detection_s(self) -> float | None:
        """Median of the repetitions; None unless all were noticed."""
        times = [trial.detection_s for trial in self.trials]
        known = [time for time in times if time is not None]
        return median(known) if len(known) == len(times) else None

    @property
    def over_timeout_ms(self) -> float | None:
        """By how much the median is over the configured timeout; below 0: it was sooner."""
        if self.detection_s is None:
            return None
        return (self.detection_s - self.fault.timeout_s) * 1e3

    @property
    def walked_m(self) -> float | None:
        """How far a person walks until then."""
        return None if self.detection_s is None else WALKING_MPS * self.detection_s

    @property
    def fail_open(self) -> int:
        """Moments at which a robot could drive that must not."""
        return sum(trial.fail_open for trial in self.trials)

    @property
    def recovery(self) -> Recovery:
        """The worst state in which a repetition ended."""
        order = list(Recovery)
        return max((trial.recovery for trial in self.trials), key=order.index)


def fault_figures(outcomes: Sequence[Outcome]) -> tuple[Figure, ...]:
    """Return the figures of the report; `fail_open` counts faults, not moments."""
    over_ms = [outcome.over_timeout_ms for outcome in outcomes]
    known = [value for value in over_ms if value is not None]
    injected = len(outcomes)
    detected = sum(outcome.detected for outcome in outcomes)
    return (
        Figure("faults_injected", injected, "1", at_least=1),
        Figure("faults_detected", detected, "1", at_least=max(1, injected)),
        Figure("fail_open", sum(bool(o.fail_open) for o in outcomes), "1", at_most=0),
        Figure(
            "detection_over_timeout_ms_worst_median",
            max(known) if known and len(known) == len(over_ms) else None,
            "ms",
            at_most=LATEST_MS,
        ),
        Figure(
            "faults_not_recovered",
            sum(o.recovery not in (Recovery.FREE, Recovery.RESET) for o in outcomes),
            "1",
            at_most=0,
        ),
    )


def fault_table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table in Markdown."""
    rows = [_HEADINGS, *map(_row, outcomes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _row(outcome: Outcome) -> tuple[str, ...]:
    fault = outcome.fault
    runs = len(outcome.trials)
    noticed = sum(trial.detection_s is not None for trial in outcome.trials)
    found_s, walked_m = outcome.detection_s, outcome.walked_m
    return (
        fault.row,
        f"`{fault.name}`",
        str(runs),
        "yes" if outcome.detected else f"NO ({noticed} of {runs})",
        f"{fault.timeout_s * 1e3:.0f} ms" if fault.timeout_s else "at once",
        "-" if found_s is None else f"{found_s * 1e3:.0f} ms",
        "-" if walked_m is None else f"{walked_m:.2f} m",
        f"{outcome.fail_open} MOMENTS" if outcome.fail_open else "no",
        outcome.recovery.value,
    )
