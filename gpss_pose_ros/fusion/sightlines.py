"""The rays along which several cameras see the keypoints of several persons: a few arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.types import FloatArray

IntArray = npt.NDArray[np.intp]

_BODY_M = 0.9
"""Where a person's middle is above the floor: first guess of how far away their keypoints are."""


@dataclass(frozen=True, eq=False)
class Sightlines:
    """K keypoints of G persons, each seen by at most C cameras; all zeros in unused places.

    Attributes:
        middles_m: (G, 3) about the middle of each person, factory frame.
        origins_m: (G, C, 3) centres of projection, relative to the person's middle.
        directions: (G, C, K, 3) unit rays, factory frame.
        scores: (G, C, K) in [0, 1]; 0 where a camera does not see a keypoint.
        sigmas_rad: (G, C) standard deviation of a keypoint of score 1.
    """

    middles_m: FloatArray
    origins_m: FloatArray
    directions: FloatArray
    scores: FloatArray
    sigmas_rad: FloatArray

    @classmethod
    def build(
        cls,
        groups: Sequence[Sequence[int]],
        rays: KeypointRays,
        positions_m: FloatArray,
        min_sigma: float,
        min_score: float,
    ) -> "Sightlines":
        """Gather the rays of groups of observations.

        Args:
            groups: G of them, indices of observations, none empty.
            rays: of N observations. Those with fewer keypoints than others add none, nor do those
                whose camera is not known.
            positions_m: (N, 2) where these place the persons on the floor.
            min_sigma: no keypoint is more exact, as a fraction of the longer side of the box.
            min_score: keypoints below this are not seen.
        """
        sizes = np.array([len(members) for members in groups], dtype=np.intp)
        shape, count = (len(groups), int(sizes.max(initial=0))), rays.scores.shape[1]
        used = np.arange(shape[1]) < sizes[:, None]
        rows = np.array([i for members in groups for i in members], dtype=np.intp)
        middles = _middles_m(sizes, positions_m[rows])
        g, c = np.nonzero(used)
        usable = (rays.counts[rows] == count) & np.isfinite(rays.origins_m[rows, 0]) & (count > 0)
        g, c, rows = g[usable], c[usable], rows[usable]
        origins, sigmas = np.zeros((*shape, 3)), np.zeros(shape)
        directions, scores = np.zeros((*shape, count, 3)), np.zeros((*shape, count))
        origins[g, c] = rays.origins_m[rows] - middles[g]
        spans = np.where(np.isfinite(rays.spans_rad[rows]), rays.spans_rad[rows], 1.0)
        sigmas[g, c] = np.maximum(rays.keypoint_sigmas[rows], min_sigma) * spans
        directions[g, c], scores[g, c] = _seen(rays.only(rows), min_score)
        return cls(middles, origins, directions, scores, sigmas)

    @property
    def distances_m(self) -> FloatArray:
        """About how far away (G, C) each person is from each camera."""
        distances: FloatArray = np.sqrt((self.origins_m**2).sum(axis=-1))
        return distances

    def mirrored(self, swapped: npt.NDArray[np.bool_], pairs: IntArray) -> "Sightlines":
        """Return the lines with left and right, `pairs` (Q, 2), traded where swapped (G, C)."""
        g, c = np.nonzero(swapped)
        if not len(g):
            return self
        directions, scores = self.directions.copy(), self.scores.copy()
        left, right = pairs.T
        for values in (directions, scores):
            there = values[g, c]
            there[:, left], there[:, right] = there[:, right], there[:, left]
            values[g, c] = there
        return Sightlines(self.middles_m, self.origins_m, directions, scores, self.sigmas_rad)


def _middles_m(sizes: IntArray, positions_m: FloatArray) -> FloatArray:
    """Return about where the middle of each person is, (G, 3), of all members' positions."""
    middles = np.full((len(sizes), 3), _BODY_M)
    if len(sizes):
        starts = np.cumsum(sizes) - sizes
        middles[:, :2] = np.add.reduceat(positions_m, starts) / sizes[:, None]
    return middles


def _seen(rays: KeypointRays, min_score: float) -> tuple[FloatArray, FloatArray]:
    """Return directions (N, K, 3) and scores (N, K), 0 where a keypoint is not seen."""
    scores = rays.scores
    seen = np.isfinite(rays.directions[..., 0]) & np.isfinite(rays.spans_rad)[:, None]
    seen &= (scores >= min_score) & (scores > 0.0)
    directions = np.where(seen[..., None], rays.directions, 0.0)
    return directions, np.where(seen, np.minimum(scores, 1.0), 0.0)
