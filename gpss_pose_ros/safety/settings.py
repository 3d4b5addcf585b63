"""What a site decides: how people move, which robots and floor there are, how long to wait.

Read from config/zones.yaml by site_file.py.
"""

import math
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.types import FloatArray

Polygon = tuple[tuple[float, float], ...]


class Unseen(Enum):
    """What a robot does about floor that no live camera sees."""

    STOP = "stop"
    CREEP = "creep"
    IGNORE = "ignore"


class Assumption(Enum):
    """What the person near a robot is taken to do; see separation.py."""

    SEPARATION = "separation"  # walks towards the robot, not knowing of it
    REACH = "reach"  # stands, and knows: only arms and uncertainty count


@dataclass(frozen=True)
class PersonSettings:
    """How people move and how far they reach.

    Attributes:
        walking_speed_mps: v_h, ISO 13855: 1.6 for walking.
        reach_m: an arm's length, from the shoulder.
        lean_m: by how much the shoulder may be off the feet, where no camera tells.
        intrusion_m: C of the separation distance, ISO 13855: 0.85 for a whole person.
        sigmas: this many standard deviations of a position count as uncertainty.
        missed_s: cameras may miss somebody who walks on floor they see for so long.
    """

    walking_speed_mps: float = 1.6
    reach_m: float = 0.85
    lean_m: float = 0.25
    intrusion_m: float = 0.85
    sigmas: float = 3.0
    missed_s: float = 0.5

    def __post_init__(self) -> None:
        require_finite(self, "person")


@dataclass(frozen=True)
class RobotProfile:
    """A kind of robot.

    Attributes:
        name: of the kind.
        footprint_m: corners in the robot's own frame (x forward), at least three, convex.
        deceleration_mps2: that its brakes reach with certainty, loaded.
        reaction_s: T_r, from our verdict to the brakes' begin.
        localisation_sigma_m: standard deviation of its own position.
        largest_speed_mps: it never drives faster.
        warning_m: WARNING this far before the separation distance.
        unseen: what it does about floor that no live camera sees.
        creep_speed_mps: allowed on such floor, if it may creep there.
        assumption: what the person near it is taken to do.
    """

    name: str
    footprint_m: Polygon
    deceleration_mps2: float
    reaction_s: float
    localisation_sigma_m: float
    largest_speed_mps: float
    warning_m: float = 0.5
    unseen: Unseen = Unseen.STOP
    creep_speed_mps: float = 0.3
    assumption: Assumption = Assumption.SEPARATION

    def __post_init__(self) -> None:
        where = f"profile {self.name}"
        require_finite(self, where)
        for name in ("deceleration_mps2", "largest_speed_mps"):
            if getattr(self, name) == 0.0:
                raise ConfigurationError(f"{where}: {name} must be > 0")
        require_convex(self.footprint_m, f"{where}: footprint_m")

    @cached_property
    def outline_m(self) -> FloatArray:
        """The footprint (V, 2), counter-clockwise."""
        corners = np.array(self.footprint_m, dtype=np.float64)
        return corners if _turns(corners)[0] > 0 else corners[::-1]

    @cached_property
    def radius_m(self) -> float:
        """Distance of the footprint's farthest corner from the robot's origin."""
        return float(np.hypot(*self.outline_m.T).max())


@dataclass(frozen=True)
class RobotEntry:
    """One robot of the site.

    Attributes:
        name: of the robot.
        profile: its kind.
        odometry: topic of its nav_msgs/Odometry; empty if its place comes from TF alone.
        frame: of its base, for TF; empty takes the odometry's child frame.
        required: nobody starts before it says where it is. One that is not may be switched off.
    """

    name: str
    profile: RobotProfile
    odometry: str = ""
    frame: str = ""
    required: bool = True

    def __post_init__(self) -> None:
        if not self.odometry and not self.frame:
            raise ConfigurationError(f"robot {self.name}: name its odometry topic or its frame")


@dataclass(frozen=True)
class Occluder:
    """Something solid that stands on the floor and hides what is behind it.

    Attributes:
        name: for messages.
        corners_m: of its outline on the floor, at least three, convex.
        height_m: of its top.
    """

    name: str
    corners_m: Polygon
    height_m: float

    def __post_init__(self) -> None:
        require_convex(self.corners_m, f"occluder {self.name}: corners_m")
        if not (math.isfinite(self.height_m) and self.height_m > 0.0):
            raise ConfigurationError(f"occluder {self.name}: height_m must be > 0")


@dataclass(frozen=True)
class Area:
    """A part of the floor where no person can be, because something keeps them out.

    Attributes:
        name: for messages.
        corners_m: of its outline, at least three, convex.
    """

    name: str
    corners_m: Polygon

    def __post_init__(self) -> None:
        require_convex(self.corners_m, f"human-free area {self.name}: corners_m")


