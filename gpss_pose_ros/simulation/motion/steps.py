"""Stepping from one stance to another: turning in place, taking up or leaving a stance."""

import math

import numpy as np

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.footsteps import Contact, Footsteps, feet_at
from gpss_pose_ros.simulation.motion.grip import Grip
from gpss_pose_ros.simulation.motion.motion import AVERAGE, NOTHING_HELD, Motion, Place
from gpss_pose_ros.simulation.motion.posture import Posture
from gpss_pose_ros.simulation.motion.rotation import smooth, wrapped
from gpss_pose_ros.simulation.motion.stance import Foothold, Stance
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.trunk import Angles, Trunk

_TURN_PER_ROUND = 0.9  # how far both feet together turn in one round of steps, in [rad]
_CLEARANCE_M = 0.025


class Steps(Motion):
    """Small steps on the spot, left and right in turn, until the feet are in the new stance.

    Args:
        body: who steps.
        start, end: the stances; a foot whose foothold stays is not lifted.
        step_s: time of one step.
        style, grip: how, and what the arms do.
    """

    def __init__(
        self,
        body: Body,
        start: Stance,
        end: Stance,
        step_s: float = 0.5,
        style: Style = AVERAGE,
        grip: Grip = NOTHING_HELD,
    ) -> None:
        self._turn = wrapped(end.yaw_rad - start.yaw_rad)
        self._first = 0 if self._turn > 0.0 else 1  # the inner foot opens the turn
        rounds = max(math.ceil(abs(self._turn) / _TURN_PER_ROUND), 1)
        self._step_s = step_s
        super().__init__(body, start, end, 2 * rounds * step_s, style, grip)
        holds = _rounds(start, end, self._turn, rounds, style)
        left, right = (
            Footsteps(self.rig.feet[side], self._contacts(holds, side), _CLEARANCE_M)
            for side in (0, 1)
        )
        self._feet = (left, right)

    def place(self, t_s: float) -> Place:
        """Return where the person is, see `Motion`."""
        return _between(self.start, self.end, self._turn, smooth(t_s / self.duration_s))

    def posture(self, t_s: float) -> Posture:
        """Return what is commanded at `t_s`, see `Motion`."""
        phase, place = t_s / self._step_s, self.place(t_s)
        over = (-1.0 if self._first == 0 else 1.0) * math.sin(math.pi * phase)
        aside = 0.035 * over
        c, s = math.cos(place[2]), math.sin(place[2])
        root = np.array((place[0] - s * aside, place[1] + c * aside, self._height_m(t_s)))
        lean = self.style.lean_rad + self.grip.lean_rad
        ahead = 0.35 * self._turn * math.sin(math.pi * t_s / self.duration_s)
        trunk = Trunk.posed(
            self.rig,
            place,
            root,
            Angles(0.0, 0.3 * lean, 0.04 * over),
            Angles(0.3 * ahead, 0.7 * lean + self.style.stoop_rad, -0.05 * over),
            Angles(ahead, self.style.head_down_rad, 0.0),
        )
        arms = self.grip.arms(self.rig, self.style, trunk, (0.06 * over, -0.06 * over), t_s)
        return Posture(root, trunk.upper(arms), feet_at(self._feet, phase))

    def _height_m(self, t_s: float) -> float:
        """Return the height of the pelvis: legs that stand apart bring it down."""
        hip = self.rig.hip_height_m
        before, after = (_apart_m(s) ** 2 / (6.0 * hip) for s in (self.start, self.end))
        w = smooth(1.6 * t_s / self.duration_s) if after > before else smooth(t_s / self.duration_s)
        return self.rig.stand_m - 0.01 - before - w * (after - before)

    def _contacts(self, holds: list[tuple[Foothold, Foothold]], side: int) -> tuple[Contact, ...]:
        """Return one foot's contacts: it steps in every second phase, where it has to."""
        late = 0.0 if side == self._first else 1.0
        result: list[Contact] = []
        hold, on = holds[0][side], -1.0
        for number, pair in enumerate(holds[1:]):
            if pair[side] != hold:
                lift = 2.0 * number + late + 0.12
                result.append(
                    Contact(hold, on, on + 0.1, max(lift - 0.12, on + 0.1), lift, 0.05, 0.3)
                )
                hold, on = pair[side], lift + 0.7
        result.append(Contact(hold, on, on + 0.1, on + 9.0, on + 10.0, 0.05, 0.3))
        return tuple(result)


def _rounds(
    start: Stance, end: Stance, turn: float, rounds: int, style: Style
) -> list[tuple[Foothold, Foothold]]:
    """Return the footholds before and after every round of steps."""
    between = [
        Stance.at(
            *_between(start, end, turn, i / rounds), style.stand_width_m, style.toe_out_rad
        ).feet
        for i in range(1, rounds)
    ]
    return [start.feet, *between, end.feet]


def _apart_m(stance: Stance) -> float:
    left, right = stance.feet
    return math.hypot(left.x_m - right.x_m, left.y_m - right.y_m)


def _between(start: Stance, end: Stance, turn: float, w: float) -> Place:
    return (
        start.x_m + w * (end.x_m - start.x_m),
        start.y_m + w * (end.y_m - start.y_m),
        start.yaw_rad + w * turn,
    )
