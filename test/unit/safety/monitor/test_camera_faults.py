"""A camera that shows nothing: the floor that only it sees is unseen, and nothing else stops."""

from dataclasses import replace

import pytest

from gpss_pose_ros.safety.cameras import Cameras
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.values import CameraReport, PersonsReport, Verdict
from gpss_pose_ros.types import CameraState

STOP, CLEAR = Verdict.PROTECTIVE_STOP, Verdict.CLEAR
OK, STALE, FROZEN = CameraState.OK, CameraState.STALE, CameraState.FROZEN
SECOND = 1_000_000_000
BROKEN = {
    CameraState.FROZEN: Cause.CAMERA_FROZEN,
    CameraState.MISSING: Cause.CAMERA_MISSING,
    CameraState.UNCALIBRATED: Cause.CAMERA_UNCALIBRATED,
    CameraState.NO_TRANSFORM: Cause.CAMERA_NO_TRANSFORM,
    CameraState.BAD_IMAGE: Cause.CAMERA_BAD_IMAGE,
}


def report(captured_ns, **cameras):
    """A report whose images were taken at `captured_ns`."""
    return PersonsReport(1, 0, captured_ns, 0.0, cameras, ())


def causes(cameras, now_ns, placed=("a", "b")):
    """The causes of each camera's faults."""
    return {(fault.where, fault.cause) for fault in cameras.faults(placed, now_ns)}


def looked(captured_ns, state=OK, **fields):
    return CameraReport(state, captured_ns, **fields)


def test_stale_camera_makes_the_floor_only_it_sees_unseen(running, change):
    running.change = change("east", state=STALE)
    reports = running.run(1.2)
    stale = [bool(report.causes & Cause.CAMERA_STALE) for report in reports]
    assert stale == [False] * 8 + [True] * 4  # its last image was 0.2 s old: 1 s in all
    assert running.last.causes == Cause.CAMERA_STALE | Cause.UNSEEN_FLOOR
    assert running.verdicts() == (CLEAR, STOP)
    assert not running.last.latched
    columns = running.monitor.coverage.seen_by.any(axis=0)
    assert columns[:10].all()
    assert not columns[-10:].any()


def test_a_camera_that_is_back_is_believed_again_without_reset(running, change):
    running.change = change("east", state=STALE)
    running.run(1.2)
    running.change = lambda report: report
    running.run(0.1)
    assert running.last.causes == Cause.NONE
    running.run(0.3)
    assert running.verdicts() == (CLEAR, CLEAR)


@pytest.mark.parametrize("state", BROKEN)
def test_frozen_and_broken_cameras_are_unseen_at_once(running, change, state):
    running.change = change("east", state=state)
    running.run(0.1)
    assert running.last.causes == BROKEN[state] | Cause.UNSEEN_FLOOR
    assert running.verdicts() == (CLEAR, STOP)


def test_a_camera_that_vanishes_from_reports_is_missing(running):
    running.change = lambda report: replace(report, cameras={"west": report.cameras["west"]})
    running.run(0.1)
    assert running.last.causes == Cause.CAMERA_MISSING | Cause.UNSEEN_FLOOR


@pytest.mark.parametrize("cause", [Cause.CAMERA_NO_TRANSFORM, Cause.CAMERA_UNCALIBRATED])
def test_tf_missing_or_empty_calibration_as_the_node_sees_it_makes_a_camera_blind(running, cause):
    running.monitor.fault(cause, "east", "no transform")
    running.run(0.1)
    assert running.last.causes == cause | Cause.UNSEEN_FLOOR
    assert running.verdicts() == (CLEAR, STOP)
    assert "east: no transform" in running.last.reasons
    running.monitor.no_fault(cause, "east")
    running.run(0.4)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_camera_moved_stops_everything_until_a_reset(running, change):
    running.change = change("east", moved=True)
    running.run(0.1)
    assert running.last.causes & Cause.CAMERA_MOVED
    assert running.verdicts() == (STOP, STOP)
    running.change = lambda report: report
    running.run(0.5)
    assert running.last.latched
    assert running.verdicts() == (STOP, STOP)


def test_an_unplaced_person_stops_everything_until_a_camera_that_looked_sees_none(running, change):
    running.change = change("east", unplaced=1)
    running.run(0.1)
    assert running.last.causes == Cause.UNPLACED_PERSON
    assert running.verdicts() == (STOP, STOP)
    running.change = change("east", state=STALE)
    running.run(0.5)
    assert running.last.causes == Cause.UNPLACED_PERSON
    running.change = lambda report: report
    running.run(0.1)
    assert running.last.causes == Cause.NONE
    assert running.verdicts() == (STOP, STOP)  # for a while
    running.run(0.3)
    assert running.verdicts() == (CLEAR, CLEAR)


