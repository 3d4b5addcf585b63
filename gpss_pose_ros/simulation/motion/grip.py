"""What the arms do: swing, hold a gesture, carry a box, push a cart, work at a bench."""

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gpss_pose_ros.simulation.motion.arms import OUTWARDS, hanging, reaching
from gpss_pose_ros.simulation.motion.prop import Prop, ahead, prop_at
from gpss_pose_ros.simulation.motion.rig import Rig
from gpss_pose_ros.simulation.motion.rotation import smooth
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.simulation.motion.trunk import Trunk
from gpss_pose_ros.types import FloatArray

Place = tuple[float, float, float]


class Grip(Protocol):
    """What the arms do, as a function of time and of the trunk they hang on.

    Attributes:
        lean_rad: how far the trunk leans forward for it.
    """

    @property
    def lean_rad(self) -> float:
        """How far the trunk leans forward for it."""

    def arms(
        self, rig: Rig, style: Style, trunk: Trunk, swing: tuple[float, float], t_s: float
    ) -> FloatArray:
        """Return the arms' rotations (6, 3, 3); `swing` is each shoulder's flexion in [rad]."""

    def prop(self, rig: Rig, place: Place, t_s: float) -> Prop | None:
        """Return what is held by a person at `place` (x, y, yaw)."""


@dataclass(frozen=True)
class Free:
    """Empty hands: the arms swing with the legs."""

    lean_rad: float = 0.0

    def arms(
        self, rig: Rig, style: Style, trunk: Trunk, swing: tuple[float, float], t_s: float
    ) -> FloatArray:
        """Return both arms hanging, see `Grip`."""
        return np.concatenate([free_arm(rig, style, side, swing[side]) for side in (0, 1)])

    def prop(self, rig: Rig, place: Place, t_s: float) -> Prop | None:
        """Return None: nothing is held."""
        return None


def free_arm(rig: Rig, style: Style, side: int, swing: float) -> FloatArray:
    """Return one swinging arm (3, 3, 3); the elbow bends more when the arm is before the body."""
    elbow = style.elbow_rad + 0.4 * max(swing + 0.25, 0.0) * min(style.arm_swing, 1.5)
    return hanging(rig, side, swing, style.arms_out_rad, elbow)


@dataclass(frozen=True)
class Cart:
    """Both hands on the handle of a cart that rolls rigidly ahead.

    Attributes:
        length_m, width_m, height_m: of the cart; the handle is its upper rear edge.
    """

    length_m: float = 0.9
    width_m: float = 0.55
    height_m: float = 1.0
    lean_rad: float = 0.16

    def handle_m(self, rig: Rig) -> float:
        """Return how far before the person the handle is: within reach of slightly bent arms."""
        reach, down = 0.93 * rig.arms[0].reach_m, rig.shoulder_m - self.height_m
        level = math.sqrt(max(reach**2 - down**2, 0.0))
        return min(max(level, 0.10 * rig.height_m), 0.20 * rig.height_m) + 0.07 * rig.height_m

    def arms(
        self, rig: Rig, style: Style, trunk: Trunk, swing: tuple[float, float], t_s: float
    ) -> FloatArray:
        """Return both arms on the handle, see `Grip`."""
        back = 0.04 * rig.height_m
        wrists = [
            ahead(
                trunk.place,
                self.handle_m(rig) - back,
                OUTWARDS[side] * min(0.42 * self.width_m, 0.13 * rig.height_m),
                self.height_m + 0.01,
            )
            for side in (0, 1)
        ]
        return _both(rig, trunk, wrists, palm=1.2, elbow_out=0.5)

    def prop(self, rig: Rig, place: Place, t_s: float) -> Prop | None:
        """Return the cart."""
        size = np.array((self.length_m, self.width_m, self.height_m))
        forward = self.handle_m(rig) + self.length_m / 2
        return prop_at("cart", place, forward, self.height_m / 2, size)


