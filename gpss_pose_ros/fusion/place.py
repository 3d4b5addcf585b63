"""Where a person stands: between the feet, by what is known of feet and hips."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.gaussians import fuse
from gpss_pose_ros.fusion.points import COMMON_SHARE, Points, between, first, inflation
from gpss_pose_ros.fusion.small_matrices import inverse_2x2
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import FloatArray, FloorObservation, Foot, FootSource, Side

_LEAST_M2 = 1e-6


@dataclass(frozen=True)
class PlaceSettings:
    """What is assumed about where people stand.

    Attributes:
        lean_sigma_m: between the feet is this far from under the hips, in [m].
        stance_sigma_m: one foot is this far from between the feet, in [m].
    """

    lean_sigma_m: float = 0.12
    stance_sigma_m: float = 0.15

    def __post_init__(self) -> None:
        require_finite(self, "place", above_zero=True)


def places(
    feet: Sequence[dict[Side, Foot]], hips: Points, settings: PlaceSettings, common_sigma_m: float
) -> Points:
    """Return where G persons stand, (G, 2); NaN where neither a foot nor the hips are known.

    Between the feet if both are seen, or by hips and feet, whichever is more certain.

    Args:
        feet: of each person; only those that are seen count.
        hips: the middle of the hips in space.
        settings: assumptions.
        common_sigma_m: error that all cameras share, which the covariances contain.
    """
    left, right = (_seen(feet, side) for side in Side)
    middle = between(left, right).widened(np.sqrt((1.0 - COMMON_SHARE) / 2.0) * common_sigma_m)
    body = _fused(
        left.widened(settings.stance_sigma_m),
        right.widened(settings.stance_sigma_m),
        hips.on_floor.widened(settings.lean_sigma_m),
    )
    return first(middle.where(_spread(middle) <= _spread(body)), body)


def agreed_place(
    members: Sequence[FloorObservation] | Sequence[Foot], common_sigma_m: float
) -> tuple[FloatArray, FloatArray]:
    """Return where cameras place a person or a foot that is taken to stand, (2,) and (2, 2).

    The weighted mean; the covariance grows where the cameras disagree more than they claim, and
    never falls below what all of them share. One camera alone is taken at its word.

    Args:
        members: what each camera says.
        common_sigma_m: error that all of them share.
    """
    if len(members) == 1:
        return members[0].position_m, members[0].covariance_m2
    positions = np.array([m.position_m for m in members])
    covariances = np.array([m.covariance_m2 for m in members]) + np.eye(2) * _LEAST_M2
    mean, covariance = fuse(positions, covariances)
    off = positions - mean
    misfit = np.einsum("ni,nij,nj->", off, np.linalg.inv(covariances), off)
    grown = covariance * inflation(misfit, 2.0 * (len(members) - 1))
    return mean, grown + np.eye(2) * common_sigma_m**2


def _seen(feet: Sequence[dict[Side, Foot]], side: Side) -> Points:
    """Return one foot of every person, where it is seen."""
    points = Points.none(len(feet), 2)
    for g, pair in enumerate(feet):
        foot = pair.get(side)
        if foot is not None and foot.source == FootSource.OBSERVED:
            points.positions_m[g], points.covariances_m2[g] = foot.position_m, foot.covariance_m2
    return points


def _fused(*evidence: Points) -> Points:
    """Return the weighted mean, for each person, of those points that are known."""
    points = Points(
        np.stack([points.positions_m for points in evidence]),
        np.stack([points.covariances_m2 for points in evidence]),
    )
    known = points.known
    information = np.where(known[..., None, None], inverse_2x2(points.covariances_m2), 0.0)
    positions = np.where(known[..., None], points.positions_m, 0.0)
    covariances = inverse_2x2(information.sum(axis=0))
    pull = np.einsum("ngij,ngj->gi", information, positions)
    return Points(np.einsum("gij,gj->gi", covariances, pull), covariances)


def _spread(points: Points) -> FloatArray:
    """Return the total variance (G,)."""
    spread: FloatArray = np.trace(points.covariances_m2, axis1=1, axis2=2)
    return spread
