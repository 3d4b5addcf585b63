"""Reports of persons that are late, wrong, repeated, lost, or not there at all."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.persons import Persons
from gpss_pose_ros.safety.report_checks import ReportChecks
from gpss_pose_ros.safety.settings import LATCHING, MonitorSettings
from gpss_pose_ros.safety.values import CameraReport, Person, PersonsReport, Verdict
from gpss_pose_ros.types import CameraState

STOP, CLEAR = Verdict.PROTECTIVE_STOP, Verdict.CLEAR
MS, SECOND = 1_000_000, 1_000_000_000
NOW_NS = 100 * SECOND
SETTINGS = MonitorSettings()
NOT_LATCHING = {"latch": Cause.NONE}


def person(track_id, captured_ns=NOW_NS):
    return Person(track_id, False, np.zeros((1, 2)), 0.0, 0.0, True, captured_ns)


def report(sequence=1, captured_ns=NOW_NS, stamp_ns=None, **changes):
    """A report without anything wrong; its stamps are those of the steady clock."""
    values = {
        "ahead_s": 0.0,
        "cameras": {"a": CameraReport(CameraState.OK, captured_ns or NOW_NS)},
        "persons": (),
        **changes,
    }
    stamp_ns = (captured_ns or NOW_NS) if stamp_ns is None else stamp_ns
    return PersonsReport(sequence, stamp_ns, captured_ns, **values)


def checked(*reports, cameras=(), now_ns=NOW_NS):
    """Sentences about the last of the reports, by cause."""
    checks = ReportChecks(SETTINGS)
    for each in reports:
        faults = checks.check(each, cameras, now_ns)
    return {fault.cause: fault.sentence for fault in faults}


def only(running, change):
    """Change the next report alone."""
    left = [change]
    running.change = lambda report: left.pop()(report) if left else report


def test_killed_publisher_stops_everything_within_the_timeout(running):
    running.change = lambda report: None
    reports = running.run(0.8)
    verdicts = [report.verdict for report in reports]
    assert verdicts == [CLEAR] * 5 + [STOP] * 3
    assert running.last.causes == Cause.PERSONS_STALE
    assert running.last.reasons == ("persons: no report of the last 0.80 s",)


def test_latch_restored_input_stays_stop_until_reset(running):
    running.change = lambda report: None
    running.run(0.7)
    running.change = lambda report: report
    running.sequence -= 7  # it spoke again where it had stopped
    running.run(1.0)
    assert running.verdicts() == (STOP, STOP)
    assert running.last.causes == Cause.PERSONS_STALE
    assert running.last.latched
    assert running.monitor.reset(running.now_ns) == ""
    running.run(0.3)
    assert running.last.verdict is CLEAR
    assert not running.last.latched


def test_heartbeats_keep_it_alive_but_do_not_keep_the_data_young(running):
    running.change = running.heartbeat
    reports = running.run(0.9)
    ages = [report.data_age_s for report in reports]
    assert ages == pytest.approx([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1])
    stale = [bool(report.causes & Cause.PERSONS_STALE) for report in reports]
    assert stale == [False] * 6 + [True] * 3
    assert "persons: no images of the last 1.10 s" in running.last.reasons


def test_a_heartbeat_takes_nobody_off_the_floor(running):
    running.people = [(-2.5, 0.0)]
    running.run(0.1)
    running.people = []
    running.change = running.heartbeat
    running.run(0.5)
    assert [zone.track_id for zone in running.last.zones] == [1]
    assert running.verdicts() == (STOP, CLEAR)


def test_late_data_makes_the_zone_grow_by_at_least_what_a_person_walks(running):
    running.people = [(0.0, 1.2)]
    running.run(0.1)
    (zone,) = running.last.zones
    running.change = lambda report: None
    running.run(0.5)
    (later,) = running.last.zones
    assert later.age_s - zone.age_s == pytest.approx(0.5)
    assert later.reach_m - zone.reach_m >= 1.6 * 0.5 - 1e-9
    assert later.separation_m - zone.separation_m >= 1.6 * 0.5 - 1e-9


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda r: replace(r, sequence=r.sequence - 1), Cause.SEQUENCE),
        (lambda r: replace(r, sequence=r.sequence - 9), Cause.SEQUENCE),
        (lambda r: replace(r, sequence=r.sequence + 1), Cause.SEQUENCE),
        (lambda r: replace(r, ahead_s=10.0), Cause.CLOCK),
        (lambda r: replace(r, ahead_s=math.nan), Cause.CLOCK),
        (lambda r: replace(r, stamp_ns=r.stamp_ns - 10 * SECOND), Cause.CLOCK),
        (lambda r: replace(r, stamp_ns=r.stamp_ns + 10 * SECOND), Cause.CLOCK),
        (lambda r: replace(r, captured_ns=r.captured_ns + SECOND), Cause.CLOCK),
        (lambda r: replace(r, persons=(person(3, 0), person(3, 0))), Cause.PERSONS_INVALID),
        (lambda r: replace(r, cameras={}), Cause.PERSONS_INVALID),
        (
            lambda r: replace(r, cameras={**r.cameras, "x": r.cameras["west"]}),
            Cause.PERSONS_INVALID,
        ),
    ],
    ids=[
        "repeated", "reordered", "lost", "future", "nan ahead", "clock back", "clock forward",
        "captured in the future", "track twice", "no camera", "another camera",
    ],
)  # fmt: skip
def test_one_wrong_report_stops_everything_until_a_reset(running, change, cause):
    only(running, change)
    running.cycle()
    assert running.last.causes & cause
    assert running.verdicts() == (STOP, STOP)
    running.run(0.5)
    assert running.last.causes == running.last.causes & LATCHING
    assert running.last.causes & cause
    assert running.verdicts() == (STOP, STOP)
    assert running.monitor.reset(running.now_ns) == ""
    running.run(0.3)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_a_wrong_report_between_two_cycles_is_seen_although_a_right_one_follows(build):
    running = build(monitor=NOT_LATCHING)
    running.now_ns += 10 * MS
    running.send(replace(running.report(), ahead_s=1.0))
    running.now_ns += 10 * MS
    running.send(running.report())
    assert running.monitor.tick(running.now_ns).causes == Cause.CLOCK
    assert running.monitor.tick(running.now_ns).causes == Cause.NONE


def test_a_wrong_report_is_not_believed(running):
    running.people = [(-2.5, 0.0)]
    running.run(0.1)
    running.people = []
    running.change = lambda report: replace(report, ahead_s=1.0)
    running.run(0.6)
    assert [zone.track_id for zone in running.last.zones] == [1]
    assert running.last.data_age_s == pytest.approx(0.8)
    assert running.last.causes & Cause.PERSONS_STALE  # nothing believable was heard


def test_nan_in_a_report_stops_everything_and_the_last_persons_stay(running):
    running.people = [(-2.5, 0.0)]
    running.run(0.1)
    running.change = lambda report: running.monitor.persons_invalid("NaN", running.now_ns)
    running.run(0.1)
    assert running.last.causes & Cause.PERSONS_INVALID
    assert running.verdicts() == (STOP, STOP)
    assert [zone.track_id for zone in running.last.zones] == [1]
    assert "persons: NaN" in running.last.reasons


def test_an_invalid_report_is_over_with_the_next_valid_one_where_nothing_latches(build):
    running = build(monitor=NOT_LATCHING)
    running.monitor.persons_invalid("NaN", running.now_ns)
    assert running.cycle().causes == Cause.PERSONS_INVALID
    assert running.cycle().causes == Cause.NONE


def test_a_second_publisher_is_seen_by_its_numbers_even_if_nobody_counts_publishers(running):
    def spoof(report):
        running.send(replace(report, sequence=900 + report.sequence))
        return report

    running.change = spoof
    running.cycle()
    assert running.last.causes & Cause.SEQUENCE
    running.run(0.6)
    assert running.last.causes & Cause.PERSONS_STALE


def test_a_report_alone_is_never_wrong():
    assert checked(report()) == {}
    assert checked(report(captured_ns=None)) == {}


@pytest.mark.parametrize(
    ("sequence", "said"),
    [
        (8, ""),
        (9, "persons: 1 of the reports got lost before number 9"),
        (10, "persons: 2 of the reports got lost before number 10"),
        (7, "persons: report number 7 came after number 7: sent twice, late or restarted"),
        (6, "persons: report number 6 came after number 7: sent twice, late or restarted"),
    ],
)
def test_numbers_of_reports_go_up_by_one(sequence, said):
    faults = checked(report(7, NOW_NS - 1), report(sequence))
    assert faults == ({Cause.SEQUENCE: said} if said else {})


def test_numbers_go_on_from_a_wrong_one():
    assert checked(report(7, NOW_NS - 2), report(2, NOW_NS - 1), report(3)) == {}


def test_heartbeats_are_numbered_too():
    assert checked(report(7, NOW_NS - 1), report(8, None), report(9)) == {}
    assert Cause.SEQUENCE in checked(report(7, NOW_NS - 1), report(7, None))


@pytest.mark.parametrize(("ahead_s", "wrong"), [(0.05, False), (0.0501, True), (math.nan, True)])
def test_stamps_may_be_ahead_by_exactly_so_much(ahead_s, wrong):
    assert (Cause.CLOCK in checked(report(ahead_s=ahead_s))) is wrong
    assert (Cause.CLOCK in checked(report(captured_ns=None, ahead_s=ahead_s))) is wrong


@pytest.mark.parametrize(("later_ns", "wrong"), [(1, False), (0, True), (-1, True)])
def test_stamps_must_go_on(later_ns, wrong):
    first = report(1, NOW_NS - 10)
    second = report(2, NOW_NS - 10 + later_ns)
    assert (Cause.CLOCK in checked(first, second)) is wrong


def test_stamps_of_heartbeats_are_of_no_image():
    before, after = report(1, NOW_NS - 10), report(3, NOW_NS - 5)
    assert checked(before, report(2, None, stamp_ns=NOW_NS), after) == {}
    assert checked(before, report(2, None, stamp_ns=0), after) == {}


@pytest.mark.parametrize(("jump_ns", "wrong"), [(200 * MS, False), (200 * MS + 1, True)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_may_move_by_exactly_so_much(jump_ns, wrong, sign):
    first = report(1, NOW_NS - SECOND)
    second = report(2, NOW_NS, stamp_ns=NOW_NS + sign * jump_ns)
    third = report(3, NOW_NS, stamp_ns=NOW_NS + sign * jump_ns + 1)
    assert (Cause.CLOCK in checked(first, second)) is wrong
    assert checked(first, second, third) == {}


def test_clock_errors_are_told_with_their_size():
    first = report(1, NOW_NS - SECOND, stamp_ns=NOW_NS)
    back = report(2, NOW_NS, stamp_ns=NOW_NS - 3 * SECOND, ahead_s=0.25)
    assert checked(first, back)[Cause.CLOCK] == (
        "persons: stamps go back by 3.000 s, and the clock jumped by -4.000 s,"
        " and stamps are 0.250 s ahead of our clock"
    )


@pytest.mark.parametrize(
    "late",
    [
        {"captured_ns": NOW_NS + 1},
        {"cameras": {"a": CameraReport(CameraState.OK, NOW_NS + 1)}},
        {"persons": (person(1, NOW_NS + 1),)},
    ],
    ids=["images", "camera", "person"],
)
def test_nothing_is_captured_after_it_was_received(late):
    said = checked(report(**late))
    assert said == {Cause.CLOCK: "persons: it was captured after it was received"}


def test_a_camera_that_never_delivered_has_no_capture():
    assert checked(report(cameras={"a": CameraReport(CameraState.MISSING, None)})) == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cameras": {}}, "a report names no camera"),
        (
            {"cameras": dict.fromkeys("zax", CameraReport(CameraState.OK, 0))},
            "a report names cameras unknown until now: x, z",
        ),
        (
            {"persons": (person(4), person(3), person(4), person(3), person(5))},
            "a report holds track_id 3, 4 more than once",
        ),
        (
            {"cameras": {"a": CameraReport(CameraState.OK, None)}},
            "a report calls camera a OK that never delivered an image",
        ),
        (
            {"cameras": {"a": CameraReport(CameraState.OK, 0, unplaced=-1)}},
            "a report says that camera a saw -1 unplaced persons",
        ),
    ],
)
def test_what_cannot_be_is_named(changes, said):
    faults = checked(report(**changes), cameras={"a"})
    assert faults == {Cause.PERSONS_INVALID: f"persons: {said}"}


def test_the_first_report_may_name_any_camera():
    two = {name: CameraReport(CameraState.STALE, 0) for name in "xy"}
    assert checked(report(cameras=two)) == {}


@pytest.mark.parametrize(("late_ns", "stale"), [(0, False), (1, True)])
def test_silence_is_stale_after_exactly_its_time(late_ns, stale):
    persons = Persons(replace(SETTINGS, data_age_s=9.0))
    persons.take(report(), NOW_NS)
    assert bool([*persons.faults(NOW_NS + SECOND + late_ns)]) is stale


@pytest.mark.parametrize(("late_ns", "stale"), [(0, False), (1, True)])
def test_images_are_stale_after_exactly_their_time(late_ns, stale):
    persons = Persons(replace(SETTINGS, persons_timeout_s=9.0))
    persons.take(report(captured_ns=NOW_NS - SECOND), NOW_NS)
    assert bool([*persons.faults(NOW_NS + SECOND // 2 + late_ns)]) is stale


def test_nothing_heard_and_nothing_seen_are_said_apart():
    persons = Persons(SETTINGS)
    assert [f.sentence for f in persons.faults(NOW_NS)] == ["persons: no report yet"]
    persons.take(report(captured_ns=None), NOW_NS)
    assert [f.sentence for f in persons.faults(NOW_NS)] == ["persons: no images yet"]
    assert [f.cause for f in persons.faults(NOW_NS)] == [Cause.PERSONS_STALE]
