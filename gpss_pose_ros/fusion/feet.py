"""Where the feet are: triangulated, else where cameras see them on the floor, else inferred.

Soles in space are dropped onto the floor as far as they stand on it (`contact`). Where they cannot
be triangulated, the places at which cameras see a foot on the floor are fused: that the foot stands
is then assumed. A foot that nobody sees is inferred from knee, hip and the other foot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from gpss_pose_ros.fusion.contact import ContactSettings, grounded
from gpss_pose_ros.fusion.gaussians import fuse
from gpss_pose_ros.fusion.place import agreed_place
from gpss_pose_ros.fusion.points import Points
from gpss_pose_ros.fusion.skeleton import Skeletons
from gpss_pose_ros.fusion.soles import SoleSettings, triangulated_soles
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray, Foot, FootSource, Side

Feet = dict[Side, Foot]
_SIDES = tuple(Side)


@dataclass(frozen=True)
class FeetSettings:
    """How feet are placed.

    Attributes:
        knee_sigma_m: a foot is this far from under its knee, in [m].
        hip_sigma_m: a foot is this far from under its hip, in [m].
        stride_sigma_m: a foot is this far from the other, in [m].
        sole: what is assumed about feet.
        contact: when a foot stands on the floor.
    """

    knee_sigma_m: float = 0.12
    hip_sigma_m: float = 0.15
    stride_sigma_m: float = 0.3
    sole: SoleSettings = field(default_factory=SoleSettings)
    contact: ContactSettings = field(default_factory=ContactSettings)

    def __post_init__(self) -> None:
        require_finite(self, "feet", above_zero=True)


def fused_feet(
    skeletons: Skeletons,
    skeleton: Skeleton | None,
    members: Sequence[Sequence[Feet]],
    settings: FeetSettings,
    common_sigma_m: float,
) -> list[Feet]:
    """Return the feet of G persons that could be placed, by side.

    Args:
        skeletons: their keypoints in space.
        skeleton: what those are; None if that is not known.
        members: of each person, the feet each of its cameras places on the floor, by the sides
            that the cameras agreed on.
        settings: assumptions.
        common_sigma_m: error that all cameras share, which no number of them averages away.
    """
    in_space = {}
    if skeleton is not None:
        soles = triangulated_soles(skeletons, skeleton, settings.sole)
        in_space = _dropped(soles, settings.contact, common_sigma_m)
    people = []
    for g, seen in enumerate(members):
        on_floor = partial(_on_floor, seen, common_sigma_m=common_sigma_m)
        found = {s: in_space.get((g, s)) or on_floor(s, FootSource.OBSERVED) for s in Side}
        feet = {}
        for side, foot in found.items():
            if foot is None:
                leg = _leg(skeletons, skeleton, g, side, settings)
                foot = _inferred(leg, found[side.other], settings) if leg else None
                foot = foot or on_floor(side, FootSource.INFERRED)
            if foot is not None:
                feet[side] = foot
        people.append(feet)
    return people


def _dropped(
    soles: Points, settings: ContactSettings, common_sigma_m: float
) -> dict[tuple[int, Side], Foot]:
    """Return the feet, by person and side, whose soles (G, 2) are known in space."""
    known = np.nonzero(soles.known)
    floor = grounded(soles.positions_m[known], soles.covariances_m2[known], settings)
    covariances = floor.covariances_m2 + np.eye(2) * common_sigma_m**2
    return {
        (g, _SIDES[s]): Foot(position_m, covariance_m2, FootSource.OBSERVED, height_m, True)
        for g, s, position_m, covariance_m2, height_m in zip(
            *(of.tolist() for of in known),
            floor.positions_m,
            covariances,
            floor.heights_m.tolist(),
            strict=True,
        )
    }


def _on_floor(
    seen: Sequence[Feet], side: Side, source: FootSource, common_sigma_m: float
) -> Foot | None:
    """Return one foot where the cameras that have it from `source` place it on the floor."""
    feet = [feet[side] for feet in seen if side in feet and feet[side].source == source]
    return Foot(*agreed_place(feet, common_sigma_m), source) if feet else None


def _leg(
    skeletons: Skeletons, skeleton: Skeleton | None, g: int, side: Side, settings: FeetSettings
) -> tuple[FloatArray, FloatArray] | None:
    """Return where a person's foot is by its knee, else by its hip."""
    if skeleton is None:
        return None
    ladder = (("knee", settings.knee_sigma_m), ("hip", settings.hip_sigma_m))
    for part, sigma_m in ladder:
        index = skeleton.index(f"{side.value}_{part}")
        if index is not None and np.isfinite(skeletons.points_m[g, index, 0]):
            covariance = skeletons.covariances_m2[g, index, :2, :2] + np.eye(2) * sigma_m**2
            return skeletons.points_m[g, index, :2], covariance
    return None


def _inferred(
    leg: tuple[FloatArray, FloatArray], other: Foot | None, settings: FeetSettings
) -> Foot:
    """Return where a foot is by its leg, and by the other foot if that is known."""
    position, covariance = leg
    if other is not None:
        apart = other.covariance_m2 + np.eye(2) * settings.stride_sigma_m**2
        position, covariance = fuse(
            np.array([position, other.position_m]), np.array([covariance, apart])
        )
    return Foot(position, covariance, FootSource.INFERRED)
