"""Builds one person's motions one after the other, each from the stance the last one ends in."""

import math

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.grip import Grip
from gpss_pose_ros.simulation.motion.motion import NOTHING_HELD, Motion
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.rotation import wrapped
from gpss_pose_ros.simulation.motion.stance import Foothold, Stance
from gpss_pose_ros.simulation.motion.steps import Steps
from gpss_pose_ros.simulation.motion.still import ATTITUDES, Attitude, Still
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.walk import Walk

Place = tuple[float, float, float]


class Chain:
    """A growing sequence of motions of one person.

    Attributes:
        body, style: who, and how they move.
        stance: where the sequence ends so far.
        motions: so far.
        duration_s: so far.
    """

    def __init__(self, body: Body, style: Style, stance: Stance) -> None:
        self.body, self.style, self.stance = body, style, stance
        self.motions: list[Motion] = []
        self.duration_s = 0.0

    @property
    def place(self) -> Place:
        """x, y in [m] and yaw in [rad] of where the sequence ends so far."""
        return self.stance.x_m, self.stance.y_m, self.stance.yaw_rad

    def still(
        self,
        duration_s: float,
        held: Attitude = ATTITUDES["stand"],
        grip: Grip = NOTHING_HELD,
    ) -> None:
        """Stay for a while."""
        self._append(Still(self.body, self.stance, duration_s, held, self.style, grip))

    def face(self, yaw_rad: float, tolerance_rad: float, grip: Grip = NOTHING_HELD) -> None:
        """Turn in place, unless the heading is within the tolerance already."""
        if abs(wrapped(yaw_rad - self.stance.yaw_rad)) > tolerance_rad:
            self.step_to(self._upright(self.stance.x_m, self.stance.y_m, yaw_rad), grip, 0.4)

    def walk(self, path: Path, speed_mps: float, grip: Grip = NOTHING_HELD) -> None:
        """Walk along a path that starts here."""
        self._append(Walk(self.body, path, self.stance, speed_mps, self.style, grip))

    def step_to(self, stance: Stance, grip: Grip = NOTHING_HELD, step_s: float = 0.5) -> None:
        """Take up another stance nearby."""
        self._append(Steps(self.body, self.stance, stance, step_s, self.style, grip))

    def split(self, side: int, back_m: float, forward_m: float) -> Stance:
        """Return the stance here with one foot (0 left, 1 right) set back, the other forward."""
        feet = list(self.stance.feet)
        hold = feet[side]
        c, s = math.cos(self.stance.yaw_rad), math.sin(self.stance.yaw_rad)
        feet[side] = Foothold(hold.x_m - back_m * c, hold.y_m - back_m * s, self.stance.yaw_rad)
        other = feet[1 - side]
        feet[1 - side] = Foothold(
            other.x_m + forward_m * c, other.y_m + forward_m * s, other.yaw_rad
        )
        return Stance(*self.place, (feet[0], feet[1]))

    def extend(self, piece: "Chain") -> None:
        """Append a sequence that starts where this one ends."""
        self.motions += piece.motions
        self.stance = piece.stance
        self.duration_s += piece.duration_s

    def _upright(self, x_m: float, y_m: float, yaw_rad: float) -> Stance:
        return Stance.at(x_m, y_m, yaw_rad, self.style.stand_width_m, self.style.toe_out_rad)

    def _append(self, motion: Motion) -> None:
        self.motions.append(motion)
        self.stance = motion.end
        self.duration_s += motion.duration_s
