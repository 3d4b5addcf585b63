"""Which cameras agree on a keypoint."""

from itertools import combinations

import numpy as np

from gpss_pose_ros.geometry.views import BoolArray, Views

MIN_PARALLAX = 0.02
"""Sine of the angle at which rays count as parallel: about 1 degree."""

OUTLIER_FACTOR = 2.5
"""A camera further off than the limit, and than this times the mean of the others, is wrong."""


def agreeing_cameras(views: Views, max_reprojection_px: float, min_cameras: int) -> BoolArray:
    """Return the largest agreeing subset of the cameras of each keypoint, (K, C); empty if none.

    A subset agrees when the mean reprojection error of its own fit is within max_reprojection_px,
    no camera in it stands out (among many, one wrong camera would hide in the mean), and its rays
    are not all parallel. All cameras are tried first; mostly that is all. Otherwise every pair of
    cameras proposes a point, and with it an order of all cameras by reprojection error. For each
    size n the pair whose n best cameras have the least mean error names the subset (least trimmed
    errors); the largest subset that agrees is taken. Pairs make this robust to any minority of
    wrong cameras, at a cost that grows with the pairs of cameras and not with their subsets.
    """
    all_agree = _agrees(views, views.seen, max_reprojection_px, min_cameras)
    chosen: BoolArray = views.seen & np.expand_dims(all_agree, 1)
    disputed = np.flatnonzero(~all_agree & (views.seen.sum(axis=1) > min_cameras))
    if len(disputed):
        views = views.only(disputed)
        subsets = _trimmed_subsets(views)[min_cameras - 1 :]
        agrees = _agrees(views, subsets, max_reprojection_px, min_cameras)
        largest = len(subsets) - 1 - agrees[::-1].argmax(axis=0)
        found = np.asarray(agrees.any(axis=0))
        chosen[disputed] = subsets[largest, np.arange(len(disputed))] & found[:, None]
    return chosen


def _agrees(
    views: Views, subsets: BoolArray, max_reprojection_px: float, min_cameras: int
) -> BoolArray:
    """Tell (..., K) which subsets (..., K, C) agree."""
    errors = np.where(subsets, views.errors_px(views.fit(subsets)), 0.0)
    count = subsets.sum(axis=-1)
    worst = errors.max(axis=-1)
    with np.errstate(invalid="ignore"):  # infinite errors: not within the limit anyway
        others = (errors.sum(axis=-1) - worst) / np.maximum(count - 1, 1)
    pair = subsets[..., :, None] & subsets[..., None, :]
    agrees: BoolArray = (
        (count >= min_cameras)
        & (errors.sum(axis=-1) < max_reprojection_px * count)
        & (worst < np.maximum(max_reprojection_px, OUTLIER_FACTOR * others))
        & (np.where(pair, views.sines, 0.0).max(axis=(-2, -1)) > MIN_PARALLAX)
    )
    return agrees


def _trimmed_subsets(views: Views) -> BoolArray:
    """Return for each size n = 1 .. C the subset of least trimmed errors, (C, K, C)."""
    C = len(views.cameras)
    first, second = np.array(list(combinations(range(C), 2))).T
    pairs = np.zeros((len(first), *views.seen.shape), dtype=bool)
    pairs[np.arange(len(first)), :, first] = True
    pairs[np.arange(len(first)), :, second] = True
    errors = views.errors_px(views.fit(pairs))
    usable = views.sines[:, first, second].T > MIN_PARALLAX
    errors = np.where(usable[:, :, None], errors, np.inf)
    order = errors.argsort(axis=-1)
    trimmed = np.take_along_axis(errors, order, axis=-1).cumsum(axis=-1)
    best = trimmed.argmin(axis=0)  # (K, n)
    ranks = order.argsort(axis=-1)[best.T, np.arange(len(best))]  # (n, K, C)
    subsets: BoolArray = (ranks <= np.arange(C)[:, None, None]) & views.seen
    return subsets
