"""The middle of each sole in space, from whichever of heel, toes and ankle are triangulated."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.points import Points, between, first
from gpss_pose_ros.fusion.skeleton import Skeletons
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray

_ANKLE_TO_TOES = 0.35
"""The middle of the sole is this far on the way from under the ankle to the toes."""


@dataclass(frozen=True)
class SoleSettings:
    """What is assumed about feet.

    Attributes:
        ankle_height_m: an ankle above the sole of a foot that is flat, in [m].
        ankle_height_sigma_m: its spread, in [m].
        ankle_offset_sigma_m: the middle of the sole is this far from under the ankle, in [m].
        half_sole_m: heel or toes are this far from the middle of the sole, in [m].
        longest_foot_m: heel and toes farther apart are not one foot, in [m].
    """

    ankle_height_m: float = 0.09
    ankle_height_sigma_m: float = 0.03
    ankle_offset_sigma_m: float = 0.04
    half_sole_m: float = 0.10
    longest_foot_m: float = 0.45

    def __post_init__(self) -> None:
        require_finite(self, "sole", above_zero=True)


def triangulated_soles(skeletons: Skeletons, skeleton: Skeleton, settings: SoleSettings) -> Points:
    """Return the middle of both soles of G persons, (G, 2), in the order of `Side`.

    Between heel and toes; else from ankle and toes, from the ankle alone, from toes or heel alone.
    """
    left, right = skeleton.feet.values()
    heel, big_toe, small_toe, ankle = skeletons.joints(
        (left.heel, right.heel),
        (left.big_toe, right.big_toe),
        (left.small_toe, right.small_toe),
        (left.ankle, right.ankle),
    )
    toes = first(between(big_toe, small_toe), big_toe, small_toe)
    drop = np.array([0.0, 0.0, settings.ankle_height_m])
    under = Points(ankle.positions_m - drop, ankle.covariances_m2)
    under = under.widened(0.0, 0.0, settings.ankle_height_sigma_m)
    long, offset = settings.longest_foot_m, settings.ankle_offset_sigma_m
    half = settings.half_sole_m
    return first(
        between(heel, toes).where(_apart_m2(heel, toes) <= long**2),
        between(under, toes, _ANKLE_TO_TOES).where(_apart_m2(under, toes) <= long**2),
        under.widened(offset, offset, 0.0),
        toes.widened(half, half, 0.0),
        heel.widened(half, half, 0.0),
    )


def _apart_m2(a: Points, b: Points) -> FloatArray:
    """Return the squared distances (...) of points."""
    gaps: FloatArray = ((a.positions_m - b.positions_m) ** 2).sum(axis=-1)
    return gaps
