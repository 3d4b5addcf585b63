"""The heart of safety: takes what arrives, and says in every cycle what every robot may do.

A cycle is driven by the steady clock, never by input: what does not arrive is a fault like any
other. In doubt the answer is stop.
"""

from collections.abc import Iterable, Iterator, Sequence

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.safety.calibrations import Calibrations
from gpss_pose_ros.safety.cameras import Cameras
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.clock import ClockWatch
from gpss_pose_ros.safety.coverage import Coverage, CoverageMap
from gpss_pose_ros.safety.faults import CAMERA, ROBOT, Fault, FaultBook, causes_of
from gpss_pose_ros.safety.hysteresis import Hysteresis
from gpss_pose_ros.safety.judge import Judgement, judge
from gpss_pose_ros.safety.latch import Latch
from gpss_pose_ros.safety.persons import Persons
from gpss_pose_ros.safety.report_checks import CHECKED, PERSONS, ReportChecks
from gpss_pose_ros.safety.robots import Robots
from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.start import Start
from gpss_pose_ros.safety.values import PersonsReport, Robot, RobotVerdict, SafetyReport
from gpss_pose_ros.safety.verdicts import robot_verdict, site_stop, site_verdict

_CLOCK = "ROS clock"
_JUDGED = {
    Cause.PERSON_NEAR: "somebody is nearer than its separation distance",
    Cause.UNSEEN_FLOOR: "no live camera sees all the floor it needs until it stands",
}


