"""What each camera has shown lately, as the reports of persons tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault
from gpss_pose_ros.safety.values import CameraReport, PersonsReport
from gpss_pose_ros.types import CameraState

_BROKEN = {
    CameraState.FROZEN: (Cause.CAMERA_FROZEN, "its pictures do not change"),
    CameraState.MISSING: (Cause.CAMERA_MISSING, "it delivers nothing"),
    CameraState.UNCALIBRATED: (Cause.CAMERA_UNCALIBRATED, "it has no usable camera_info"),
    CameraState.NO_TRANSFORM: (Cause.CAMERA_NO_TRANSFORM, "no transform to the factory frame"),
    CameraState.BAD_IMAGE: (Cause.CAMERA_BAD_IMAGE, "its images cannot be used"),
}
"""States after which a camera has to show something before it is believed again."""

_ABSENT = CameraReport(CameraState.MISSING, None)


class Cameras:
    """Every camera that reports may name: the site's, and those of the first report."""

    def __init__(self, required: Iterable[str], camera_age_s: float) -> None:
        self._lives = {camera_id: _Life() for camera_id in required}
        self._age_ns = camera_age_s * 1e9
        self._required = frozenset(self._lives)
        self._complete = False

    @property
    def named(self) -> frozenset[str]:
        """Every camera that anybody has named so far."""
        return frozenset(self._lives)

    @property
    def known(self) -> frozenset[str]:
        """Every camera there is; empty until the first report, when any may come."""
        return self.named if self._complete else frozenset()

    @property
    def required(self) -> frozenset[str]:
        """Cameras without which nothing starts."""
        return self._required or self.named

    def take(self, report: PersonsReport) -> None:
        """Take a report that is believed; the first one says which cameras there are."""
        if not self._complete:
            self._lives = {name: _Life() for name in (*self._lives, *report.cameras)}
            self._complete = True
        for camera_id, life in self._lives.items():
            life.take(report.cameras.get(camera_id, _ABSENT), report.captured_ns)

    def faults(self, placed: Iterable[str], now_ns: int) -> Iterator[Fault]:
        """Yield what is wrong with cameras; `placed` are those whose calibration is known."""
        placed = frozenset(placed)
        for camera_id, life in self._lives.items():
            if camera_id not in placed:
                yield Fault(Cause.CAMERA_UNCALIBRATED, camera_id, "safety knows no place of it")
            for cause, detail in life.faults(self._age_ns, now_ns):
                yield Fault(cause, camera_id, detail)


@dataclass
class _Life:
    """What one camera last contributed.

    Attributes:
        state: in the last report; MISSING before the first.
        looked_ns: when the last images were taken that it contributed; None after it was broken.
        unplaced: persons it saw then of whom nobody knows where they stand.
        moved: whether it is no longer where its calibration says.
    """

    state: CameraState = CameraState.MISSING
    looked_ns: int | None = None
    unplaced: int = 0
    moved: bool = False

    def take(self, report: CameraReport, images_ns: int | None) -> None:
        """Take what a report says; `images_ns` is None in a heartbeat."""
        self.state, self.moved = report.state, report.moved
        newest_ns = report.captured_ns
        if self.state in _BROKEN:
            self.looked_ns = None
        elif self.state is CameraState.OK and newest_ns is not None and images_ns is not None:
            self.looked_ns = min(newest_ns, images_ns)
            self.unplaced = report.unplaced

    def faults(self, age_ns: float, now_ns: int) -> Iterator[tuple[Cause, str]]:
        """Yield causes and details."""
        if self.state in _BROKEN:
            yield _BROKEN[self.state]
        elif self.looked_ns is None:
            yield Cause.CAMERA_STALE, "it has shown nothing yet"
        elif now_ns - self.looked_ns > age_ns:
            seconds = (now_ns - self.looked_ns) / 1e9
            yield Cause.CAMERA_STALE, f"it has shown nothing of the last {seconds:.2f} s"
        if self.moved:
            yield Cause.CAMERA_MOVED, "it is no longer where its calibration says"
        if self.unplaced:
            yield Cause.UNPLACED_PERSON, f"it sees {self.unplaced} somewhere, nobody knows where"