def test_without_a_calibration_a_camera_is_not_believed():
    cameras = Cameras((), 1.0)
    cameras.take(report(5, a=looked(5), b=looked(5)))
    assert causes(cameras, 5, placed=["b"]) == {("a", Cause.CAMERA_UNCALIBRATED)}


@pytest.mark.parametrize(("late_ns", "stale"), [(0, False), (1, True)])
def test_what_a_camera_saw_is_unseen_after_exactly_its_time(late_ns, stale):
    cameras = Cameras((), 1.0)
    cameras.take(report(5, a=looked(5)))
    assert bool(causes(cameras, 5 + SECOND + late_ns)) is stale


def test_an_image_that_was_received_but_not_yet_looked_at_does_not_count():
    cameras = Cameras((), 1.0)
    cameras.take(report(5, a=looked(SECOND)))
    assert causes(cameras, 6 + SECOND) == {("a", Cause.CAMERA_STALE)}


def test_a_camera_is_as_old_as_its_own_image():
    cameras = Cameras((), 1.0)
    cameras.take(report(SECOND, a=looked(5)))
    assert causes(cameras, 6 + SECOND) == {("a", Cause.CAMERA_STALE)}


@pytest.mark.parametrize(
    "useless",
    [report(None, a=looked(9)), report(9, a=looked(None)), report(9, a=looked(9, STALE))],
    ids=["heartbeat", "no image", "stale"],
)
def test_nothing_counts_as_looking_but_an_image_of_a_camera_that_is_ok(useless):
    cameras = Cameras((), 1.0)
    cameras.take(useless)
    assert causes(cameras, 9) == {("a", Cause.CAMERA_STALE)}
    assert [f.sentence for f in cameras.faults(["a"], 9)] == ["a: it has shown nothing yet"]


def test_a_frozen_camera_that_falls_silent_is_not_believed_for_what_it_showed_before():
    cameras = Cameras((), 1.0)
    cameras.take(report(5, a=looked(5)))
    cameras.take(report(6, a=looked(6, FROZEN)))
    assert causes(cameras, 6) == {("a", Cause.CAMERA_FROZEN)}
    cameras.take(report(7, a=looked(6, STALE)))
    assert causes(cameras, 7) == {("a", Cause.CAMERA_STALE)}
    cameras.take(report(8, a=looked(8)))
    assert not causes(cameras, 8)


def test_the_first_report_defines_the_cameras_beside_those_of_the_site():
    cameras = Cameras(("a",), 1.0)
    assert (cameras.known, cameras.named, cameras.required) == (set(), {"a"}, {"a"})
    cameras.take(report(5, b=looked(5)))
    assert (cameras.known, cameras.named, cameras.required) == ({"a", "b"}, {"a", "b"}, {"a"})
    assert causes(cameras, 5) == {("a", Cause.CAMERA_MISSING)}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (CameraState.FROZEN, "a: its pictures do not change"),
        (CameraState.MISSING, "a: it delivers nothing"),
        (CameraState.UNCALIBRATED, "a: it has no usable camera_info"),
        (CameraState.NO_TRANSFORM, "a: no transform to the factory frame"),
        (CameraState.BAD_IMAGE, "a: its images cannot be used"),
    ],
)
def test_what_is_wrong_with_a_camera_is_said_in_words(state, said):
    cameras = Cameras((), 1.0)
    cameras.take(report(5, a=looked(5, state)))
    assert [fault.sentence for fault in cameras.faults(["a"], 5)] == [said]


def test_before_any_report_a_camera_of_the_site_is_missing_and_nothing_else():
    assert causes(Cameras(("a",), 1.0), 5) == {("a", Cause.CAMERA_MISSING)}


def test_every_camera_of_the_first_report_is_required_where_the_site_names_none():
    cameras = Cameras((), 1.0)
    assert cameras.required == set()
    cameras.take(report(5, a=looked(5), b=looked(5)))
    assert cameras.required == {"a", "b"}


def test_a_camera_can_have_several_faults_each_with_a_sentence():
    cameras = Cameras((), 1.0)
    cameras.take(report(5 * SECOND, a=looked(5 * SECOND, moved=True, unplaced=2)))
    assert [f.sentence for f in cameras.faults((), 9 * SECOND)] == [
        "a: safety knows no place of it",
        "a: it has shown nothing of the last 4.00 s",
        "a: it is no longer where its calibration says",
        "a: it sees 2 somewhere, nobody knows where",
    ]
