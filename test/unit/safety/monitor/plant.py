"""A small plant in which all is well, until a test says otherwise."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.settings import (
    CoverageSettings,
    MonitorSettings,
    RobotEntry,
    RobotProfile,
    Site,
)
from gpss_pose_ros.safety.values import CameraReport, Person, PersonsReport, Robot, SafetyReport
from gpss_pose_ros.types import CameraState

MS = 1_000_000
ROS_OFFSET_NS = 1_700_000_000_000_000_000  # what the stamps' clock is ahead of the steady clock
AGE_NS = 200 * MS
FOOTPRINT = ((-0.4, -0.3), (0.4, -0.3), (0.4, 0.3), (-0.4, 0.3))
PROFILE = RobotProfile("cart", FOOTPRINT, 1.0, 0.2, 0.01, 1.5)
SETTINGS = MonitorSettings(
    period_s=0.1,
    persons_timeout_s=0.5,
    data_age_s=0.8,
    camera_age_s=1.0,
    robot_timeout_s=0.5,
    late_s=0.25,
    settle_s=0.2,
    clear_after_s=0.3,
)
AREA = CoverageSettings(low_m=(-4.0, -1.5), high_m=(4.0, 1.5), resolution_m=0.25)
MODEL = CameraModel([[400, 0, 319.5], [0, 400, 239.5], [0, 0, 1]], [], "plumb_bob", (640, 480))


def looking_down(camera_id, x_m, z_m=4.0):
    """A camera that sees 2.4 m of floor on either side."""
    rotation = np.diag([1.0, -1.0, -1.0])
    return Camera(camera_id, MODEL, Transform(rotation, np.array([x_m, 0.0, z_m])))


def standing(robot_id, x_m, now_ns, **changes):
    """A robot that stands still in the middle of the hall's depth."""
    values = {"yaw_rad": 0.0, "velocity_mps": (0.0, 0.0), "turn_rate_radps": 0.0, "sigma_m": 0.0}
    values |= {"position_m": (x_m, 0.0), "captured_ns": now_ns, **changes}
    return Robot(robot_id, PROFILE, **values)


def person_at(x_m, y_m, captured_ns, track_id=7, held=False):
    """Somebody of whom the shoulders are known."""
    return Person(track_id, held, np.array([[x_m, y_m]]), 0.05, 0.0, True, captured_ns)


class Plant:
    """A monitor, and what goes on around it, ten times a second.

    Attributes:
        change: is given every report, may replace it, and loses it by returning None.
        silent: robots that say nothing.
        people: (x, y) of everybody.
        clock_off_ns: by how much somebody has set the ROS clock.
        last: the newest safety report.
    """

    def __init__(self, place=("west", "east"), **settings) -> None:
        robots = tuple(RobotEntry(name, PROFILE, f"/{name}/odom") for name in ("left", "right"))
        self.site = Site(
            robots=settings.pop("robots", robots),
            coverage=AREA,
            monitor=replace(SETTINGS, **settings.pop("monitor", {})),
            **settings,
        )
        self.monitor = Monitor(self.site, "c0ffee")
        self.now_ns = 10_000 * MS
        self.sequence = 41
        self.change: Callable[[PersonsReport], PersonsReport | None] = lambda report: report
        self.silent: set[str] = set()
        self.people: list[tuple[float, float]] = []
        self.clock_off_ns = 0
        self.last: SafetyReport | None = None
        for name in place:
            self.monitor.camera(self.camera(name), self.now_ns)

    @staticmethod
    def camera(name, off_m=0.0):
        """One of the cameras, or where it is off its place."""
        return looking_down(name, {"west": -2.0, "east": 2.0}[name] + off_m)

    def report(self) -> PersonsReport:
        """The next report, of images that are 0.2 s old."""
        self.sequence += 1
        captured_ns = self.now_ns - AGE_NS
        cameras = {name: CameraReport(CameraState.OK, captured_ns) for name in ("west", "east")}
        people = tuple(
            person_at(x, y, captured_ns, track_id) for track_id, (x, y) in enumerate(self.people, 1)
        )
        return PersonsReport(
            self.sequence, captured_ns + ROS_OFFSET_NS, captured_ns, -0.2, cameras, people
        )

    def heartbeat(self, report: PersonsReport) -> PersonsReport:
        """What pose_node says instead when no image came."""
        cameras = {
            name: replace(camera, state=CameraState.STALE)
            for name, camera in report.cameras.items()
        }
        stamp_ns = self.now_ns + ROS_OFFSET_NS
        return replace(report, captured_ns=None, stamp_ns=stamp_ns, ahead_s=0.0, cameras=cameras)

    def send(self, report: PersonsReport) -> None:
        """Hand over a report."""
        self.monitor.persons(report, self.now_ns)

    def cycle(self) -> SafetyReport:
        """One period: a report comes, robots speak, then the tick."""
        self.now_ns += 100 * MS
        report = self.change(self.report())
        if report is not None:
            self.send(report)
        for name, x_m in (("left", -2.5), ("right", 2.5)):
            if name not in self.silent:
                self.monitor.robot(standing(name, x_m, self.now_ns), self.now_ns)
        self.monitor.clock(self.now_ns + ROS_OFFSET_NS + self.clock_off_ns, self.now_ns)
        self.last = self.monitor.tick(self.now_ns)
        return self.last

    def run(self, seconds: float) -> list[SafetyReport]:
        """Go on for a while."""
        return [self.cycle() for _ in range(round(seconds * 10))]

    def verdicts(self):
        """What the robots were told last: left, right."""
        return tuple(robot.verdict for robot in self.last.robots)


def started(**settings):
    """Return a plant that runs."""
    plant = Plant(**settings)
    plant.run(0.6)
    return plant