class Monitor:
    """Safety of one site. Times are of the steady clock, in [ns], and never go back."""

    def __init__(self, site: Site, configuration_hash: str) -> None:
        """Begin in STOP; `configuration_hash` is that of the site's file."""
        settings = site.monitor
        self.site, self.configuration_hash = site, configuration_hash
        self._news = FaultBook()
        self._clock = ClockWatch(settings.jump_s)
        self._checks = ReportChecks(settings)
        self._persons = Persons(settings)
        self._cameras = Cameras(site.cameras, settings.camera_age_s)
        self._robots = Robots(site.robots, settings.robot_timeout_s)
        self._calibrations = Calibrations()
        self._map = CoverageMap(site.coverage, site.occluders, site.human_free)
        self._start = Start(settings.settle_s)
        self._latch = Latch(settings.latch)
        self._hysteresis = {
            robot.name: Hysteresis(
                robot.profile.warning_m, settings.clear_after_s, settings.clear_margin_m
            )
            for robot in site.robots
        }
        self.coverage: Coverage = self._map.now(())
        self._judged: tuple[Fault, ...] = ()
        self._now_ns = 0
        self._ticked_ns: int | None = None
        self._sequence = 0

    @property
    def cameras(self) -> frozenset[str]:
        """Names of all cameras that the site or a report has named so far."""
        return self._cameras.named

    def persons(self, report: PersonsReport, now_ns: int) -> None:
        """Take a report of persons; one with a fault is not believed."""
        self._advance(now_ns)
        faults = self._checks.check(report, self._cameras.known, now_ns)
        for cause in CHECKED:
            self._news.drop(cause, PERSONS)
        for fault in faults:
            self._news.add(fault)
        if not faults:
            self._persons.take(report, now_ns)
            self._cameras.take(report)

    def persons_invalid(self, detail: str, now_ns: int) -> None:
        """Take that a report came that holds impossible values."""
        self._advance(now_ns)
        self._news.add(Fault(Cause.PERSONS_INVALID, PERSONS, detail))

    def robot(self, robot: Robot, now_ns: int) -> None:
        """Take where a robot is; InputError if the site has no such robot."""
        self._advance(now_ns)
        if robot.captured_ns > now_ns:
            self.robot_invalid(robot.robot_id, "its stamp is in the future", now_ns)
            return
        self._robots.take(robot)
        self._news.drop(Cause.ROBOT_INVALID, robot.robot_id)

    def robot_invalid(self, robot_id: str, detail: str, now_ns: int) -> None:
        """Take that a robot said what cannot be; InputError if the site has no such robot."""
        self._advance(now_ns)
        self._robots.require(robot_id)
        self._news.add(Fault(Cause.ROBOT_INVALID, robot_id, detail))

    def camera(self, camera: Camera, now_ns: int) -> None:
        """Take a camera's calibration; once the start is over it must not change any more."""
        self._advance(now_ns)
        if self._start.over and self._calibrations.differ(camera):
            detail = "its calibration is not that of the start; restart safety if it is right"
            self._news.add(Fault(Cause.CALIBRATION_CHANGED, camera.camera_id, detail))
            return
        self._news.drop(Cause.CALIBRATION_CHANGED, camera.camera_id)
        self._calibrations.take(camera)
        self._map.place(camera)

    def clock(self, ros_ns: int, now_ns: int) -> None:
        """Take what the ROS clock says; one that was set makes every age doubtful."""
        self._advance(now_ns)
        jump_s = self._clock.jump_s(ros_ns, now_ns)
        if jump_s:
            self._news.add(Fault(Cause.CLOCK, _CLOCK, f"it jumped by {jump_s:+.3f} s"))
        else:
            self._news.drop(Cause.CLOCK, _CLOCK)

    def fault(self, cause: Cause, where: str, detail: str) -> None:
        """Take a fault that only others can see: of topics, files, transforms; until `no_fault`."""
        self._news.add(Fault(cause, where, detail))

    def no_fault(self, cause: Cause, where: str) -> None:
        """Take that such a fault is over, or was not there."""
        self._news.drop(cause, where)

    def reset(self, now_ns: int) -> str:
        """Open the latch; return what still stands in the way, empty when done."""
        self._advance(now_ns)
        return self._latch.reset((*self._inputs(now_ns), *self._judged))

    def tick(self, now_ns: int) -> SafetyReport:
        """Say what every robot may do now."""
        self._advance(now_ns)
        faults = (*self._overrun(now_ns), *self._inputs(now_ns))
        self._news.turn()
        judgement = self._judge(faults, now_ns)
        self._judged = (*self._starting(faults, now_ns), *_judged_faults(judgement))
        faults = self._latch.hold((*self._judged, *faults), starting=not self._start.over)
        stop = site_stop(faults, latched=self._latch.closed)
        robots = self._verdicts(judgement, faults, stop, now_ns)
        self._sequence += 1
        return SafetyReport(
            sequence=self._sequence,
            verdict=site_verdict(robots, stop),
            causes=causes_of(faults),
            reasons=tuple(fault.sentence for fault in faults),
            latched=self._latch.closed,
            robots=robots,
            zones=judgement.zones,
            data_age_s=self._persons.age_s(now_ns),
            configuration_hash=self.configuration_hash,
            calibration_hash=self._calibrations.hash,
        )

    def _advance(self, now_ns: int) -> None:
        """Refuse a steady clock that goes back: every age would be wrong."""
        if now_ns < self._now_ns:
            raise InputError(f"now_ns {now_ns} is before {self._now_ns}: take the steady clock")
        self._now_ns = now_ns

    def _overrun(self, now_ns: int) -> Iterator[Fault]:
        """Yield OVERRUN where this cycle comes too long after the last one."""
        before_ns, self._ticked_ns = self._ticked_ns, now_ns
        if before_ns is not None and now_ns - before_ns > self.site.monitor.late_s * 1e9:
            gap_s = (now_ns - before_ns) / 1e9
            yield Fault(Cause.OVERRUN, "cycle", f"it came {gap_s:.2f} s after the last one")

    def _inputs(self, now_ns: int) -> tuple[Fault, ...]:
        """Return every fault of what arrived, and of what did not, each once."""
        faults = (
            *self._persons.faults(now_ns),
            *self._cameras.faults(self._map.placed, now_ns),
            *self._robots.faults(now_ns),
            *self._news.faults,
        )
        return tuple({fault.key: fault for fault in faults}.values())

    def _starting(self, faults: Sequence[Fault], now_ns: int) -> tuple[Fault, ...]:
        """Return STARTING until everything required has been well for long enough."""
        required = {
            CAMERA: self._cameras.required,
            ROBOT: {robot.name for robot in self.site.robots if robot.required},
        }
        hindrances = (
            fault
            for fault in faults
            if all(fault.where in names for kind, names in required.items() if fault.of(kind))
        )
        return self._start.judge(hindrances, now_ns)

    def _judge(self, faults: Sequence[Fault], now_ns: int) -> Judgement:
        """Judge the robots whose place is known, by the floor that live cameras see."""
        self.coverage = self._map.now(self._cameras.known - _places(faults, CAMERA))
        lost = _places(faults, ROBOT)
        robots = [robot for robot in self._robots.newest if robot.robot_id not in lost]
        return judge(robots, self._persons.newest, self.coverage, self.site, now_ns)

    def _verdicts(
        self, judgement: Judgement, faults: Sequence[Fault], stop: str, now_ns: int
    ) -> tuple[RobotVerdict, ...]:
        """Return what every robot is told: the worst at once, better only after a while."""
        judged = {verdict.robot_id: verdict for verdict in judgement.robots}
        lost = {fault.where: fault.sentence for fault in faults if fault.of(ROBOT)}
        verdicts = (
            robot_verdict(
                name, judged.get(name), stop, lost.get(name, ""), self._robots.age_s(name, now_ns)
            )
            for name in self._hysteresis
        )
        return tuple(self._hysteresis[v.robot_id].update(v, now_ns) for v in verdicts)


def _places(faults: Iterable[Fault], causes: Cause) -> frozenset[str]:
    """Return where there is a fault of any of these causes."""
    return frozenset(fault.where for fault in faults if fault.of(causes))


def _judged_faults(judgement: Judgement) -> tuple[Fault, ...]:
    """Return a fault for every cause of every robot's verdict."""
    return tuple(
        Fault(cause, robot.robot_id, detail)
        for robot, causes in zip(judgement.robots, judgement.causes, strict=True)
        for cause, detail in _JUDGED.items()
        if cause & causes
    )
