"""One foot's way through a sequence of footholds: planted, rolled off, swung to the next.

Time runs as a *phase*, any increasing number; a walk counts its steps with it.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.simulation.motion.rig import FootShape
from gpss_pose_ros.simulation.motion.rotation import wrapped
from gpss_pose_ros.simulation.motion.stance import Foothold
from gpss_pose_ros.types import FloatArray

_TOES_RELAX = 0.5  # part of a swing after which the toes are in line with the foot again
_END_RATE = 0.35  # speed at which a foot leaves and arrives, against its mean speed
_ROUNDING_M = 0.03  # a swinging foot passes from toes lowest to heel lowest without a kink


@dataclass(frozen=True)
class Contact:
    """One foothold and when it carries.

    Attributes:
        foothold: where the flat foot is.
        on, flat, rise, off: phases of heel strike, foot flat, heel rise and toe off.
        strike_rad: how far the toes are raised at heel strike.
        lift_rad: how far the heel is raised at toe off.
    """

    foothold: Foothold
    on: float
    flat: float
    rise: float
    off: float
    strike_rad: float
    lift_rad: float


class Footsteps:
    """The contacts of one foot in the order of time, and the swings between them.

    Args:
        shape: of the foot.
        contacts: at least one.
        clearance_m: how far the lowest point of the foot leaves the floor in a swing.
    """

    def __init__(self, shape: FootShape, contacts: tuple[Contact, ...], clearance_m: float) -> None:
        self._shape = shape
        self._contacts = contacts
        self._clearance_m = clearance_m
        self._starts = [contact.on for contact in contacts]

    def at(self, phase: float) -> tuple[float, ...]:
        """Return x, y, z, yaw, pitch and toe bend: a row of `Posture.feet`."""
        index = max(bisect_right(self._starts, phase) - 1, 0)
        contact = self._contacts[index]
        if phase <= contact.off or index + 1 == len(self._contacts):
            return self._planted(contact, phase)
        return self._swinging(contact, self._contacts[index + 1], phase)

    def _planted(self, contact: Contact, phase: float) -> tuple[float, ...]:
        """Roll over the heel until the foot is flat, and over the toes' joint from heel rise on."""
        shape, hold = self._shape, contact.foothold
        if phase < contact.flat and contact.strike_rad:
            left = (contact.flat - phase) / (contact.flat - contact.on)
            pitch = -contact.strike_rad * left * left
            forward, height = _over_heel(shape, pitch)
            return (*_placed(shape, hold, forward), height, hold.yaw_rad, pitch, 0.0)
        pitch = 0.0
        if phase > contact.rise and contact.lift_rad:
            gone = min((phase - contact.rise) / (contact.off - contact.rise), 1.0)
            pitch = contact.lift_rad * gone * gone
        x, y = _placed(shape, hold, -float(shape.ankle_m[0]))
        return (x, y, shape.joint_height_m, hold.yaw_rad, pitch, -pitch)

    def _swinging(self, last: Contact, following: Contact, phase: float) -> tuple[float, ...]:
        """Carry the toes' joint from one contact to the next: no jump in place, pitch or speed."""
        shape = self._shape
        span = following.on - last.off
        u = (phase - last.off) / span
        rate_off = 2.0 * last.lift_rad / (last.off - last.rise) * span
        rate_on = 2.0 * following.strike_rad / (following.flat - following.on) * span
        pitch = _hermite(u, last.lift_rad, rate_off, -following.strike_rad, rate_on)
        toes = -max(pitch, 0.0) * (1.0 - _ease(u / _TOES_RELAX))
        x0, y0 = _placed(shape, last.foothold, -float(shape.ankle_m[0]))
        x1, y1 = _placed(shape, following.foothold, _over_heel(shape, -following.strike_rad)[0])
        drift = _heel_drift(shape, following.strike_rad) * rate_on * u * u * (u - 1.0)
        gone = _hermite(u, 0.0, _END_RATE, 1.0, _END_RATE)
        heading, turn = last.foothold.yaw_rad, following.foothold.yaw_rad - last.foothold.yaw_rad
        yaw = heading + wrapped(turn) * gone
        x = x0 + (x1 - x0) * gone + drift * math.cos(following.foothold.yaw_rad)
        y = y0 + (y1 - y0) * gone + drift * math.sin(following.foothold.yaw_rad)
        arc = 4.0 * u * (1.0 - u)
        z = _lowest_height(shape, pitch, toes, arc) + self._clearance_m * arc
        return (x, y, z, yaw, pitch, toes)


def _placed(shape: FootShape, hold: Foothold, forward: float) -> tuple[float, float]:
    """Return where the toes' joint is, seen from above, when `forward` of a foothold's ankle."""
    c, s = math.cos(hold.yaw_rad), math.sin(hold.yaw_rad)
    left = -float(shape.ankle_m[1])
    return hold.x_m + forward * c - left * s, hold.y_m + forward * s + left * c


def _over_heel(shape: FootShape, pitch: float) -> tuple[float, float]:
    """Return where the toes' joint is when the foot is pitched over its heel edge.

    Forward of the flat foot's ankle, and above the floor, in [m].
    """
    dx, dz = -float(shape.heel_m[0]), -float(shape.heel_m[2])
    heel_from_ankle = float(shape.heel_m[0] - shape.ankle_m[0])
    c, s = math.cos(pitch), math.sin(pitch)
    return heel_from_ankle + c * dx + s * dz, c * dz - s * dx


def _heel_drift(shape: FootShape, strike_rad: float) -> float:
    """Return how the toes' joint moves forward per [rad] of pitch at heel strike."""
    dx, dz = -float(shape.heel_m[0]), -float(shape.heel_m[2])
    return math.sin(strike_rad) * dx + math.cos(strike_rad) * dz


def _lowest_height(shape: FootShape, pitch: float, toes: float, free: float) -> float:
    """Return the height of the toes' joint at which the foot just touches the floor.

    `free` is 0 at the ends of a swing, where the height is exact, and 1 in the middle.
    """
    on_toes = shape.joint_height_m + shape.toe_length_m * math.sin(max(pitch + toes, 0.0))
    on_heel = _over_heel(shape, pitch)[1]
    rounding = _ROUNDING_M * free
    return 0.5 * (on_toes + on_heel + math.sqrt((on_toes - on_heel) ** 2 + rounding**2))


def _ease(u: float) -> float:
    u = min(max(u, 0.0), 1.0)
    return u * u * (3.0 - 2.0 * u)


def _hermite(u: float, p0: float, m0: float, p1: float, m1: float) -> float:
    """Return the cubic with values p0, p1 and slopes m0, m1 at u = 0 and 1."""
    v = u - 1.0
    return (
        p0 * (1.0 + 2.0 * u) * v * v
        + m0 * u * v * v
        + p1 * u * u * (3.0 - 2.0 * u)
        + m1 * u * u * v
    )


def feet_at(tracks: tuple[Footsteps, Footsteps], phase: float) -> FloatArray:
    """Return both feet, (2, 6), as `Posture.feet`."""
    return np.array((tracks[0].at(phase), tracks[1].at(phase)))
