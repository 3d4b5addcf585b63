"""The newest report of persons that is believed, and how old it has become."""

import math
from collections.abc import Iterator

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault
from gpss_pose_ros.safety.report_checks import PERSONS
from gpss_pose_ros.safety.settings import MonitorSettings
from gpss_pose_ros.safety.values import Person, PersonsReport


class Persons:
    """Who is on the floor. A heartbeat shows that somebody reports, but lets the data age."""

    def __init__(self, settings: MonitorSettings) -> None:
        self._timeout_s, self._data_age_s = settings.persons_timeout_s, settings.data_age_s
        self._heard_ns: int | None = None
        self._captured_ns: int | None = None
        self.newest: tuple[Person, ...] = ()

    def take(self, report: PersonsReport, now_ns: int) -> None:
        """Take a report that is believed."""
        self._heard_ns = now_ns
        if report.captured_ns is not None:
            self._captured_ns = report.captured_ns
            self.newest = report.persons

    def age_s(self, now_ns: int) -> float:
        """Return the age of the oldest capture behind `newest`; inf if there is none."""
        return _since_s(self._captured_ns, now_ns)

    def faults(self, now_ns: int) -> Iterator[Fault]:
        """Yield PERSONS_STALE where reports or their images are too old."""
        silence_s, age_s = _since_s(self._heard_ns, now_ns), self.age_s(now_ns)
        if silence_s > self._timeout_s:
            yield _stale(f"no report {_lately(silence_s)}")
        elif age_s > self._data_age_s:
            yield _stale(f"no images {_lately(age_s)}")


def _since_s(then_ns: int | None, now_ns: int) -> float:
    return math.inf if then_ns is None else (now_ns - then_ns) / 1e9


def _lately(age_s: float) -> str:
    return "yet" if math.isinf(age_s) else f"of the last {age_s:.2f} s"


def _stale(detail: str) -> Fault:
    return Fault(Cause.PERSONS_STALE, PERSONS, detail)