@dataclass(frozen=True)
class Box:
    """Both hands at a box: before the chest, or being lifted from or lowered to a bench.

    Attributes:
        length_m, width_m, height_m: of the box, along and across the person's heading.
        bench: (forward, height) in [m] of the box's underside on a bench; None carries.
        lift_s: when the box leaves the bench, or arrives on it; negative counts as arrival.
    """

    length_m: float = 0.30
    width_m: float = 0.40
    height_m: float = 0.28
    bench: tuple[float, float] | None = None
    lift_s: tuple[float, float] = (0.0, 0.0)
    lean_rad: float = -0.03

    def middle(self, rig: Rig, t_s: float) -> tuple[float, float]:
        """Return how far forward and how high the middle of the box is, in [m]."""
        carried = 0.09 * rig.height_m + self.length_m / 2, 0.63 * rig.height_m
        if self.bench is None:
            return carried
        begin, end = self.lift_s
        w = smooth((t_s - begin) / (end - begin))
        forward, up = self.bench[0], self.bench[1] + self.height_m / 2
        return forward + w * (carried[0] - forward), up + w * (carried[1] - up)

    def arms(
        self, rig: Rig, style: Style, trunk: Trunk, swing: tuple[float, float], t_s: float
    ) -> FloatArray:
        """Return both arms at the sides of the box, see `Grip`."""
        forward, up = self.middle(rig, t_s)
        back, half = 0.03 * rig.height_m, self.width_m / 2 + 0.025
        wrists = [
            ahead(trunk.place, forward - back, OUTWARDS[side] * half, up - 0.02) for side in (0, 1)
        ]
        return _both(rig, trunk, wrists, palm=0.0, elbow_out=0.35)

    def prop(self, rig: Rig, place: Place, t_s: float) -> Prop | None:
        """Return the box."""
        forward, up = self.middle(rig, t_s)
        size = np.array((self.length_m, self.width_m, self.height_m))
        return prop_at("box", place, forward, up, size)


@dataclass(frozen=True, eq=False)
class Work:
    """Hands that go from point to point on a bench or shelf.

    Attributes:
        points_m: (2, N, 3) per hand: forward, left and up of the person's place in [m].
        period_s: from one point to the next.
    """

    points_m: FloatArray
    period_s: float = 1.4
    lean_rad: float = field(default=0.0)

    @classmethod
    def sample(cls, rng: np.random.Generator, surface_m: float, distance_m: float) -> "Work":
        """Draw points on a surface at height `surface_m` whose edge is `distance_m` ahead."""
        forward = rng.uniform(distance_m + 0.05, distance_m + 0.35, (2, 16))
        aside = rng.uniform(0.02, 0.38, (2, 16)) * np.array(OUTWARDS)[:, None]
        up = surface_m + 0.10 + rng.exponential(0.06, (2, 16))
        points = np.stack((forward, aside, up), axis=2)
        return cls(points, period_s=float(rng.uniform(0.9, 2.0)), lean_rad=0.10)

    def arms(
        self, rig: Rig, style: Style, trunk: Trunk, swing: tuple[float, float], t_s: float
    ) -> FloatArray:
        """Return both arms at work, see `Grip`."""
        wrists = [ahead(trunk.place, *self._point(side, t_s)) for side in (0, 1)]
        return _both(rig, trunk, wrists, palm=1.1, elbow_out=0.5)

    def prop(self, rig: Rig, place: Place, t_s: float) -> Prop | None:
        """Return None: nothing is held."""
        return None

    def _point(self, side: int, t_s: float) -> tuple[float, float, float]:
        """Return where a hand is; the right one moves half a period after the left."""
        beat = t_s / self.period_s + 0.5 * side
        count = self.points_m.shape[1]
        index = int(beat)
        before, after = self.points_m[side, index % count], self.points_m[side, (index + 1) % count]
        x, y, z = (before + smooth((beat - index) * 1.6) * (after - before)).tolist()
        return x, y, z


def _both(
    rig: Rig, trunk: Trunk, wrists_m: list[FloatArray], palm: float, elbow_out: float
) -> FloatArray:
    """Return both arms with their wrists at points, the elbows down, back and somewhat outwards."""
    return np.concatenate(
        [
            reaching(
                rig,
                trunk,
                side,
                wrists_m[side],
                trunk.chest @ np.array((-0.4, OUTWARDS[side] * elbow_out, -0.7)),
                palm,
            )
            for side in (0, 1)
        ]
    )
