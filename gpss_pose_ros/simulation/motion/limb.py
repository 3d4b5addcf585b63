"""Two-bone limbs, arm or leg: which rotations bring the wrist or ankle to a point."""

import math
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.types import FloatArray

# A limb never straightens fully: at full stretch the joint's speed has no bound.
MAX_STRETCH = 0.998


@dataclass(frozen=True, eq=False)
class Limb:
    """An upper and a lower bone that a hinge joins.

    Attributes:
        upper_m, lower_m: lengths in [m].
        rest_from_upper, rest_from_lower: (3, 3) axes along the bone (z, towards the body), the
            hinge (y) and the bend (x), in the rest pose's frame.
        bends_forward: whether the middle joint moves forward when it bends (the knee), or the
            lower bone does (the elbow).
    """

    upper_m: float
    lower_m: float
    rest_from_upper: FloatArray
    rest_from_lower: FloatArray
    bends_forward: bool

    @classmethod
    def of(cls, joints_m: FloatArray, bends_forward: bool) -> "Limb":
        """Build from the rest positions (3, 3) of the limb's upper, middle and end joint."""
        upper, lower = joints_m[0] - joints_m[1], joints_m[1] - joints_m[2]
        return cls(
            float(np.linalg.norm(upper)),
            float(np.linalg.norm(lower)),
            _axes(upper),
            _axes(lower),
            bends_forward,
        )

    @property
    def reach_m(self) -> float:
        """The largest distance the end can have from the start, in [m]."""
        return (self.upper_m + self.lower_m) * MAX_STRETCH

    def solve(
        self, start: FloatArray, target: FloatArray, pole: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the rotations (3, 3) of both bones that bring the end from `start` to `target`.

        A target beyond reach is approached along its direction. The middle joint goes to the side
        of `pole`. Law of cosines; everything in one frame, (3,) in [m]; `pole` of any length.
        """
        a, b = self.upper_m, self.lower_m
        sx, sy, sz = start.tolist()
        tx, ty, tz = target.tolist()
        ux, uy, uz = tx - sx, ty - sy, tz - sz
        distance = math.sqrt(ux * ux + uy * uy + uz * uz) or 1e-9
        ux, uy, uz = ux / distance, uy / distance, uz / distance
        reach = min(max(distance, abs(a - b) * 1.001 + 1e-6), self.reach_m)
        along = (a * a - b * b + reach * reach) / (2.0 * reach)
        aside = math.sqrt(max(a * a - along * along, 0.0))
        px, py, pz = pole.tolist()
        dot = px * ux + py * uy + pz * uz
        px, py, pz = px - dot * ux, py - dot * uy, pz - dot * uz
        norm = math.sqrt(px * px + py * py + pz * pz)
        if norm < 1e-9:
            px, py, pz, norm = _any_normal(ux, uy, uz)
        px, py, pz = px / norm, py / norm, pz / norm
        sign = 1.0 if self.bends_forward else -1.0
        hinge = (
            sign * (py * uz - pz * uy),
            sign * (pz * ux - px * uz),
            sign * (px * uy - py * ux),
        )
        along_b, along_a, out_a, out_b = (reach - along) / b, along / a, aside / a, aside / b
        upper = (
            -along_a * ux - out_a * px,
            -along_a * uy - out_a * py,
            -along_a * uz - out_a * pz,
        )
        lower = (
            -along_b * ux + out_b * px,
            -along_b * uy + out_b * py,
            -along_b * uz + out_b * pz,
        )
        return (
            _from_axes(hinge, upper) @ self.rest_from_upper.T,
            _from_axes(hinge, lower) @ self.rest_from_lower.T,
        )


def _axes(towards_body: FloatArray) -> FloatArray:
    """Return columns x, y, z: z along `towards_body` (3,), y as near to the body's y as can be."""
    z = towards_body / np.linalg.norm(towards_body)
    y = np.array((0.0, 1.0, 0.0)) - z[1] * z
    y /= np.linalg.norm(y)
    return np.stack((np.cross(y, z), y, z), axis=1)


def _from_axes(y: tuple[float, float, float], z: tuple[float, float, float]) -> FloatArray:
    """Return the matrix with columns y x z, y and z."""
    return np.array(
        (
            (y[1] * z[2] - y[2] * z[1], y[0], z[0]),
            (y[2] * z[0] - y[0] * z[2], y[1], z[1]),
            (y[0] * z[1] - y[1] * z[0], y[2], z[2]),
        )
    )


def _any_normal(x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Return some vector normal to the unit vector, and its length."""
    if abs(x) < 0.9:
        return 0.0, z, -y, math.hypot(y, z)
    return -z, 0.0, x, math.hypot(x, z)
