"""Turns the poses one camera sees into floor observations: where is each foot, and how sure.

A heel or toe lies on the floor. An ankle is above it: it is back-projected to its height and
dropped. Where no foot is seen, the hips tell where the person stands, and where not even those are,
the lower edge of the box does. Each step down is less certain, and its covariance says so.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.floor import FloorPoints, floor_points
from gpss_pose_ros.geometry.uncertainty import Uncertainty
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import (
    FloatArray,
    FloorObservation,
    Foot,
    FootSource,
    Poses2D,
    Side,
)


@dataclass(frozen=True)
class ObservationSettings:
    """What is assumed about bodies and keypoints. Heights are above the floor; sigma = 1 std. dev.

    Attributes:
        min_keypoint_score: keypoints below this are not used.
        keypoint_sigma: error of a keypoint as a fraction of the box's longer side.
        ankle_height_m: an ankle above the sole, in [m].
        ankle_height_sigma_m: its spread, bodies and gait together, in [m].
        ankle_offset_sigma_m: the middle of the sole is this far from under the ankle, in [m].
        hip_height_m: the hips of an average standing adult, in [m].
        hip_height_sigma_m: their spread, in [m].
        lean_sigma_m: feet are this far from under the hips, in [m].
        half_sole_m: heel or toes are this far from the middle of the sole, in [m].
        stance_m: one foot is this far from the middle between the feet, in [m].
        box_sigma: error of the box's lower edge as a fraction of the box's longer side.
        calibration: uncertainty of the cameras.
    """

    min_keypoint_score: float = 0.3
    keypoint_sigma: float = 0.012
    ankle_height_m: float = 0.09
    ankle_height_sigma_m: float = 0.04
    ankle_offset_sigma_m: float = 0.04
    hip_height_m: float = 0.93
    hip_height_sigma_m: float = 0.12
    lean_sigma_m: float = 0.15
    half_sole_m: float = 0.10
    stance_m: float = 0.15
    box_sigma: float = 0.1
    calibration: Uncertainty = field(default_factory=Uncertainty)

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name != "calibration" and not (np.isfinite(value) and value >= 0.0):
                raise ConfigurationError(
                    f"observation: {name} must be finite and >= 0, got {value}"
                )


@dataclass(frozen=True)
class CameraObservations:
    """What one camera sees at one instant.

    Attributes:
        observations: the persons that could be placed on the floor.
        unplaced: number of persons seen that could not (at or above the horizon).
    """

    observations: tuple[FloorObservation, ...]
    unplaced: int


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
    evidence = _Evidence(camera, poses, skeleton, settings)
    seen = {side: evidence.foot(side) for side in Side}
    hips = evidence.hips()
    place = _first(
        _between(seen[Side.LEFT], seen[Side.RIGHT]),
        _widened(seen[Side.LEFT], settings.stance_m),
        _widened(seen[Side.RIGHT], settings.stance_m),
        _widened(hips, settings.lean_sigma_m),
        evidence.box(),
    )
    inferred = {
        side: _first(
            _widened(seen[side.other], 2.0 * settings.stance_m),
            _widened(hips, settings.lean_sigma_m + settings.stance_m),
        )
        for side in Side
    }
    placed = np.flatnonzero(_known(place))
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
        )
        for n in placed.tolist()
    )
    return CameraObservations(observations, len(poses) - len(observations))


class _Evidence:
    """Floor points of N persons in one image, by what they are derived from; NaN where not seen."""

    def __init__(
        self, camera: Camera, poses: Poses2D, skeleton: Skeleton, settings: ObservationSettings
    ) -> None:
        self._camera, self._poses = camera, poses
        self._skeleton, self._settings = skeleton, settings
        self._boxes_px = poses.detections.boxes_xyxy_px
        self._extent_px = (self._boxes_px[:, 2:] - self._boxes_px[:, :2]).max(axis=1, initial=1.0)

    def foot(self, side: Side) -> FloorPoints:
        """The middle of the sole: between heel and toes, else from one of them, else the ankle."""
        settings, foot = self._settings, self._skeleton.feet[side]
        heel = self._keypoint(foot.heel)
        toes = _first(
            _between(self._keypoint(foot.big_toe), self._keypoint(foot.small_toe)),
            self._keypoint(foot.big_toe),
            self._keypoint(foot.small_toe),
        )
        ankle = self._keypoint(foot.ankle, settings.ankle_height_m, settings.ankle_height_sigma_m)
        return _first(
            _between(heel, toes),
            _widened(toes, settings.half_sole_m),
            _widened(heel, settings.half_sole_m),
            _widened(ankle, settings.ankle_offset_sigma_m),
        )

    def hips(self) -> FloorPoints:
        """Under the middle between the hips."""
        sides = [
            self._keypoint(
                self._skeleton.index(name),
                self._settings.hip_height_m,
                self._settings.hip_height_sigma_m,
            )
            for name in ("left_hip", "right_hip")
        ]
        return _between(*sides)

    def box(self) -> FloorPoints:
        """The middle of the box's lower edge."""
        left, _, right, bottom = self._boxes_px.T
        pixels = np.column_stack([(left + right) / 2.0, bottom])
        return self._lifted(pixels, self._settings.box_sigma, 0.0, 0.0)

    def _keypoint(
        self, index: int | None, height_m: float = 0.0, height_sigma_m: float = 0.0
    ) -> FloorPoints:
        count = len(self._poses)
        if index is None:
            return FloorPoints(np.full((count, 2), np.nan), np.full((count, 2, 2), np.nan))
        sure = self._poses.scores[:, index] >= self._settings.min_keypoint_score
        pixels = np.where(sure[:, None], self._poses.keypoints_px[:, index], np.nan)
        return self._lifted(pixels, self._settings.keypoint_sigma, height_m, height_sigma_m)

    def _lifted(
        self, pixels_px: FloatArray, sigma: float, height_m: float, height_sigma_m: float
    ) -> FloorPoints:
        return floor_points(
            self._camera,
            pixels_px,
            sigma * self._extent_px,
            height_m,
            height_sigma_m,
            self._settings.calibration,
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
    finite = np.isfinite(points.positions_m).all(axis=1)
    return np.asarray(finite & np.isfinite(points.covariances_m2).all(axis=(1, 2)))


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


def _widened(points: FloorPoints, sigma_m: float) -> FloorPoints:
    """Add an isotropic standard deviation."""
    return FloorPoints(points.positions_m, points.covariances_m2 + np.eye(2) * sigma_m**2)
