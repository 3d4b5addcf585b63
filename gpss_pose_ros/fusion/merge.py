"""Merges the observations of several cameras into persons: gated, covariance-weighted.

Two observations of one camera are never one person. Floor positions decide who is who; keypoints
seen by two cameras or more are then triangulated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.fusion.gaussians import fuse, mahalanobis2
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.triangulation import triangulate
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import (
    FloatArray,
    FloorObservation,
    Foot,
    FootSource,
    PersonObservation,
    Side,
)


@dataclass(frozen=True)
class MergeSettings:
    """How cameras are merged.

    Attributes:
        gate: largest squared Mahalanobis distance at which two observations may be one person
            (chi-square, 2 degrees of freedom: 13.8 keeps 99.9 %).
        max_distance_m: groups whose fused positions are farther apart stay apart, in [m].
        max_reprojection_px: a keypoint that a camera misses by more does not count, in [px].
        min_keypoint_score: keypoints below this are not triangulated.
    """

    gate: float = 13.8
    max_distance_m: float = 1.0
    max_reprojection_px: float = 25.0
    min_keypoint_score: float = 0.2

    def __post_init__(self) -> None:
        require_finite(self, "merge")


def merge(
    observations: Sequence[FloorObservation], cameras: Mapping[str, Camera], settings: MergeSettings
) -> tuple[PersonObservation, ...]:
    """Return one PersonObservation per person, in the order of their first observation.

    Args:
        observations: of one instant, of any number of cameras.
        cameras: by camera_id, at that instant.
        settings: gates and thresholds.
    """
    groups = group(observations, settings)
    return tuple(
        _person([observations[i] for i in members], cameras, settings) for members in groups
    )


def group(observations: Sequence[FloorObservation], settings: MergeSettings) -> list[list[int]]:
    """Return indices of the observations that are one person: closest pairs first, each checked
    against the fused position of its group, at most one observation a camera in a group.
    """
    home = {i: [i] for i in range(len(observations))}
    for _, i, j in _gated_pairs(observations, settings):
        first, second = home[i], home[j]
        if first is second or not _may_join(first, second, observations, settings):
            continue
        joined = sorted(first + second)
        home.update(dict.fromkeys(joined, joined))
    return list({tuple(members): members for members in home.values()}.values())


def _gated_pairs(
    observations: Sequence[FloorObservation], settings: MergeSettings
) -> list[tuple[float, int, int]]:
    """Return (distance, i, j) of pairs of different cameras inside the gate, closest first."""
    pairs = []
    for i, a in enumerate(observations):
        for j in range(i + 1, len(observations)):
            b = observations[j]
            if a.camera_id == b.camera_id:
                continue
            distance = _distance(
                a.position_m, a.covariance_m2, b.position_m, b.covariance_m2, settings
            )
            if distance <= settings.gate:
                pairs.append((distance, i, j))
    return sorted(pairs)


def _distance(
    a_m: FloatArray, a_m2: FloatArray, b_m: FloatArray, b_m2: FloatArray, settings: MergeSettings
) -> float:
    difference = a_m - b_m
    if np.hypot(*difference) > settings.max_distance_m:
        return float("inf")
    return mahalanobis2(difference, a_m2 + b_m2)


def _may_join(
    first: list[int],
    second: list[int],
    observations: Sequence[FloorObservation],
    settings: MergeSettings,
) -> bool:
    cameras = [observations[i].camera_id for i in first + second]
    if len(set(cameras)) < len(cameras):
        return False
    a, b = (_fused_position([observations[i] for i in side]) for side in (first, second))
    return _distance(*a, *b, settings) <= settings.gate


def _fused_position(members: Sequence[FloorObservation]) -> tuple[FloatArray, FloatArray]:
    return fuse(
        np.array([m.position_m for m in members]), np.array([m.covariance_m2 for m in members])
    )


def _person(
    members: Sequence[FloorObservation], cameras: Mapping[str, Camera], settings: MergeSettings
) -> PersonObservation:
    position, covariance = _fused_position(members)
    keypoints, scores = _triangulated(members, cameras, settings)
    return PersonObservation(
        stamp_ns=min(m.stamp_ns for m in members),
        position_m=position,
        covariance_m2=covariance,
        feet=_fused_feet(members),
        score=max(m.score for m in members),
        camera_ids=tuple(m.camera_id for m in members),
        keypoints_m=keypoints,
        keypoint_scores=scores,
    )


def _fused_feet(members: Sequence[FloorObservation]) -> dict[Side, Foot]:
    """Fuse each foot over the cameras that observed it, else over those that inferred it."""
    pairs = _agreed_sides([m.feet for m in sorted(members, key=_spread)])
    feet = {}
    for side in Side:
        seen = [pair[side] for pair in pairs if side in pair]
        if not seen:
            continue
        source = min(foot.source for foot in seen)
        best = [foot for foot in seen if foot.source == source]
        fused = fuse(
            np.array([f.position_m for f in best]), np.array([f.covariance_m2 for f in best])
        )
        feet[side] = Foot(*fused, FootSource(source))
    return feet


def _spread(member: FloorObservation) -> float:
    return float(np.trace(member.covariance_m2))


def _agreed_sides(pairs: Sequence[dict[Side, Foot]]) -> list[dict[Side, Foot]]:
    """Swap left and right where models confused them: the first decides which feet belong
    together, the majority which side they are.
    """
    against = [_is_crossed(pairs[0], feet) for feet in pairs]
    if sum(against) > len(pairs) / 2:
        against = [not crossed for crossed in against]
    return [
        {side.other: foot for side, foot in feet.items()} if crossed else feet
        for feet, crossed in zip(pairs, against, strict=True)
    ]


def _is_crossed(reference: dict[Side, Foot], feet: dict[Side, Foot]) -> bool:
    """Tell whether the feet fit the reference better with left and right swapped."""
    swapped = {side.other: foot for side, foot in feet.items()}
    direct, crossed = _misfit(reference, feet), _misfit(reference, swapped)
    return direct is not None and crossed is not None and crossed < direct


def _misfit(reference: dict[Side, Foot], feet: dict[Side, Foot]) -> float | None:
    """Return the mean squared Mahalanobis distance; None where the two share no side."""
    distances = [
        mahalanobis2(
            reference[side].position_m - foot.position_m,
            reference[side].covariance_m2 + foot.covariance_m2,
        )
        for side, foot in feet.items()
        if side in reference
    ]
    return float(np.mean(distances)) if distances else None


def _triangulated(
    members: Sequence[FloorObservation], cameras: Mapping[str, Camera], settings: MergeSettings
) -> tuple[FloatArray, FloatArray]:
    """Return (K, 3) keypoints and (K,) scores; NaN and 0 where fewer than two cameras agree."""
    count = len(members[0].keypoint_scores)
    if len(members) < 2:
        return np.full((count, 3), np.nan), np.zeros(count)
    scores = np.array([m.keypoint_scores for m in members])
    result = triangulate(
        [cameras[m.camera_id] for m in members],
        np.array([m.keypoints_px for m in members]),
        scores,
        max_reprojection_px=settings.max_reprojection_px,
        min_score=settings.min_keypoint_score,
    )
    used = np.where(result.inliers.T, np.nan_to_num(scores), 0.0)
    found = np.isfinite(result.points_m).all(axis=1)
    mean = used.sum(axis=0) / np.maximum(result.inliers.sum(axis=1), 1)
    return result.points_m, np.where(found, mean, 0.0)
