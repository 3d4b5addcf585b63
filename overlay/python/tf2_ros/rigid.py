"""Rigid motions in plain floats: for one vector at a time this is faster than numpy."""

import math
from dataclasses import dataclass

from geometry_msgs.msg import Transform

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


def _multiply(p: Quaternion, q: Quaternion) -> Quaternion:
    px, py, pz, pw = p
    qx, qy, qz, qw = q
    return (
        pw * qx + px * qw + py * qz - pz * qy,
        pw * qy - px * qz + py * qw + pz * qx,
        pw * qz + px * qy - py * qx + pz * qw,
        pw * qw - px * qx - py * qy - pz * qz,
    )


def _conjugate(q: Quaternion) -> Quaternion:
    return -q[0], -q[1], -q[2], q[3]


def _rotate(q: Quaternion, v: Vector) -> Vector:
    x, y, z, _ = _multiply(_multiply(q, (*v, 0.0)), _conjugate(q))
    return x, y, z


def _slerp(p: Quaternion, q: Quaternion, fraction: float) -> Quaternion:
    """Spherical interpolation the short way round (K. Shoemake, SIGGRAPH 1985)."""
    cosine = sum(a * b for a, b in zip(p, q, strict=True))
    sign = math.copysign(1.0, cosine)
    angle = math.acos(min(1.0, abs(cosine)))
    if angle == 0.0:
        return p
    from_p = math.sin((1.0 - fraction) * angle) / math.sin(angle)
    from_q = sign * math.sin(fraction * angle) / math.sin(angle)
    x, y, z, w = (from_p * a + from_q * b for a, b in zip(p, q, strict=True))
    return x, y, z, w


@dataclass(frozen=True)
class Rigid:
    """`parent_from_child`: p_parent = rotation * p_child + translation.

    Attributes:
        translation: in metres.
        rotation: unit quaternion (x, y, z, w).
    """

    translation: Vector = (0.0, 0.0, 0.0)
    rotation: Quaternion = (0.0, 0.0, 0.0, 1.0)

    @staticmethod
    def from_msg(msg: Transform) -> "Rigid":
        """Read a message and normalise its quaternion, whose length must not be zero."""
        t, q = msg.translation, msg.rotation
        length = math.sqrt(q.x**2 + q.y**2 + q.z**2 + q.w**2)
        return Rigid((t.x, t.y, t.z), (q.x / length, q.y / length, q.z / length, q.w / length))

    def to_msg(self) -> Transform:
        """Write a message."""
        msg = Transform()
        msg.translation.x, msg.translation.y, msg.translation.z = self.translation
        rotation = msg.rotation
        rotation.x, rotation.y, rotation.z, rotation.w = self.rotation
        return msg

    def __matmul__(self, other: "Rigid") -> "Rigid":
        x, y, z = _rotate(self.rotation, other.translation)
        tx, ty, tz = self.translation
        return Rigid((x + tx, y + ty, z + tz), _multiply(self.rotation, other.rotation))

    def inverse(self) -> "Rigid":
        """Return `child_from_parent`."""
        back = _conjugate(self.rotation)
        x, y, z = _rotate(back, self.translation)
        return Rigid((-x, -y, -z), back)

    def interpolate(self, other: "Rigid", fraction: float) -> "Rigid":
        """Return the motion at `fraction` of the way: linear position, spherical rotation."""
        pairs = zip(self.translation, other.translation, strict=True)
        x, y, z = (a + fraction * (b - a) for a, b in pairs)
        return Rigid((x, y, z), _slerp(self.rotation, other.rotation, fraction))
