"""The campaign's figures: a fault that was missed, or left somebody free, cannot be overlooked."""

import pytest

from gpss_pose_ros.evaluation.fault import Fault, Sample
from gpss_pose_ros.evaluation.fault_figures import Outcome, fault_figures, fault_table
from gpss_pose_ros.evaluation.fault_trial import Recovery, Trial
from gpss_pose_ros.safety.causes import Cause

MS = 1_000_000
BOTH = frozenset({"a", "b"})
FAULT = Fault("persons_stopped", "latch", Cause.PERSONS_STALE, BOTH, timeout_s=0.5, latched=True)


def trial(detected_ms: float | None, *, freed_ms: float | None = None) -> Trial:
    """Begun at 0, restored at 3 s, reset at 4 s, free again at 4.5 s."""
    samples = [Sample(4500 * MS, BOTH)]
    if detected_ms is not None:
        samples.append(
            Sample(round(detected_ms * MS), frozenset(), Cause.PERSONS_STALE, latched=True)
        )
    if freed_ms is not None:
        samples.append(Sample(round(freed_ms * MS), BOTH))
    ordered = sorted(samples, key=lambda sample: sample.at_ns)
    return Trial(FAULT, 0, 3000 * MS, 4000 * MS, 5000 * MS, tuple(ordered))


GOOD = Outcome(FAULT, (trial(510), trial(540), trial(520)))
MISSED = Outcome(FAULT, (trial(510), trial(None)))
OPEN = Outcome(FAULT, (trial(510), trial(520, freed_ms=2000)))


def figures(*outcomes: Outcome) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in fault_figures(outcomes)}


def test_median_over_the_timeout_and_the_walk_of_a_person():
    assert GOOD.detected
    assert GOOD.detection_s == pytest.approx(0.52)
    assert GOOD.over_timeout_ms == pytest.approx(20.0)
    assert GOOD.walked_m == pytest.approx(1.6 * 0.52)
    assert GOOD.recovery is Recovery.RESET


def test_all_is_well():
    assert figures(GOOD, GOOD) == {
        "faults_injected": 2,
        "faults_detected": 2,
        "fail_open": 0,
        "detection_over_timeout_ms_worst_median": pytest.approx(20.0),
        "faults_not_recovered": 0,
    }
    assert all(figure.reached for figure in fault_figures([GOOD]))


def test_one_repetition_missed_is_a_fault_missed():
    found = figures(GOOD, MISSED)
    assert found["faults_detected"] == 1
    assert found["detection_over_timeout_ms_worst_median"] is None
    missed = {figure.name for figure in fault_figures([GOOD, MISSED]) if not figure.reached}
    assert missed == {"faults_detected", "detection_over_timeout_ms_worst_median"}


def test_fail_open_counts_faults():
    assert OPEN.fail_open == 1
    found = figures(GOOD, OPEN, OPEN)
    assert found["fail_open"] == 2


def test_no_fault_injected_reaches_no_goal():
    reached = {figure.name: figure.reached for figure in fault_figures([])}
    assert not reached["faults_injected"]
    assert not reached["faults_detected"]
    assert not reached["detection_over_timeout_ms_worst_median"]


def test_the_worst_recovery_counts():
    itself = Outcome(FAULT, (trial(510), trial(510, freed_ms=3500)))
    assert itself.recovery is Recovery.FREED_ITSELF
    assert figures(itself)["faults_not_recovered"] == 1


def test_table_is_markdown_with_a_row_for_every_fault():
    lines = fault_table([GOOD, MISSED, OPEN]).splitlines()
    assert len(lines) == 5
    assert len({line.count("|") for line in lines}) == 1
    assert "| yes " in lines[2]
    assert "| 520 ms " in lines[2]
    assert "| 0.83 m " in lines[2]
    assert "NO (1 of 2)" in lines[3]
    assert "1 MOMENTS" in lines[4]
