"""What the points of people say about how their cameras have moved: linear equations.

A camera that moved by xi = (dc, dw), metres and axis times angle in the factory frame, sees a
point X at

    u = project(X) + B xi,    B = [-J, J [r]x],    J = d pixel / d X,    r = X - camera

(as `geometry.uncertainty`). Several cameras see the same X, which nobody knows: it is eliminated by
the Schur complement, as in bundle adjustment (Triggs et al., Bundle Adjustment: A Modern Synthesis,
1999, section 6). Normal equations N xi = b of the cameras alone are left.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.drift_points import PointViews
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.views import BoolArray
from gpss_pose_ros.types import FloatArray

HUBER = 2.0
"""Standard deviations of a pixel from which its influence no longer grows."""

_IRLS_STEPS = 3
_MIN_SINE = 0.09
"""Of the angle between rays, about 5 degrees: a point seen under less is hardly known."""
_FLOOR_SIGMA_M = 0.02
_LOW_M, _HIGH_M = -0.5, 2.5
"""Between these heights is everything of a person."""
_SOMEBODY_ELSE = 12.0
"""Standard deviations by which a camera misses the points of a person it does not see."""


@dataclass(frozen=True, eq=False)
class MotionEquations:
    """Normal equations N xi = b of the twists xi (6 C,) of C cameras: dc, dw of each in turn.

    Attributes:
        N: (6 C, 6 C) information.
        b: (6 C,).
        seen: (C, P) whether the camera took part in what a person says.
    """

    N: FloatArray
    b: FloatArray
    seen: BoolArray


@dataclass(frozen=True, eq=False)
class _Linearised:
    """M points in C cameras, in standard deviations; 0 where a camera does not see the point.

    Attributes:
        residuals: (C, M, 2) measured minus projected.
        J: (C, M, 2, 3) d pixel / d point.
        B: (C, M, 2, 6) d pixel / d twist.
        floor: (M,) information about the point's height, 0 where unknown; heights_m: (M,).
        seen: (C, M).
    """

    residuals: FloatArray
    J: FloatArray
    B: FloatArray
    floor: FloatArray
    heights_m: FloatArray
    seen: BoolArray


def motion_equations(
    views: PointViews, person_weights: FloatArray, points_per_person: float
) -> MotionEquations:
    """Return what the points say about the motion of the views' cameras.

    Args:
        views: the points; linear equations, and what is an outlier, are right where its cameras
            are, or nearly.
        person_weights: (P,) how much each person counts.
        points_per_person: as many points' worth a person counts at most: errors of the keypoints
            of one person are not independent.
    """
    P = len(person_weights)
    origins, directions = _rays(views)
    guesses, known = _nearest_points(origins, directions)
    views, guesses = views.only(known), guesses[known]
    points = _linearised(views, guesses)
    weights, misfits = _robust_weights(points)
    real = points.seen & _is_one_person(misfits, points.seen, views.person, P)
    count = np.bincount(views.person, real.any(axis=0), minlength=P)
    worth = person_weights * np.minimum(1.0, points_per_person / np.maximum(count, 1.0))
    N, b = _reduced(points, weights, worth[views.person] * real.any(axis=0))
    seen = np.zeros((len(views.cameras), P), dtype=bool)
    camera, point = np.nonzero(real)
    seen[camera, views.person[point]] = True
    return MotionEquations(N, b, seen)


def _rays(views: PointViews) -> tuple[FloatArray, FloatArray]:
    """Return origins (C, 3) and unit directions (C, M, 3); NaN where unseen."""
    origins = np.array([camera.position_m for camera in views.cameras])
    directions = np.full((*views.pixels_px.shape[:2], 3), np.nan)
    seen: BoolArray = np.asarray(np.isfinite(views.pixels_px).all(axis=2))
    for camera, pixels, given, found in zip(
        views.cameras, views.pixels_px, seen, directions, strict=True
    ):
        found[given] = camera.rays(pixels[given])[1]
    return origins, directions


def _nearest_points(origins: FloatArray, directions: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the points (M, 3) nearest to their rays, and which (M,) are known by parallax.

    Solves sum (I - d d^T) (X - o) = 0; the determinant of that sum is 2 sin^2 for two rays.
    """
    seen: BoolArray = np.asarray(np.isfinite(directions).all(axis=2))
    d = np.where(seen[:, :, None], directions, 0.0)
    across = seen[:, :, None, None] * np.eye(3) - d[..., None] * d[..., None, :]
    normal = across.sum(axis=0)
    known: BoolArray = np.greater(np.linalg.det(normal), 2.0 * _MIN_SINE**2)
    right = np.einsum("cmij,cj->mi", across, origins)
    points = np.full_like(right, np.nan)
    points[known] = np.linalg.solve(normal[known], right[known][..., None])[..., 0]
    known &= (points[:, 2] > _LOW_M) & (points[:, 2] < _HIGH_M)
    return points, known


