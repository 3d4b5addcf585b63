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

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.points import Points, inflation
from gpss_pose_ros.fusion.sightlines import Sightlines
from gpss_pose_ros.fusion.small_matrices import inverse_3x3
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import FloatArray

BoolArray = npt.NDArray[np.bool_]

_RIDGE = 1e-6
_EYE3 = np.eye(3)


@dataclass(frozen=True)
class SkeletonSettings:
    """How keypoints are triangulated.

    Attributes:
        min_keypoint_sigma: no keypoint of score 1 is taken to be more exact, as a fraction of the
            longer side of its box; one of score s is taken to err sqrt(1/s) times as much.
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
        used: (G, C, K) the cameras each point was computed from.
    """

    points_m: FloatArray
    covariances_m2: FloatArray
    scores: FloatArray
    used: BoolArray

    def joint(self, index: int | None) -> Points:
        """Return one keypoint of every person; none where the skeleton has no such keypoint."""
        if index is None:
            return Points.none(len(self.points_m), 3)
        return Points(self.points_m[:, index], self.covariances_m2[:, index])


def triangulated(lines: Sightlines, settings: SkeletonSettings) -> Skeletons:
    """Return the keypoints of all persons, triangulated from the cameras that agree."""
    g, c, k = lines.scores.shape
    rays = _Rays.of(lines, settings)
    used, points, covariances = _agreeing(rays, settings.gate)
    misfits = np.where(used, rays.misfits(points), 0.0).sum(axis=1)
    count = used.sum(axis=1)
    covariances = covariances * inflation(misfits, 2 * count - 3)[:, None, None]
    trace = np.trace(covariances, axis1=1, axis2=2)
    good = (count >= 2) & (trace <= settings.max_sigma_m**2)
    good &= (count > 2) | (misfits <= settings.gate)
    points = np.where(good[:, None], points, np.nan).reshape(g, k, 3) + lines.middles_m[:, None]
    covariances = np.where(good[:, None, None], covariances, np.nan).reshape(g, k, 3, 3)
    used = (used & good[:, None]).reshape(g, k, c).transpose(0, 2, 1)
    seen = np.maximum(used.sum(axis=1), 1)
    scores = np.where(used, lines.scores, 0.0).sum(axis=1) / seen
    return Skeletons(points, covariances, scores, used)


@dataclass(frozen=True, eq=False)
class _Rays:
    """J keypoints from C cameras each, relative to the middle of their person.

    Attributes:
        origins_m: (J, C, 3).
        directions: (J, C, 3).
        weights: (J, C) 1 / variance of the offset from the ray, in [1/m^2]; 0 where unseen.
    """

    origins_m: FloatArray
    directions: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, lines: Sightlines, settings: SkeletonSettings) -> "_Rays":
        g, c, k = lines.scores.shape
        directions = np.ascontiguousarray(lines.directions.transpose(0, 2, 1, 3))
        directions = directions.reshape(g * k, c, 3)
        origins = np.repeat(lines.origins_m, k, axis=0)
        scores = lines.scores.transpose(0, 2, 1)
        sure = np.where(scores > 0.0, scores, 1.0)
        angles2 = lines.sigmas_rad[:, None] ** 2 / sure
        angles2 = (angles2 + settings.camera_rotation_rad**2).reshape(g * k, c)
        shift2 = settings.camera_position_m**2
        seen = scores.reshape(g * k, c) > 0.0

        def at(distances2: FloatArray) -> "_Rays":
            variances = distances2 * angles2 + shift2
            return cls(origins, directions, np.where(seen, 1.0 / variances, 0.0))

        first = at(_dot(origins, origins))
        points, _ = first.solved(seen)
        points = np.where(np.isfinite(points), points, 0.0)
        levers = points[:, None] - origins
        return at(_dot(levers, levers))

    def solved(self, used: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Return the points (J, 3) and their covariances (J, 3, 3) from cameras used (J, C)."""
        weights = np.where(used, self.weights, 0.0)
        weighted = self.directions * weights[..., None]
        information = _EYE3 * weights.sum(axis=1)[:, None, None]
        information -= weighted.transpose(0, 2, 1) @ self.directions
        along = _dot(self.directions, self.origins_m)
        right = (weights[:, None] @ self.origins_m)[:, 0] - (along[:, None] @ weighted)[:, 0]
        covariances = inverse_3x3(information)
        return (covariances @ right[:, :, None])[:, :, 0], covariances

    def misfits(self, points: FloatArray) -> FloatArray:
        """Return the squared offsets (J, C) in standard deviations; infinite behind a camera."""
        levers = points[:, None] - self.origins_m
        depths = _dot(levers, self.directions)
        squares = _dot(levers, levers) - depths**2
        misfits = np.maximum(squares, 0.0) * self.weights
        return np.where((depths > 0.0) | (self.weights == 0.0), misfits, np.inf)

    def only(self, rows: npt.NDArray[np.intp]) -> "_Rays":
        """Return some of the keypoints."""
        return _Rays(self.origins_m[rows], self.directions[rows], self.weights[rows])

    def drops(self, used: BoolArray) -> FloatArray:
        """Return by how much the misfit falls without each camera (J, C); 0 for those not used."""
        points, covariances = self.solved(used)
        H = covariances / (1.0 + _RIDGE)
        levers = points[:, None] - self.origins_m
        d, w = self.directions, np.where(used, self.weights, 0.0)
        depths, Hd = _dot(d, levers), d @ H
        e = levers - d * depths[..., None]
        dHd = _dot(d, Hd)
        trace = w * (np.trace(H, axis1=1, axis2=2)[:, None] - dHd)
        trace2 = w * w * ((H * H).sum(axis=(1, 2))[:, None] - 2.0 * _dot(Hd, Hd) + dHd * dHd)
        drops = w * ((1.0 - trace) * _dot(e, e) + w * _dot(e, e @ H))
        left = 1.0 - trace + (trace * trace - trace2) / 2.0
        drops /= np.where(left > 0.0, left, np.nan)
        behind = used & ~(depths > 0.0)
        return np.where(behind, np.inf, np.where(np.isfinite(drops), drops, 0.0))


def _agreeing(rays: _Rays, gate: float) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return the cameras (J, C) that agree on each keypoint; at least two where any are seen.

    And the points (J, 3) that follow from them, and their covariances (J, 3, 3).
    """
    seen = rays.weights > 0.0
    points, covariances = rays.solved(seen)
    total = np.where(seen, rays.misfits(points), 0.0).sum(axis=1)
    used, open_rows = seen.copy(), np.flatnonzero((total > gate) & (seen.sum(axis=1) > 2))
    while len(open_rows):
        drops = rays.only(open_rows).drops(used[open_rows])
        worst = drops.argmax(axis=1)
        stands_out = drops[np.arange(len(drops)), worst] > gate
        open_rows = open_rows[stands_out]
        used[open_rows, worst[stands_out]] = False
        open_rows = open_rows[used[open_rows].sum(axis=1) > 2]
    changed = np.flatnonzero((used != seen).any(axis=1))
    points[changed], covariances[changed] = rays.only(changed).solved(used[changed])
    return used, points, covariances


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the scalar products (...,) of vectors (..., 3)."""
    products: FloatArray = np.einsum("...i,...i->...", a, b)
    return products
