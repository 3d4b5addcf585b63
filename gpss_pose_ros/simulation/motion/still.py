"""Staying in one place: standing, bending, crouching, kneeling, with whatever the arms do."""

import math
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.gesture import Gesture
from gpss_pose_ros.simulation.motion.grip import Grip
from gpss_pose_ros.simulation.motion.motion import AVERAGE, NOTHING_HELD, Motion, Place
from gpss_pose_ros.simulation.motion.posture import Posture
from gpss_pose_ros.simulation.motion.prop import ahead
from gpss_pose_ros.simulation.motion.stance import Foothold, Stance
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.trunk import Angles, Trunk
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True)
class Attitude:
    """How the body is held over its feet.

    Attributes:
        lower: how far the pelvis comes down, in statures.
        forward: how far it moves forward, in statures.
        pelvis_rad, back_rad: pitch of the pelvis, and of the back against it.
        back_turn_rad: turn of the back to the left.
        heels_rad: how far the left and the right heel are raised.
        sway: how much the body still sways: 1 standing, less when bent down.
    """

    lower: float = 0.0
    forward: float = 0.0
    pelvis_rad: float = 0.0
    back_rad: float = 0.0
    back_turn_rad: float = 0.0
    heels_rad: tuple[float, float] = (0.0, 0.0)
    sway: float = 1.0

    def scaled(self, amount: float) -> "Attitude":
        """Return this attitude taken up by a part `amount`: 0 stands, 1 is all of it."""
        left, right = self.heels_rad
        return Attitude(
            self.lower * amount,
            self.forward * amount,
            self.pelvis_rad * amount,
            self.back_rad * amount,
            self.back_turn_rad * amount,
            (left * amount, right * amount),
            1.0 + (self.sway - 1.0) * amount,
        )


ATTITUDES = {
    "stand": Attitude(),
    "lean": Attitude(forward=0.01, pelvis_rad=0.18, back_rad=0.30, sway=0.6),
    "stretch": Attitude(lower=-0.01, pelvis_rad=-0.03, back_rad=-0.12, heels_rad=(0.25, 0.25)),
    "twist": Attitude(back_turn_rad=0.6, back_rad=0.1),
    "bend": Attitude(
        lower=0.03, forward=-0.05, pelvis_rad=0.65, back_rad=0.75, heels_rad=(0.0, 0.0), sway=0.4
    ),
    "crouch": Attitude(lower=0.16, forward=-0.03, pelvis_rad=0.35, back_rad=0.35, sway=0.5),
    "squat": Attitude(
        lower=0.345, forward=0.02, pelvis_rad=0.25, back_rad=0.40, heels_rad=(0.62, 0.50), sway=0.3
    ),
}


def attitude(name: str) -> Attitude:
    """Return the attitude called `name`; raises InputError with the valid names."""
    if name not in ATTITUDES:
        raise InputError(unknown_choice("attitude", name, ATTITUDES))
    return ATTITUDES[name]


class Still(Motion):
    """Feet planted at a stance, the body in an attitude, swaying and looking about a little."""

    def __init__(
        self,
        body: Body,
        stance: Stance,
        duration_s: float,
        held: Attitude = ATTITUDES["stand"],
        style: Style = AVERAGE,
        grip: Grip = NOTHING_HELD,
    ) -> None:
        super().__init__(body, stance, stance, duration_s, style, grip)
        self._held = held
        self._place: Place = (stance.x_m, stance.y_m, stance.yaw_rad)
        sides = zip(stance.feet, held.heels_rad, strict=True)
        self._feet = np.array([self._foot(i, *side) for i, side in enumerate(sides)])

    def place(self, t_s: float) -> Place:
        """Return where the person is, see `Motion`."""
        return self._place

    def places(self, times_s: FloatArray) -> FloatArray:
        """Return where the person is at times (N,), (N, 3), see `Motion`."""
        return np.tile(np.array(self._place), (len(times_s), 1))

    def posture(self, t_s: float) -> Posture:
        """Return what is commanded at `t_s`, see `Motion`."""
        held, style = self._held, self.style
        shift = 0.022 * held.sway * style.restless * self._wave(t_s, 0.55, 0.0)
        nod = 0.02 * held.sway * style.restless * self._wave(t_s, 0.8, 1.0)
        root = self._root(shift)
        turn = 0.06 * style.restless * held.sway * self._wave(t_s, 0.4, 2.0)
        pelvis = Angles(0.4 * turn, held.pelvis_rad, 1.2 * shift)
        lean = style.lean_rad + self.grip.lean_rad + style.stoop_rad
        back = Angles(turn + held.back_turn_rad, held.back_rad + lean + nod, -1.5 * shift)
        trunk = Trunk.posed(self.rig, self._place, root, pelvis, back, self._gaze(t_s))
        arms = self.grip.arms(self.rig, style, trunk, (nod - 0.02, -nod), t_s)
        return Posture(root, trunk.upper(arms), self._feet)

    def _root(self, shift: float) -> FloatArray:
        height = self.rig.height_m
        up = self.rig.stand_m - self._held.lower * height
        return ahead(self._place, self._held.forward * height, shift, up)

    def _gaze(self, t_s: float) -> Angles:
        """Look about slowly, further to the sides than up and down."""
        restless = self.style.restless * self._held.sway
        down = self.style.head_down_rad + 0.75 * (self._held.pelvis_rad + self._held.back_rad)
        if isinstance(self.grip, Gesture):
            down += self.grip.head_down_rad
        yaw = 0.45 * restless * self._wave(t_s, 0.5, 3.0) + 0.8 * self._held.back_turn_rad
        return Angles(yaw, down + 0.10 * restless * self._wave(t_s, 0.7, 4.0), 0.0)

    def _wave(self, t_s: float, rate: float, channel: float) -> float:
        """Return a slow movement between -1 and 1 that does not repeat within minutes."""
        phase = self.style.phase_rad + 1.7 * channel
        return 0.6 * math.sin(rate * t_s + phase) + 0.4 * math.sin(2.236 * rate * t_s + 3.0 * phase)

    def _foot(self, side: int, hold: Foothold, heel_rad: float) -> tuple[float, ...]:
        """Return a planted foot as a row of `Posture.feet`."""
        shape = self.rig.feet[side]
        forward, left, _ = (-shape.ankle_m).tolist()
        x, y, z = ahead((hold.x_m, hold.y_m, hold.yaw_rad), forward, left, shape.joint_height_m)
        return (x, y, z, hold.yaw_rad, heel_rad, -heel_rad)
