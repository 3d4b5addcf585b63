"""The rays along which several cameras see the keypoints of several persons: a few arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.fusion.small_matrices import dot
from gpss_pose_ros.types import FloatArray

IntArray = npt.NDArray[np.intp]

_BODY_M = 0.9
"""Where a person's middle is above the floor: first guess of how far away their keypoints are."""


@dataclass(frozen=True, eq=False)
class Sightlines:
    """K keypoints of G persons, each seen by at most C cameras; all zeros in unused places.

    Attributes:
        middles_m: (3, G) about the middle of each person, factory frame.
        origins_m: (3, C, G) centres of projection, relative to the person's middle.
        directions: (3, C, G, K) unit rays, factory frame.
        scores: (C, G, K) in [0, 1]; 0 where a camera does not see a keypoint.
        sigmas_rad: (C, G) standard deviation of a keypoint of the usual score, see `score_law`.
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
        shape, count = (int(sizes.max(initial=0)), len(groups)), rays.scores.shape[1]
        used = np.arange(shape[0]) < sizes[:, None]
        rows = np.array([i for members in groups for i in members], dtype=np.intp)
        middles = _middles_m(sizes, positions_m[rows])
        g, c = np.nonzero(used)
        usable = (rays.counts[rows] == count) & np.isfinite(rays.origins_m[0, rows]) & (count > 0)
        g, c, rows = g[usable], c[usable], rows[usable]
        origins, sigmas = np.zeros((3, *shape)), np.zeros(shape)
        directions, scores = np.zeros((3, *shape, count)), np.zeros((*shape, count))
        origins[:, c, g] = rays.origins_m[:, rows] - middles[:, g]
        spans = np.where(np.isfinite(rays.spans_rad[rows]), rays.spans_rad[rows], 1.0)
        sigmas[c, g] = np.maximum(rays.keypoint_sigmas[rows], min_sigma) * spans
        seen_directions, seen_scores = _seen(rays, min_score)
        directions[:, c, g], scores[c, g] = seen_directions[:, rows], seen_scores[rows]
        return cls(middles, origins, directions, scores, sigmas)

    @property
    def distances_m(self) -> FloatArray:
        """About how far away (C, G) each person is from each camera."""
        return np.sqrt(dot(self.origins_m, self.origins_m))

    def mirrored(self, swapped: npt.NDArray[np.bool_], pairs: IntArray) -> "Sightlines":
        """Return the lines with left and right, `pairs` (Q, 2), traded where swapped (C, G)."""
        c, g = np.nonzero(swapped)
        if not len(g):
            return self
        traded = np.arange(self.scores.shape[2])
        traded[pairs] = pairs[:, ::-1]
        directions, scores = self.directions.copy(), self.scores.copy()
        directions[:, c, g], scores[c, g] = (
            directions[:, c, g][..., traded],
            scores[c, g][:, traded],
        )
        return Sightlines(self.middles_m, self.origins_m, directions, scores, self.sigmas_rad)


def _middles_m(sizes: IntArray, positions_m: FloatArray) -> FloatArray:
    """Return about where the middle of each person is, (3, G), of all members' positions."""
    middles = np.full((3, len(sizes)), _BODY_M)
    if len(sizes):
        starts = np.cumsum(sizes) - sizes
        middles[:2] = np.add.reduceat(positions_m.T, starts, axis=1) / sizes
    return middles


def _seen(rays: KeypointRays, min_score: float) -> tuple[FloatArray, FloatArray]:
    """Return directions (3, N, K) and scores (N, K), 0 where a keypoint is not seen."""
    scores = rays.scores
    seen = np.isfinite(rays.directions[0]) & np.isfinite(rays.spans_rad)[:, None]
    seen &= (scores >= min_score) & (scores > 0.0)
    directions = np.where(seen, rays.directions, 0.0)
    return directions, np.where(seen, np.minimum(scores, 1.0), 0.0)


def across(directions: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the sums (3, 3, ...) over C of w (I - d d^T): what C rays tell across themselves.

    Args:
        directions: (3, C, ...) unit vectors d.
        weights: (C, ...) of them, w.
    """
    information: FloatArray = np.einsum("ic...,kc...->ik...", -weights * directions, directions)
    total = weights.sum(axis=0)
    for i in range(3):
        information[i, i] += total
    return information
