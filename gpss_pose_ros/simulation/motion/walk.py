"""Walking along a path, from standing to standing."""

import math
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.footsteps import Footsteps, feet_at
from gpss_pose_ros.simulation.motion.gait import Gait, contacts
from gpss_pose_ros.simulation.motion.grip import Grip
from gpss_pose_ros.simulation.motion.motion import AVERAGE, NOTHING_HELD, Motion, Place
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.posture import Posture
from gpss_pose_ros.simulation.motion.rig import rig_of
from gpss_pose_ros.simulation.motion.rotation import smooth, wrapped
from gpss_pose_ros.simulation.motion.stance import Stance
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.trunk import Angles, Trunk
from gpss_pose_ros.types import FloatArray

SPEEDS_MPS = (0.2, 2.2)
_TURN_S = 0.8  # time to turn from where one stood to where one walks
_SETTLE_STEPS = 0.8  # swaying sets in and fades out within so many steps


@dataclass(frozen=True)
class _Swing:
    """Where in the step cycle an instant is.

    Attributes:
        amount: 0 when standing still, 1 in the middle of the walk.
        over: -1 when over the right foot, +1 when over the left.
        stride: +1 when the right foot is foremost, -1 when the left is.
        bob: +1 when over a foot, -1 between two.
    """

    amount: float
    over: float
    stride: float
    bob: float


class Walk(Motion):
    """A walk along a path.

    Args:
        body: who walks.
        path: under the pelvis; starts where `start` is.
        start: the stance before.
        speed_mps: within SPEEDS_MPS; a short path is walked more slowly.
        style, grip: how, and what the arms do.

    Raises:
        InputError: a speed nobody walks at.
    """

    def __init__(
        self,
        body: Body,
        path: Path,
        start: Stance,
        speed_mps: float,
        style: Style = AVERAGE,
        grip: Grip = NOTHING_HELD,
    ) -> None:
        if not SPEEDS_MPS[0] <= speed_mps <= SPEEDS_MPS[1]:
            raise InputError(f"walking speed must be {SPEEDS_MPS} m/s, got {speed_mps}")
        rig = rig_of(body)
        self.path, self.gait = path, Gait.of(rig, style, path.length_m, speed_mps)
        x, y, yaw = path.at(path.length_m)
        end = Stance.at(x, y, yaw, style.stand_width_m, style.toe_out_rad)
        super().__init__(body, start, end, self.gait.duration_s, style, grip)
        self._turn = wrapped(start.yaw_rad - path.at(0.0)[2])
        self._first = 0 if self._turn < 0.0 else 1  # the outer foot of a turn steps last
        clearance = 0.015 + 0.02 * self.gait.briskness
        tracks = contacts(self.gait, path, start, end, style, self._first)
        self._feet = (
            Footsteps(rig.feet[0], tracks[0], clearance),
            Footsteps(rig.feet[1], tracks[1], clearance),
        )

    def place(self, t_s: float) -> Place:
        """Return where the person is, see `Motion`."""
        x, y, yaw = self.path.at(self.gait.distance_m(t_s))
        return x, y, yaw + self._turn * (1.0 - smooth(t_s / _TURN_S))

    def places(self, times_s: FloatArray) -> FloatArray:
        """Return where the person is at times (N,), (N, 3), see `Motion`."""
        return self.path.places(np.array([self.gait.distance_m(t) for t in times_s.tolist()]))

    def posture(self, t_s: float) -> Posture:
        """Return what is commanded at `t_s`, see `Motion`."""
        place, phase = self.place(t_s), self.gait.phase(t_s)
        swing = self._swing(phase)
        root = self._root(place, swing)
        trunk = self._trunk(place, root, swing)
        reach = self._arm_swing() * swing.stride * swing.amount
        flexions = (reach - 0.02, -reach - 0.02)
        arms = self.grip.arms(self.rig, self.style, trunk, flexions, t_s)
        return Posture(root, trunk.upper(arms), feet_at(self._feet, phase))

    def _swing(self, phase: float) -> _Swing:
        ends = min(phase, self.gait.steps - phase) / _SETTLE_STEPS
        # Foot 0, which the walk starts over, is the one that does not step first.
        sign = -1.0 if self._first == 0 else 1.0
        angle = math.pi * phase
        return _Swing(
            smooth(ends),
            sign * math.cos(angle),
            sign * math.sin(angle),
            math.cos(2.0 * angle - 0.6),
        )

    def _root(self, place: Place, swing: _Swing) -> FloatArray:
        """Return the pelvis joint: over the standing foot, and highest there.

        Rise and fall are nearly those of an inverted pendulum with legs half a step apart; the
        shift to the side grows when there is time to shift (Orendurff et al. 2004, J Rehabil Res
        Dev 41(6A): about 70 mm at 0.7 m/s and 39 mm at 1.6 m/s, from side to side).
        """
        aside = self.style.sway * (0.046 - 0.017 * self.gait.speed_mps) * swing.over
        dip = 0.09 * self.gait.step_m**2 / self.rig.hip_height_m
        drop = 0.012 + 0.5 * dip * (1.0 - swing.bob)
        aside, drop = aside * swing.amount, drop * swing.amount
        c, s = math.cos(place[2]), math.sin(place[2])
        return np.array((place[0] - s * aside, place[1] + c * aside, self.rig.stand_m - drop))

    def _trunk(self, place: Place, root: FloatArray, swing: _Swing) -> Trunk:
        """Turn the pelvis with the legs and the shoulders against it; keep the head level."""
        brisk, style = self.gait.briskness, self.style
        turn = 0.09 * brisk * swing.stride * swing.amount
        tilt = 0.05 * brisk * style.sway * swing.over * swing.amount
        lean = style.lean_rad + self.grip.lean_rad + 0.03 * brisk * swing.amount
        pelvis = Angles(turn, 0.3 * lean, tilt)
        back = Angles(-2.0 * turn, 0.7 * lean + style.stoop_rad, -1.3 * tilt)
        gaze = Angles(0.0, style.head_down_rad, 0.0)
        return Trunk.posed(self.rig, place, root, pelvis, back, gaze)

    def _arm_swing(self) -> float:
        """Return how far the arms swing in [rad]; hardly at a shuffle."""
        return 0.40 * self.style.arm_swing * math.pow(min(self.gait.briskness, 1.0), 1.5)
