"""Turns the poses one camera sees into floor observations: where is each foot, and how sure.

A heel or toe lies on the floor. An ankle is above it: it is back-projected to its height and
dropped. Where the person stands, feet and hips tell together, so that a foot lifted in a step does
not carry the person away; where none is seen, the lower edge of the box does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.score_law import error_factor
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.floor import FloorPoints, floor_points
from gpss_pose_ros.geometry.uncertainty import Uncertainty
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import (
    FloatArray,
    FloorObservation,
    Foot,
    FootSource,
    Poses2D,
    Side,
)

_EDGE_PX = 2.0


@dataclass(frozen=True)
class ObservationSettings:
    """What is assumed about bodies and keypoints. Heights are above the floor; sigma = 1 std. dev.

    Attributes:
        min_keypoint_score: keypoints below this are not used.
        ankle_height_m: an ankle above the sole, in [m].
        ankle_height_sigma_m: its spread: bodies, and feet that are lifted in a step, in [m].
        ankle_offset_sigma_m: the middle of the sole is this far from under the ankle, in [m].
        hip_height_m: the hips of an average standing adult, in [m].
        hip_height_sigma_m: their spread, in [m].
        lean_sigma_m: feet are this far from under the hips, in [m].
        half_sole_m: heel or toes are this far from the middle of the sole, in [m].
        stance_m: one foot is this far from where the person stands, in [m].
        box_sigma: error of the box's lower edge as a fraction of the box's longer side.
        max_sigma_m: a person is not placed with less certainty than this, in [m].
        calibration: uncertainty of the cameras.
    """

    min_keypoint_score: float = 0.3
    ankle_height_m: float = 0.09
    ankle_height_sigma_m: float = 0.08
    ankle_offset_sigma_m: float = 0.04
    hip_height_m: float = 0.93
    hip_height_sigma_m: float = 0.12
    lean_sigma_m: float = 0.15
    half_sole_m: float = 0.10
    stance_m: float = 0.15
    box_sigma: float = 0.1
    max_sigma_m: float = 3.0
    calibration: Uncertainty = field(default_factory=Uncertainty)

    def __post_init__(self) -> None:
        require_finite(self, "observation")


@dataclass(frozen=True)
class CameraObservations:
    """What one camera sees at one instant.

    Attributes:
        observations: the persons that could be placed on the floor.
        placed: (N,) of the N poses, which those are; the others are at the horizon, or cut off by
            the image.
    """

    observations: tuple[FloorObservation, ...]
    placed: npt.NDArray[np.bool_]

    @property
    def unplaced(self) -> int:
        """Number of persons seen that could not be placed."""
        return len(self.placed) - len(self.observations)


def observe(
    camera: Camera,
    stamp_ns: int,
    poses: Poses2D,
    skeleton: Skeleton,
    settings: ObservationSettings,
) -> CameraObservations:
    """Place every person of one image on the floor.

    Args:
        camera: the camera that took the image.
        stamp_ns: capture time.
        poses: of N persons.
        skeleton: meaning of the keypoints.
        settings: assumptions.
    """
    evidence = _gather(camera, poses, skeleton, settings)
    seen = {side: _foot(evidence, side, settings) for side in Side}
    hips = _between(evidence["left_hip"], evidence["right_hip"])
    place = _first(
        _fused(
            _widened(seen[Side.LEFT], settings.stance_m),
            _widened(seen[Side.RIGHT], settings.stance_m),
            _widened(hips, settings.lean_sigma_m),
        ),
        evidence["box"],
    )
    inferred = {
        side: _first(
            _widened(seen[side.other], 2.0 * settings.stance_m),
            _widened(hips, settings.lean_sigma_m + settings.stance_m),
        )
        for side in Side
    }
    placed = _certain(place, settings.max_sigma_m)
    observations = tuple(
        FloorObservation(
            camera_id=camera.camera_id,
            stamp_ns=stamp_ns,
            position_m=place.positions_m[n],
            covariance_m2=place.covariances_m2[n],
            feet=_feet(n, seen, inferred),
            score=float(poses.detections.scores[n]),
            box_xyxy_px=poses.detections.boxes_xyxy_px[n],
            keypoints_px=poses.keypoints_px[n],
            keypoint_scores=poses.scores[n],
            keypoint_sigma=poses.keypoint_sigma,
            colours=None if poses.colours is None else poses.colours[n],
            may_be_new=bool(poses.detections.scores[n] >= poses.newcomer_score),
        )
        for n in np.flatnonzero(placed).tolist()
    )
    return CameraObservations(observations, placed)


def _gather(
    camera: Camera, poses: Poses2D, skeleton: Skeleton, settings: ObservationSettings
) -> dict[str, FloorPoints]:
    """Return N floor points for each thing that tells where a person stands; NaN where not seen."""
    boxes = poses.detections.boxes_xyxy_px
    extents_px = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=1.0)
    lower_edges = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]])
    lower_edges[boxes[:, 3] > camera.model.size[1] - _EDGE_PX] = np.nan  # cut off by the image
    sigmas = [np.full(len(poses), settings.box_sigma)]
    pixels, heights, height_sigmas = [lower_edges], [0.0], [0.0]
    names = ["box"]
    for name, height, height_sigma in _parts(settings):
        index = skeleton.index(name)
        names.append(name)
        pixels.append(_sure_pixels(poses, index, settings.min_keypoint_score))
        scores = np.zeros(len(poses)) if index is None else poses.scores[:, index]
        sigmas.append(poses.keypoint_sigma * error_factor(scores))
        heights.append(height)
        height_sigmas.append(height_sigma)
    count = len(poses)
    points = floor_points(  # all at once: each call has a cost of its own
        camera,
        np.concatenate(pixels),
        (np.array(sigmas) * extents_px).ravel(),
        np.repeat(heights, count),
        np.repeat(height_sigmas, count),
        settings.calibration,
    )
    rows = {name: slice(i * count, (i + 1) * count) for i, name in enumerate(names)}
    return {
        name: FloorPoints(points.positions_m[row], points.covariances_m2[row])
        for name, row in rows.items()
    }


def _parts(settings: ObservationSettings) -> Iterator[tuple[str, float, float]]:
    """Yield keypoint, height above the floor and its standard deviation."""
    for side in Side:
        yield f"{side.value}_heel", 0.0, 0.0
        yield f"{side.value}_big_toe", 0.0, 0.0
        yield f"{side.value}_small_toe", 0.0, 0.0
        yield f"{side.value}_ankle", settings.ankle_height_m, settings.ankle_height_sigma_m
        yield f"{side.value}_hip", settings.hip_height_m, settings.hip_height_sigma_m


def _sure_pixels(poses: Poses2D, index: int | None, min_score: float) -> FloatArray:
    """Return a keypoint's pixels (N, 2); NaN where its score is low or the skeleton lacks it."""
    if index is None:
        return np.full((len(poses), 2), np.nan)
    pixels = poses.keypoints_px[:, index]
    sure = (poses.scores[:, index] >= min_score) & np.isfinite(pixels).all(axis=1)
    return np.where(sure[:, None], pixels, np.nan)