@dataclass(frozen=True)
class CoverageSettings:
    """Which floor counts, and what it takes to see it.

    Attributes:
        low_m: least x and y of the floor that is judged.
        high_m: largest x and y.
        resolution_m: side of a cell.
        heights_m: a cell is seen by a camera that has the whole cell, at all of these heights
            above the floor, in its image, and nothing solid before it.
        min_person_px: a person narrower than this in the image may be missed.
        range_m: farther than this from a camera nothing counts as seen by it.
        margin_px: nor does what is nearer than this to the edge of the image.
    """

    low_m: tuple[float, float] = (-7.0, -5.0)
    high_m: tuple[float, float] = (7.0, 5.0)
    resolution_m: float = 0.1
    heights_m: tuple[float, ...] = (0.0, 0.9)
    min_person_px: float = 20.0
    range_m: float = 20.0
    margin_px: float = 2.0

    def __post_init__(self) -> None:
        require_finite(self, "coverage")
        if self.resolution_m == 0.0 or self.range_m == 0.0:
            raise ConfigurationError("coverage: resolution_m and range_m must be > 0")
        extent = np.subtract(self.high_m, self.low_m)
        if not np.isfinite(extent).all() or (extent < self.resolution_m).any():
            raise ConfigurationError(
                f"coverage: high_m {self.high_m} must be above low_m {self.low_m}"
            )
        if not self.heights_m or not all(math.isfinite(h) and h >= 0.0 for h in self.heights_m):
            raise ConfigurationError("coverage: heights_m must be numbers >= 0, one at least")


LATCHING = (
    Cause.PERSONS_INVALID
    | Cause.SEQUENCE
    | Cause.CLOCK
    | Cause.SECOND_PUBLISHER
    | Cause.CAMERA_MOVED
    | Cause.CALIBRATION_CHANGED
    | Cause.CONFIGURATION_CHANGED
    | Cause.PERSONS_STALE
)
"""Somebody has to look before robots go on: the picture was wrong, or gone, and not by itself."""


@dataclass(frozen=True)
class MonitorSettings:
    """How long safety waits, and what it holds on to.

    Attributes:
        period_s: of the cycle, on the steady clock.
        persons_timeout_s: without a report of persons for this long, everything stops.
        data_age_s: nor is a report believed whose oldest image is older than this.
        camera_age_s: what a camera saw longer ago than this is unseen.
        robot_timeout_s: a robot silent for this long must stop.
        future_s: stamps may be this far ahead of our clock.
        jump_s: the clock of the stamps may move by this against the steady clock, between reports
            and from cycle to cycle.
        late_s: a cycle that comes this long after the last one is late: the machine is overrun.
        settle_s: every input must be fresh for this long before the first CLEAR.
        clear_after_s: a verdict gets better only after it would have been better for this long.
        clear_margin_m: and only where the robot is this much farther away than it needs to be.
        latch: causes that stay until a reset.
    """

    period_s: float = 0.025
    persons_timeout_s: float = 1.0
    data_age_s: float = 1.5
    camera_age_s: float = 1.0
    robot_timeout_s: float = 0.5
    future_s: float = 0.05
    jump_s: float = 0.2
    late_s: float = 0.15
    settle_s: float = 1.0
    clear_after_s: float = 1.0
    clear_margin_m: float = 0.1
    latch: Cause = LATCHING

    def __post_init__(self) -> None:
        require_finite(self, "monitor")
        for name in ("period_s", "persons_timeout_s", "data_age_s", "camera_age_s"):
            if getattr(self, name) == 0.0:
                raise ConfigurationError(f"monitor: {name} must be > 0")
        if self.robot_timeout_s == 0.0:
            raise ConfigurationError("monitor: robot_timeout_s must be > 0")
        if not self.late_s > self.period_s:
            raise ConfigurationError("monitor: late_s must be above period_s")


@dataclass(frozen=True)
class Site:
    """Everything a site decides.

    Attributes:
        person: how people move.
        robots: every robot that gets a verdict.
        coverage: which floor counts.
        occluders: what hides floor from cameras.
        human_free: floor where no person can be.
        monitor: how long to wait.
        cameras: that must all be fresh before the first CLEAR; empty takes those that the first
            report of persons names.
    """

    person: PersonSettings = field(default_factory=PersonSettings)
    robots: tuple[RobotEntry, ...] = ()
    coverage: CoverageSettings = field(default_factory=CoverageSettings)
    occluders: tuple[Occluder, ...] = ()
    human_free: tuple[Area, ...] = ()
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    cameras: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [robot.name for robot in self.robots]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigurationError(f"robots: {', '.join(twice)} named twice")


def require_convex(corners_m: Polygon, where: str) -> None:
    """Raise ConfigurationError unless `corners_m` go once around a convex polygon."""
    corners = np.array(corners_m, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[1:] != (2,) or len(corners) < 3:
        raise ConfigurationError(f"{where} must be three points [x, y] or more, got {corners_m}")
    if not np.isfinite(corners).all():
        raise ConfigurationError(f"{where} must be finite, got {corners_m}")
    turns = _turns(corners)
    if not ((turns > 0).all() or (turns < 0).all()) or _windings(corners) != 1:
        raise ConfigurationError(
            f"{where} must be convex, without corners twice or on a line, got {corners_m}"
        )


def _turns(corners: FloatArray) -> FloatArray:
    """Return at every corner (V,) twice the area of the triangle with its neighbours, signed."""
    edges = np.roll(corners, -1, axis=0) - corners
    before = np.roll(edges, 1, axis=0)
    turns: FloatArray = before[:, 0] * edges[:, 1] - before[:, 1] * edges[:, 0]
    return turns


def _windings(corners: FloatArray) -> int:
    """Return how often a polygon that always turns one way goes around."""
    edges = np.roll(corners, -1, axis=0) - corners
    headings = np.arctan2(edges[:, 1], edges[:, 0])
    turned = (np.roll(headings, -1) - headings + math.pi) % math.tau - math.pi
    return abs(round(float(turned.sum()) / math.tau))
