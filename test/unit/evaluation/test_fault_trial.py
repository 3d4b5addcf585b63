"""What counts as noticed, as fail-open and as recovered."""

import pytest

from gpss_pose_ros.evaluation.fault import Fault, Sample
from gpss_pose_ros.evaluation.fault_trial import ALLOWANCE_S, Recovery, Trial, is_free, noticed
from gpss_pose_ros.safety.causes import Cause

MS = 1_000_000
BOTH = frozenset({"a", "b"})
NOBODY: frozenset[str] = frozenset()
STALE = Fault("stale", "row", Cause.PERSONS_STALE, BOTH, timeout_s=0.5, latched=True)
ONE = Fault("one", "row", Cause.ROBOT_STALE, frozenset({"a"}), timeout_s=0.5)
HANG = Fault("hang", "row", Cause.NONE, BOTH, timeout_s=0.1)


def free(at_ms: float, robots: frozenset[str] = BOTH) -> Sample:
    return Sample(round(at_ms * MS), robots)


def stopped(at_ms: float, causes: Cause, latched: bool = False) -> Sample:
    return Sample(round(at_ms * MS), NOBODY, causes, latched)


def trial(fault: Fault, *samples: Sample, reset_ms: float | None = None) -> Trial:
    """Begun at 1000 ms, restored at 3000 ms, watched until 5000 ms."""
    reset_ns = None if reset_ms is None else round(reset_ms * MS)
    return Trial(fault, 1000 * MS, 3000 * MS, reset_ns, 5000 * MS, samples)


def test_detection_is_the_first_sample_that_names_the_fault_and_stops():
    seen = trial(
        STALE,
        stopped(990, Cause.PERSONS_STALE),  # of before
        free(1400),
        stopped(1450, Cause.ROBOT_STALE),  # another cause
        Sample(1480 * MS, frozenset({"b"}), Cause.PERSONS_STALE),  # one still drives
        stopped(1520, Cause.PERSONS_STALE),
        stopped(1570, Cause.PERSONS_STALE),
    )
    assert seen.detection_s == pytest.approx(0.52)


@pytest.mark.parametrize(
    "samples",
    [
        (),
        (free(1100), free(2900)),
        (stopped(1100, Cause.NONE),),  # it stands, and nobody knows why
        (stopped(3000, Cause.PERSONS_STALE),),  # when the fault is gone already
    ],
)
def test_what_is_not_named_in_time_is_not_detected(samples):
    assert trial(STALE, *samples).detection_s is None


def test_where_safety_cannot_speak_it_is_enough_that_all_stand():
    assert noticed(Sample(0, NOBODY), HANG)
    assert not noticed(Sample(0, frozenset({"b"})), HANG)
    assert not noticed(Sample(0, NOBODY), STALE)


def test_robots_whom_the_fault_does_not_concern_may_drive_on():
    others = Sample(1520 * MS, frozenset({"b"}), Cause.ROBOT_STALE)
    seen = trial(ONE, others)
    assert seen.detection_s == pytest.approx(0.52)
    assert seen.fail_open == 0


def test_late_is_not_fail_open_until_the_allowance_is_over():
    latest_ms = 1000 + 500 + ALLOWANCE_S * 1000
    assert trial(STALE, free(latest_ms - 1)).fail_open == 0
    assert trial(STALE, free(latest_ms)).fail_open == 1
    assert trial(STALE, free(latest_ms), free(2999)).fail_open == 2


def test_whoever_is_freed_again_while_the_fault_lasts_is_fail_open():
    seen = trial(STALE, stopped(1100, Cause.PERSONS_STALE), free(1150))
    assert seen.fail_open == 1


def test_a_latched_stop_must_outlast_its_cause():
    cause = stopped(1510, Cause.PERSONS_STALE, latched=True)
    itself = trial(STALE, cause, free(3100), reset_ms=3500)
    assert itself.fail_open == 1
    assert itself.recovery is Recovery.FREED_ITSELF
    waited = trial(
        STALE, cause, stopped(3100, Cause.PERSONS_STALE, True), free(3700), reset_ms=3500
    )
    assert waited.fail_open == 0
    assert waited.recovery is Recovery.RESET
    assert waited.recovery_s == pytest.approx(0.2)


def test_recovery_without_a_latch():
    cause = Sample(1510 * MS, frozenset({"b"}), Cause.ROBOT_STALE)
    seen = trial(ONE, cause, free(3300))
    assert seen.recovery is Recovery.FREE
    assert seen.recovery_s == pytest.approx(0.3)
    assert trial(ONE, cause).recovery is Recovery.STUCK
    assert trial(ONE, cause).recovery_s is None


def test_free_means_all_concerned_and_nothing_latched():
    assert is_free(free(0), STALE)
    assert not is_free(free(0, NOBODY), STALE)
    assert not is_free(Sample(0, BOTH, latched=True), STALE)
    assert is_free(free(0, frozenset({"a"})), ONE)
    assert not is_free(free(0, frozenset({"b"})), ONE)
