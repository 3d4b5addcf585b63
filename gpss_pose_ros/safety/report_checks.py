"""What can be wrong with a report of persons, by itself and after the one before."""

from collections.abc import Collection, Iterator

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.clock import ClockWatch
from gpss_pose_ros.safety.faults import Fault
from gpss_pose_ros.safety.settings import MonitorSettings
from gpss_pose_ros.safety.values import PersonsReport
from gpss_pose_ros.types import CameraState

PERSONS = "persons"
CHECKED = (Cause.PERSONS_INVALID, Cause.SEQUENCE, Cause.CLOCK)
"""Causes that a report can bring, and the next one clears."""


class ReportChecks:
    """Compares every report with its predecessor, believed or not."""

    def __init__(self, settings: MonitorSettings) -> None:
        self._future_s, self._clock = settings.future_s, ClockWatch(settings.jump_s)
        self._sequence: int | None = None
        self._stamp_ns: int | None = None

    def check(
        self, report: PersonsReport, cameras: Collection[str], now_ns: int
    ) -> tuple[Fault, ...]:
        """Return what is wrong, at most one fault of a cause.

        Args:
            report: the newest.
            cameras: that are known; any may come where none is.
            now_ns: when it was received.
        """
        details = {
            Cause.PERSONS_INVALID: _contradiction(report, cameras),
            Cause.SEQUENCE: self._sequence_error(report.sequence),
            Cause.CLOCK: self._clock_error(report, now_ns),
        }
        return tuple(Fault(cause, PERSONS, text) for cause, text in details.items() if text)

    def _sequence_error(self, sequence: int) -> str:
        before, self._sequence = self._sequence, sequence
        if before is None or sequence == before + 1:
            return ""
        if sequence > before:
            return f"{sequence - before - 1} of the reports got lost before number {sequence}"
        return f"report number {sequence} came after number {before}: sent twice, late or restarted"

    def _clock_error(self, report: PersonsReport, now_ns: int) -> str:
        errors = (*self._course_errors(report), *_future_errors(report, now_ns, self._future_s))
        return ", and ".join(errors)

    def _course_errors(self, report: PersonsReport) -> Iterator[str]:
        """Yield how the stamps go on from the last report that had images."""
        if report.captured_ns is None:  # the stamp of a heartbeat is of no image
            return
        before_ns, self._stamp_ns = self._stamp_ns, report.stamp_ns
        if before_ns is not None and report.stamp_ns <= before_ns:
            yield f"stamps go back by {(before_ns - report.stamp_ns) / 1e9:.3f} s"
        jump_s = self._clock.jump_s(report.stamp_ns, report.captured_ns)
        if jump_s:
            yield f"the clock jumped by {jump_s:+.3f} s"


def _future_errors(report: PersonsReport, now_ns: int, future_s: float) -> Iterator[str]:
    if not report.ahead_s <= future_s:
        yield f"stamps are {report.ahead_s:.3f} s ahead of our clock"
    if any(captured_ns > now_ns for captured_ns in _captures(report)):
        yield "it was captured after it was received"


def _captures(report: PersonsReport) -> Iterator[int]:
    if report.captured_ns is not None:
        yield report.captured_ns
    for camera in report.cameras.values():
        if camera.captured_ns is not None:
            yield camera.captured_ns
    for person in report.persons:
        yield person.captured_ns


def _contradiction(report: PersonsReport, cameras: Collection[str]) -> str:
    """Return what about a report cannot be; empty where nothing."""
    if not report.cameras:
        return "a report names no camera"
    strangers = sorted(set(report.cameras).difference(cameras)) if cameras else ()
    if strangers:
        return f"a report names cameras unknown until now: {', '.join(strangers)}"
    ids = [person.track_id for person in report.persons]
    twice = sorted({track_id for track_id in ids if ids.count(track_id) > 1})
    if twice:
        return f"a report holds track_id {', '.join(map(str, twice))} more than once"
    for camera_id, camera in report.cameras.items():
        if camera.state is CameraState.OK and camera.captured_ns is None:
            return f"a report calls camera {camera_id} OK that never delivered an image"
        if camera.unplaced < 0:
            return f"a report says that camera {camera_id} saw {camera.unplaced} unplaced persons"
    return ""