def _foot(
    evidence: dict[str, FloorPoints], side: Side, settings: ObservationSettings
) -> FloorPoints:
    """The middle of the sole: between heel and toes, else from one of them, else the ankle."""
    heel, big_toe, small_toe, ankle = (
        evidence[f"{side.value}_{part}"] for part in ("heel", "big_toe", "small_toe", "ankle")
    )
    toes = _first(_between(big_toe, small_toe), big_toe, small_toe)
    return _first(
        _between(heel, toes),
        _widened(toes, settings.half_sole_m),
        _widened(heel, settings.half_sole_m),
        _widened(ankle, settings.ankle_offset_sigma_m),
    )


def _feet(
    n: int, seen: dict[Side, FloorPoints], inferred: dict[Side, FloorPoints]
) -> dict[Side, Foot]:
    """Return the feet of person n that are seen or can be inferred."""
    feet = {}
    for side in Side:
        for points, source in ((seen, FootSource.OBSERVED), (inferred, FootSource.INFERRED)):
            if _known(points[side])[n]:
                feet[side] = Foot(
                    points[side].positions_m[n], points[side].covariances_m2[n], source
                )
                break
    return feet


def _known(points: FloorPoints) -> npt.NDArray[np.bool_]:
    """Tell (N,) which points exist, with a usable covariance."""
    sums = points.positions_m.sum(axis=1) + points.covariances_m2.sum(axis=(1, 2))
    return np.asarray(np.isfinite(sums))  # one NaN or infinity spoils the sum


def _certain(points: FloorPoints, max_sigma_m: float) -> npt.NDArray[np.bool_]:
    """Tell (N,) which points are known, to within max_sigma_m along every axis."""
    variances = points.covariances_m2[:, [0, 1], [0, 1]]
    return np.asarray(_known(points) & (variances <= max_sigma_m**2).all(axis=1))


def _first(*ladder: FloorPoints) -> FloorPoints:
    """Return for each person the first of several points that exists."""
    positions = ladder[0].positions_m.copy()
    covariances = ladder[0].covariances_m2.copy()
    known = _known(ladder[0])
    for points in ladder[1:]:
        take = ~known & _known(points)
        positions[take], covariances[take] = points.positions_m[take], points.covariances_m2[take]
        known |= take
    return FloorPoints(positions, covariances)


def _between(a: FloorPoints, b: FloorPoints) -> FloorPoints:
    """Return the middle of two points; their errors are taken as common, not as independent."""
    return FloorPoints(
        (a.positions_m + b.positions_m) / 2.0, (a.covariances_m2 + b.covariances_m2) / 2.0
    )


def _fused(*points: FloorPoints) -> FloorPoints:
    """Return the covariance-weighted mean of those points that exist, for each person."""
    known = np.array([_known(p) for p in points])
    covariances = np.array([p.covariances_m2 for p in points])
    positions = np.array([p.positions_m for p in points])
    information = np.zeros_like(covariances)
    information[known] = np.linalg.inv(covariances[known])
    weighted = np.einsum("pnij,pnj->ni", information, np.where(known[..., None], positions, 0.0))
    fused = np.full(covariances.shape[1:], np.nan)
    some = known.any(axis=0)
    fused[some] = np.linalg.inv(information.sum(axis=0)[some])
    fused = (fused + fused.transpose(0, 2, 1)) / 2.0
    return FloorPoints(np.einsum("nij,nj->ni", fused, weighted), fused)


def _widened(points: FloorPoints, sigma_m: float) -> FloorPoints:
    """Add an isotropic standard deviation."""
    return FloorPoints(points.positions_m, points.covariances_m2 + np.eye(2) * sigma_m**2)
