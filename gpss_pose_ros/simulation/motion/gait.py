"""Walking in numbers: how long, how wide and how quick the steps are, and where the feet go."""

import math
from dataclasses import dataclass

from gpss_pose_ros.simulation.motion.footsteps import Contact
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.rig import Rig
from gpss_pose_ros.simulation.motion.rotation import wrapped
from gpss_pose_ros.simulation.motion.stance import Foothold, Stance, beside
from gpss_pose_ros.simulation.motion.style import Style

_RAMP_STEPS = 1.3  # a walk gains and loses its speed within so many steps
_FIRST_LIFT = 0.05  # phase at which the first foot leaves the floor
_LAST_LIFT = 0.32  # phases before the end between which the last foot swings
_LAST_LANDING = 0.015
_AHEAD = 0.48  # how far before the pelvis a foot lands, in steps


@dataclass(frozen=True)
class Gait:
    """One walk's timing. Phase counts steps: foot k is under the pelvis at phase k.

    Attributes:
        speed_mps: at full speed.
        steps: number of steps.
        step_m: length of a step.
        carries: phase for which a foot is on the floor, 1.2 and more, 2 when not walking.
        ramp_s: duration of gaining the speed, and of losing it.
        duration_s: of the whole walk.
    """

    speed_mps: float
    steps: int
    step_m: float
    carries: float
    ramp_s: float
    duration_s: float

    @classmethod
    def of(cls, rig: Rig, style: Style, length_m: float, speed_mps: float) -> "Gait":
        """Plan a walk over `length_m`, with steps of one length that fit into it.

        Step frequency: 64.8 (v / stature)^0.57 strides a minute (Grieve and Gear 1966, Ergonomics
        9(5): 379-399, adults). The part of a stride a foot is on the floor falls with speed (as the
        root of the Froude number), from 0.72 at a shuffle to 0.55 at a very brisk walk.
        """
        steps_per_s = 2.0 * 64.8 / 60.0 * (speed_mps / rig.height_m) ** 0.57 / style.stride
        steps = max(round(length_m * steps_per_s / speed_mps), 1)
        step_m = length_m / steps
        ramp_s = _RAMP_STEPS / steps_per_s
        if length_m < speed_mps * ramp_s:  # too short for the speed: no cruise between the ramps
            speed_mps = length_m / ramp_s
        walk_ratio = speed_mps / math.sqrt(9.81 * rig.hip_height_m)
        carries = min(max(1.47 - 0.55 * walk_ratio, 1.10), 1.44)
        duration_s = length_m / speed_mps + ramp_s
        return cls(speed_mps, steps, step_m, carries, ramp_s, duration_s)

    @property
    def briskness(self) -> float:
        """1 for a step of 0.73 m, less for a shuffle: scales what grows with the stride."""
        return min(self.step_m / 0.73, 1.15)

    def distance_m(self, t_s: float) -> float:
        """Return how far the person has come: speed rises and falls as a cosine."""
        whole = self.speed_mps * (self.duration_s - self.ramp_s)
        if t_s <= self.duration_s / 2:
            return self._ramp(max(t_s, 0.0))
        return whole - self._ramp(max(self.duration_s - t_s, 0.0))

    def phase(self, t_s: float) -> float:
        """Return how many steps the person has come."""
        return self.distance_m(t_s) / self.step_m

    def _ramp(self, t_s: float) -> float:
        if t_s >= self.ramp_s:
            return self.speed_mps * (t_s - self.ramp_s / 2)
        rate = math.pi / self.ramp_s
        return self.speed_mps * (t_s - math.sin(rate * t_s) / rate) / 2


def contacts(
    gait: Gait, path: Path, start: Stance, end: Stance, style: Style, first: int
) -> tuple[tuple[Contact, ...], tuple[Contact, ...]]:
    """Return the contacts of the left and the right foot for a walk along `path`.

    Args:
        gait: its timing.
        path: under the pelvis.
        start, end: the feet before and after.
        style: of the walker.
        first: the foot that steps first, 0 left or 1 right.
    """
    feet: tuple[list[Contact], list[Contact]] = ([], [])
    off = min(gait.carries - _AHEAD, gait.steps - _LAST_LIFT)
    feet[first].append(_contact(gait, start.feet[first], -1.0, _FIRST_LIFT))
    feet[1 - first].append(_contact(gait, start.feet[1 - first], -1.0, off))
    for k in range(1, gait.steps):
        side = first if k % 2 else 1 - first
        hold = _foothold(path, k * gait.step_m, style, side, feet[side][-1].foothold)
        on = k - _AHEAD
        off = min(on + gait.carries, gait.steps - _LAST_LIFT)
        feet[side].append(_contact(gait, hold, on, off))
    last = first if gait.steps % 2 else 1 - first
    n = float(gait.steps)
    feet[last].append(_contact(gait, end.feet[last], n - _AHEAD, n + 2.0))
    feet[1 - last].append(_contact(gait, end.feet[1 - last], n - _LAST_LANDING, n + 2.0))
    return tuple(feet[0]), tuple(feet[1])


def _foothold(path: Path, distance_m: float, style: Style, side: int, last: Foothold) -> Foothold:
    """Return where a foot goes beside the path, its heading continuous with its last one."""
    out = 1.0 if side == 0 else -1.0
    hold = beside(*path.at(distance_m), out * style.step_width_m / 2, out * style.toe_out_rad)
    return Foothold(hold.x_m, hold.y_m, last.yaw_rad + wrapped(hold.yaw_rad - last.yaw_rad))


def _contact(gait: Gait, hold: Foothold, on: float, off: float) -> Contact:
    """Return one contact; rolling over heel and toes grows with the stride and with the time."""
    brisk = gait.briskness
    strike = 0.36 * brisk if on > 0.0 else 0.0
    lift = 1.05 * brisk
    if off == _FIRST_LIFT or off - on > 2.0:  # begins or ends in standing
        strike, lift = strike * 0.4, lift * 0.35
    flat = min(on + min(0.28, 0.4 * (off - on)), max(gait.steps, on + 0.01))
    rise = max(off - 0.42 * gait.carries, 0.0, flat)
    return Contact(hold, on, flat, rise, off, strike, lift)
