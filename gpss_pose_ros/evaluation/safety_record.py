"""What safety said at an instant, and what was true around it, as plain values.

Times are stamps on the ROS clock, in [ns]: of the publication of what was said, of the pictures of
what was true.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.evaluation.person_record import TruePerson
from gpss_pose_ros.perception.skeleton import COCO17_KEYPOINTS
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.values import Robot, RobotVerdict, Zone
from gpss_pose_ros.types import FloatArray, Side

_TRUNK = [
    COCO17_KEYPOINTS.index(f"{side}_{joint}")
    for joint in ("shoulder", "hip")
    for side in ("left", "right")
]


@dataclass(frozen=True, eq=False)
class TrueBody:
    """Where somebody truly is.

    Attributes:
        person_id: stable over the run.
        feet_m: (2, 2) both feet.
        trunk_m: (T, 2) shoulders and hips, seen from above.
        speed_mps: of the middle between the feet.
    """

    person_id: int
    feet_m: FloatArray
    trunk_m: FloatArray
    speed_mps: float = 0.0

    @classmethod
    def of(cls, person: TruePerson) -> "TrueBody":
        """Return the body of a person of the record, standing."""
        feet = np.array([person.feet_m[side] for side in Side], dtype=np.float64)
        keypoints = person.keypoints_m
        trunk = np.empty((0, 2)) if keypoints is None else keypoints[_TRUNK, :2]
        return cls(person.person_id, feet, trunk)

    @property
    def points_m(self) -> FloatArray:
        """(2 + T, 2) everything of it."""
        points: FloatArray = np.vstack([self.feet_m, self.trunk_m])
        return points

    @property
    def position_m(self) -> FloatArray:
        """(2,) between the feet."""
        middle: FloatArray = self.feet_m.mean(axis=0)
        return middle

    @property
    def extent_m(self) -> float:
        """Distance of the two points of it that are farthest from each other, at most."""
        return float(np.hypot(*np.ptp(self.points_m, axis=0)))


@dataclass(frozen=True)
class TrueScene:
    """Everybody and every robot at one instant."""

    stamp_ns: int
    bodies: tuple[TrueBody, ...]
    robots: tuple[Robot, ...]


@dataclass(frozen=True, eq=False)
class SeenFloor:
    """Which cells of the floor live cameras see.

    Attributes:
        low_m: (x, y) of the corner of cell (0, 0).
        resolution_m: side of a cell.
        seen: (rows along y, columns along x) bool.
    """

    low_m: tuple[float, float]
    resolution_m: float
    seen: npt.NDArray[np.bool_]

    def sees(self, points_m: FloatArray) -> bool:
        """Tell whether all points (N, 2) are on seen floor; beside the grid nothing is seen."""
        columns, rows = np.floor((points_m - self.low_m) / self.resolution_m).astype(np.int64).T
        height, width = self.seen.shape
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        return bool(inside.all() and self.seen[rows, columns].all())


@dataclass(frozen=True)
class SaidInstant:
    """What safety said in one cycle.

    Attributes:
        stamp_ns: when it was published.
        robots: a verdict each.
        zones: one a person.
        floor: which floor was seen; None before safety said so.
        causes: every fault it named.
    """

    stamp_ns: int
    robots: tuple[RobotVerdict, ...]
    zones: tuple[Zone, ...]
    floor: SeenFloor | None
    causes: Cause = Cause.NONE
