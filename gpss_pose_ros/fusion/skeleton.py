"""Keypoints in space: every camera that agrees counts, as much as it is worth.

A keypoint X that camera c sees along the unit ray d from its centre o is off that ray by
e = P (X - o), P = I - d d^T. With the variance v of that offset, X solves

    (sum P / v) X = sum P o / v,

which minimises the angles between rays and keypoint once v is taken at X's distance. All persons'
keypoints are solved at once. Which cameras agree is decided by deletion: of those that do not, the
camera without which the misfit falls most is left out, until no camera stands out. That falls by

    e^T (I - P H P / v)^-1 e / v,     H = (sum P / v)^-1,

the squared studentised residual (Cook and Weisberg, Residuals and Influence in Regression, 2.2), so
that every deletion is known without solving for it: the cost grows with the cameras, not with
their pairs or subsets. Across the ray, where e lies, A = P H P / v is 2x2, and so

    (I - A)^-1 = ((1 - tr A) I + A) / (1 - tr A + det A),
    tr A = (tr H - d^T H d) / v,     tr A^2 = (tr H^2 - 2 |H d|^2 + (d^T H d)^2) / v^2,

and det A = ((tr A)^2 - tr A^2) / 2.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.points import Points, inflation
from gpss_pose_ros.fusion.score_law import error_factor
from gpss_pose_ros.fusion.sightlines import Sightlines, across
from gpss_pose_ros.fusion.small_matrices import dot, inverse_3x3
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import FloatArray

BoolArray = npt.NDArray[np.bool_]

_RIDGE = 1e-6


@dataclass(frozen=True)
class SkeletonSettings:
    """How keypoints are triangulated.

    Attributes:
        min_keypoint_sigma: no network is taken to be more exact, as a fraction of the longer side
            of the box; what a keypoint's score says of its own error is in `score_law`.
        min_keypoint_score: keypoints below this are not used.
        gate: a camera is left out where the squared misfit, in standard deviations, falls by more
            without it (chi-square, 2 degrees of freedom: 13.8 keeps 99.9 %).
        max_sigma_m: a keypoint known less well is not given: its rays are nearly parallel, in [m].
        camera_position_m: error of a camera's position along each axis, in [m].
        camera_rotation_rad: error of a camera's rotation about each axis, in [rad].
    """

    min_keypoint_sigma: float = 0.012
    min_keypoint_score: float = 0.3
    gate: float = 13.8
    max_sigma_m: float = 0.5
    camera_position_m: float = 0.01
    camera_rotation_rad: float = 0.002

    def __post_init__(self) -> None:
        require_finite(self, "skeleton")


@dataclass(frozen=True, eq=False)
class Skeletons:
    """K keypoints of G persons in the factory frame; NaN where fewer than two cameras agree.

    Attributes:
        points_m: (G, K, 3) in [m].
        covariances_m2: (G, K, 3, 3) in [m^2].
        scores: (G, K) mean score of the cameras used, 0 without any.
        used: (C, G, K) the cameras each point was computed from.
    """

    points_m: FloatArray
    covariances_m2: FloatArray
    scores: FloatArray
    used: BoolArray

    def joints(self, *pairs: tuple[int | None, int | None]) -> list[Points]:
        """Return pairs of keypoints of every person, each (G, 2); unknown where there is none."""
        indices = [index for pair in pairs for index in pair]
        there = [index is not None for index in indices]
        some = [index for index in indices if index is not None]
        points = Points.none(len(self.points_m), len(indices), 3)
        points.positions_m[:, there] = self.points_m[:, some]
        points.covariances_m2[:, there] = self.covariances_m2[:, some]
        return [points[:, start : start + 2] for start in range(0, len(indices), 2)]


def triangulated(lines: Sightlines, settings: SkeletonSettings) -> Skeletons:
    """Return the keypoints of all persons, triangulated from the cameras that agree."""
    c, g, k = lines.scores.shape
    rays = _Rays.of(lines, settings)
    used, points, covariances = _agreeing(rays, settings.gate)
    misfits = rays.misfits(points, used).sum(axis=0)
    count = used.sum(axis=0)
    covariances = covariances * inflation(misfits, 2 * count - 3)
    good = (count >= 2) & (_trace(covariances) <= settings.max_sigma_m**2)
    good &= (count > 2) | (misfits <= settings.gate)
    points = np.where(good, points, np.nan).reshape(3, g, k) + lines.middles_m[:, :, None]
    covariances = np.where(good, covariances, np.nan).reshape(3, 3, g, k)
    used = (used & good).reshape(c, g, k)
    scores = np.where(used, lines.scores, 0.0).sum(axis=0) / np.maximum(used.sum(axis=0), 1)
    return Skeletons(points.transpose(1, 2, 0), covariances.transpose(2, 3, 0, 1), scores, used)


@dataclass(frozen=True, eq=False)
class _Rays:
    """J keypoints from C cameras each, relative to the middle of their person.

    Attributes:
        directions: (3, C, J) d.
        nearest_m: (3, C, J) P o, where each ray comes nearest to the person's middle.
        starts_m: (C, J) d^T o, where along the ray the camera is, from there.
        weights: (C, J) 1 / v, in [1/m^2]; 0 where unseen.
    """

    directions: FloatArray
    nearest_m: FloatArray
    starts_m: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, lines: Sightlines, settings: SkeletonSettings) -> "_Rays":
        c, g, k = lines.scores.shape
        shape = c, g * k
        directions = lines.directions.reshape(3, *shape)
        origins = np.repeat(lines.origins_m, k, axis=2)
        starts = dot(directions, origins)
        seen = lines.scores.reshape(shape) > 0.0
        angles2 = ((lines.sigmas_rad[:, :, None] * error_factor(lines.scores)) ** 2).reshape(shape)
        angles2 += settings.camera_rotation_rad**2
        shift2 = settings.camera_position_m**2

        def weights(distances2: FloatArray) -> FloatArray:
            return np.where(seen, 1.0 / (distances2 * angles2 + shift2), 0.0)

        from_middles = weights(dot(origins, origins))
        first = cls(directions, origins - starts * directions, starts, from_middles)
        points, _ = first.solved(seen)
        levers = np.where(np.isfinite(points), points, 0.0)[:, None] - origins
        return replace(first, weights=weights(dot(levers, levers)))

    def solved(self, used: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Return the points (3, J) and their covariances (3, 3, J) from cameras used (C, J)."""
        weights = np.where(used, self.weights, 0.0)
        covariances = inverse_3x3(across(self.directions, weights))
        right = (weights * self.nearest_m).sum(axis=1)
        return (covariances * right).sum(axis=1), covariances

    def offsets(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return by how much points (3, J) are off the rays, e (3, C, J), and their depths."""
        along = dot(self.directions, points[:, None])
        offsets = points[:, None] - self.nearest_m - along * self.directions
        return offsets, along - self.starts_m

    def misfits(self, points: FloatArray, used: BoolArray) -> FloatArray:
        """Return the squared offsets (C, J) in standard deviations; infinite behind a camera.

        0 for cameras that are not used (C, J).
        """
        e, depths = self.offsets(points)
        misfits = np.where(depths > 0.0, dot(e, e) * self.weights, np.inf)
        return np.where(used, misfits, 0.0)

    def only(self, keypoints: npt.NDArray[np.intp]) -> "_Rays":
        """Return some of the keypoints."""
        return _Rays(
            self.directions[:, :, keypoints],
            self.nearest_m[:, :, keypoints],
            self.starts_m[:, keypoints],
            self.weights[:, keypoints],
        )

    def drops(self, used: BoolArray) -> FloatArray:
        """Return by how much the misfit falls without each camera (C, J); 0 for those not used."""
        points, covariances = self.solved(used)
        H = covariances / (1.0 + _RIDGE)
        e, depths = self.offsets(points)
        d, w = self.directions, np.where(used, self.weights, 0.0)
        Hd = _times(H, d)
        dHd = dot(d, Hd)
        trace = w * (_trace(H) - dHd)
        squares = np.einsum("ikj,ikj->j", H, H)
        trace2 = w * w * (squares - 2.0 * dot(Hd, Hd) + dHd * dHd)
        falls = w * ((1.0 - trace) * dot(e, e) + w * dot(e, _times(H, e)))
        left = 1.0 - trace + (trace * trace - trace2) / 2.0
        drops: FloatArray = np.divide(falls, left, out=np.zeros_like(falls), where=left > 0.0)
        drops[used & ~(depths > 0.0)] = np.inf
        return drops


def _agreeing(rays: _Rays, gate: float) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return the cameras (C, J) that agree on each keypoint; at least two where any are seen.

    And the points (3, J) that follow from them, and their covariances (3, 3, J).
    """
    seen = rays.weights > 0.0
    points, covariances = rays.solved(seen)
    total = rays.misfits(points, seen).sum(axis=0)
    used, disputed = seen.copy(), np.flatnonzero((total > gate) & (seen.sum(axis=0) > 2))
    while len(disputed):
        drops = rays.only(disputed).drops(used[:, disputed])
        worst, most = drops.argmax(axis=0), drops.max(axis=0)
        stands_out = most > gate
        disputed, worst, most = disputed[stands_out], worst[stands_out], most[stands_out]
        used[worst, disputed] = False
        total[disputed] -= np.where(most < np.inf, most, 0.0)  # no drop is more than what is left
        disputed = disputed[(total[disputed] > gate) & (used[:, disputed].sum(axis=0) > 2)]
    changed = np.flatnonzero((used != seen).any(axis=0))
    points[:, changed], covariances[:, :, changed] = rays.only(changed).solved(used[:, changed])
    return used, points, covariances


def _times(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return the products (3, C, J) of matrices (3, 3, J) and vectors (3, C, J)."""
    products: FloatArray = np.einsum("ikj,kcj->icj", matrices, vectors)
    return products


def _trace(matrices: FloatArray) -> FloatArray:
    """Return the traces (J,) of matrices (3, 3, J)."""
    trace: FloatArray = np.einsum("iij->j", matrices)
    return trace