def _linearised(views: PointViews, points_m: FloatArray) -> _Linearised:
    projected = np.full_like(views.pixels_px, np.nan)
    B = np.full((*projected.shape, 6), np.nan)
    for c, camera in enumerate(views.cameras):
        given = np.isfinite(views.pixels_px[c]).all(axis=1)
        projected[c, given], B[c, given] = _twisted(camera, points_m[given])
    residuals = views.pixels_px - projected
    seen = np.isfinite(residuals).all(axis=2) & np.isfinite(B).all(axis=(2, 3))
    seen &= np.isfinite(views.sigmas_px)
    seen &= seen.sum(axis=0) >= 2
    scale = np.where(seen, 1.0 / views.sigmas_px, 0.0)
    B = np.where(seen[..., None, None], B, 0.0) * scale[..., None, None]
    return _Linearised(
        np.where(seen[..., None], residuals, 0.0) * scale[..., None],
        -B[..., :3],
        B,
        views.on_floor / _FLOOR_SIGMA_M**2,
        points_m[:, 2],
        seen,
    )


def _twisted(camera: Camera, points_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return pixels (M, 2), and their derivatives (M, 2, 6) by the camera's twist."""
    pixels, J = camera.project_with_jacobian(points_m)
    levers = points_m - camera.position_m
    return pixels, np.concatenate([-J, np.cross(J, levers[:, None])], axis=2)


def _robust_weights(points: _Linearised) -> tuple[FloatArray, FloatArray]:
    """Return Huber's weights and misfits, each (C, M), iterated with the points; 0 where unseen."""
    weights = points.seen.astype(np.float64)
    for _ in range(_IRLS_STEPS):
        A = _point_information(points, weights)
        g = np.einsum("cmij,cmi->mj", points.J * weights[..., None, None], points.residuals)
        g[:, 2] -= points.floor * points.heights_m
        step = np.linalg.solve(A, g[..., None])[..., 0]
        misfit = points.residuals - np.einsum("cmij,mj->cmi", points.J, step)
        size = np.hypot(misfit[..., 0], misfit[..., 1])
        weights = points.seen * HUBER / np.maximum(size, HUBER)
    return weights, size


def _is_one_person(
    misfits: FloatArray, seen: BoolArray, person: npt.NDArray[np.intp], count: int
) -> BoolArray:
    """Tell (M,) whether the cameras that see a point's person plausibly see the same one.

    A camera that misses most points by far sees somebody else: then no point is where it seems.
    """
    far = np.zeros(count)
    for c in range(len(misfits)):
        total = np.bincount(person, seen[c], minlength=count)
        missed = np.bincount(person, misfits[c] > _SOMEBODY_ELSE, minlength=count)
        far = np.maximum(far, missed / np.maximum(total, 1.0))
    return np.asarray(far[person] < 0.5)


def _point_information(points: _Linearised, weights: FloatArray) -> FloatArray:
    """Return sum w J^T J (M, 3, 3) of each point, with what is known of its height.

    A point that too few cameras see says nothing: the identity keeps its matrix invertible.
    """
    J = points.J
    A = np.einsum("cmij,cmik->mjk", J * weights[..., None, None], J)
    A[:, 2, 2] += points.floor
    A[~points.seen.any(axis=0)] = np.eye(3)
    return np.asarray(A)


def _reduced(
    points: _Linearised, weights: FloatArray, shares: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return N (6 C, 6 C) and b (6 C,) with the points eliminated; shares (M,) scale each."""
    C, M = weights.shape
    J, B, r = points.J, points.B, points.residuals
    wB = B * weights[..., None, None]
    g = np.einsum("cmij,cmi->mj", J * weights[..., None, None], r)
    g[:, 2] -= points.floor * points.heights_m
    G = np.einsum("cmij,cmik->mjck", J, wB).reshape(M, 3, 6 * C)
    spread = np.linalg.inv(_point_information(points, weights)) * shares[:, None, None]
    flat = G.reshape(3 * M, 6 * C)
    N = -flat.T @ (spread @ G).reshape(3 * M, 6 * C)
    b = -flat.T @ (spread @ g[..., None]).ravel()
    wB *= shares[:, None, None]
    b += np.einsum("cmij,cmi->cj", wB, r).ravel()
    for c in range(C):
        block = slice(6 * c, 6 * c + 6)
        N[block, block] += wB[c].reshape(-1, 6).T @ B[c].reshape(-1, 6)
    return (N + N.T) / 2.0, b
