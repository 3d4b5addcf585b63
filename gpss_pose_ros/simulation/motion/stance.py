"""Where a person stands: both feet flat on the floor."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Foothold:
    """One flat foot: the floor point under its ankle in [m], and its heading in [rad]."""

    x_m: float
    y_m: float
    yaw_rad: float


@dataclass(frozen=True)
class Stance:
    """Both footholds, and the place they serve.

    Attributes:
        x_m, y_m, yaw_rad: the floor point under the pelvis, and where the person faces.
        feet: left and right.
    """

    x_m: float
    y_m: float
    yaw_rad: float
    feet: tuple[Foothold, Foothold]

    @classmethod
    def at(
        cls, x_m: float, y_m: float, yaw_rad: float, width_m: float, toe_out_rad: float = 0.0
    ) -> "Stance":
        """Stand upright at a place, the ankles `width_m` apart."""
        left = beside(x_m, y_m, yaw_rad, width_m / 2.0, toe_out_rad)
        return cls(
            x_m, y_m, yaw_rad, (left, beside(x_m, y_m, yaw_rad, -width_m / 2.0, -toe_out_rad))
        )


def beside(x_m: float, y_m: float, yaw_rad: float, left_m: float, turn_rad: float) -> Foothold:
    """Return the foothold `left_m` to the left of a place, turned by `turn_rad` to the left."""
    return Foothold(
        x_m - left_m * math.sin(yaw_rad), y_m + left_m * math.cos(yaw_rad), yaw_rad + turn_rad
    )
