"""Uncertain points of many persons at once; NaN where a person has none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.types import FloatArray

COMMON_SHARE = 0.5
"""Share of the variance that two keypoints of one person have in common: the same networks saw both
through the same lenses, so that half of their errors is taken not to average away."""
_PRIOR_DOF = 4.0
_EYES = {size: np.eye(size) for size in (2, 3)}


@dataclass(frozen=True, eq=False)
class Points:
    """Points of persons, (...), in D = 2 (on the floor) or 3 dimensions.

    Attributes:
        positions_m: (..., D) in the factory frame, in [m].
        covariances_m2: (..., D, D) in [m^2].
    """

    positions_m: FloatArray
    covariances_m2: FloatArray

    @classmethod
    def none(cls, *shape: int) -> "Points":
        """Return unknown points (..., D)."""
        return cls(np.full(shape, np.nan), np.full((*shape, shape[-1]), np.nan))

    def __getitem__(self, index: Any) -> "Points":
        """Return some of the points: an index into the leading dimensions."""
        return Points(self.positions_m[index], self.covariances_m2[index])

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Tell (...) which points there are."""
        return np.isfinite(self.positions_m[..., 0])

    @property
    def on_floor(self) -> "Points":
        """The points dropped onto the floor, (..., 2)."""
        return Points(self.positions_m[..., :2], self.covariances_m2[..., :2, :2])

    def widened(self, *sigmas_m: float) -> "Points":
        """Add a standard deviation along each axis; one counts for all."""
        spread = _EYES[self.positions_m.shape[-1]] * np.square(sigmas_m)
        return Points(self.positions_m, self.covariances_m2 + spread)

    def where(self, condition: npt.NDArray[np.bool_]) -> "Points":
        """Leave out the points for which the condition (...) does not hold."""
        return Points(
            np.where(condition[..., None], self.positions_m, np.nan),
            np.where(condition[..., None, None], self.covariances_m2, np.nan),
        )


def between(a: Points, b: Points, share: float = 0.5) -> Points:
    """Return the points a share of the way from a to b, whose errors are partly common."""
    x, y = 1.0 - share, share
    p, q = (COMMON_SHARE * w + (1.0 - COMMON_SHARE) * w * w for w in (x, y))
    return Points(
        x * a.positions_m + y * b.positions_m, p * a.covariances_m2 + q * b.covariances_m2
    )


def first(*ladder: Points) -> Points:
    """Return, of several points for the same thing, the first that is known."""
    found = ladder[0]
    for points in ladder[1:]:
        have = found.known
        found = Points(
            np.where(have[..., None], found.positions_m, points.positions_m),
            np.where(have[..., None, None], found.covariances_m2, points.covariances_m2),
        )
    return found


def inflation(misfits: FloatArray, dof: npt.ArrayLike) -> FloatArray:
    """Return by how much variances grow where cameras disagree more than they claim, (...,).

    Birge's ratio, chi-square per degree of freedom, never below 1; shrunk to 1 as if a few
    degrees of freedom more had fitted as expected: one alone says little.
    """
    ratio = (misfits + _PRIOR_DOF) / (np.maximum(dof, 0.0) + _PRIOR_DOF)
    above_one: FloatArray = np.maximum(ratio, 1.0)
    return above_one
