"""The values that flow from cameras to tracks: frozen, and validated when built.

N persons, K keypoints. Positions are in the factory frame (z up, floor at z = 0) unless a name says
otherwise; suffixes give the unit. Arrays are copied only when they need a cast and are read-only.
"""

import math
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError

FloatArray = npt.NDArray[np.float64]
ImageArray = npt.NDArray[np.uint8]

KEYPOINT_SIGMA = 0.012
"""Standard deviation of a keypoint's error, as a fraction of the box: of a usual pose estimator."""


def float_array(value: npt.ArrayLike, name: str, shape: tuple[int | None, ...]) -> FloatArray:
    """Return `value` as a read-only float64 array of `shape` (None = any length).

    Raises InputError naming `name`, the shape wanted and the shape given.
    """
    try:
        array: FloatArray = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers, got {value!r}") from error
    if array.shape != shape and not _fits(array.shape, shape):
        wanted = ", ".join("any" if s is None else str(s) for s in shape)
        raise InputError(f"{name} must have shape ({wanted}), got {array.shape}")
    if array.flags.writeable:
        array = array.view()
        array.flags.writeable = False
    return array


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    """Tell whether a shape is the one wanted, where None is any length."""
    return len(shape) == len(wanted) and all(
        want is None or want == got for want, got in zip(wanted, shape, strict=True)
    )


def covariance(value: npt.ArrayLike, name: str, size: int) -> FloatArray:
    """Return `value` as a read-only covariance (size, size): symmetric, no variance below zero.

    Infinite or NaN entries are refused: an unknown position has no covariance, it has no value.
    """
    matrix = float_array(value, name, (size, size))
    require_covariance(matrix.ravel().tolist(), name, size)
    return matrix


def require_covariance(entries: list[float], name: str, size: int) -> None:
    """Raise InputError unless size * size entries, row by row, are a covariance.

    They are so few that numpy would be slower.
    """
    if size == 2 and _plainly_covariance(*entries):
        return
    scale = max(map(abs, entries))
    if not math.isfinite(sum(entries)):
        raise InputError(f"{name} must be finite, got {_rows(entries, size)}")
    if _asymmetry(entries, size) > 1e-6 * scale:
        raise InputError(f"{name} must be symmetric, got {_rows(entries, size)}")
    if _least_eigenvalue(entries, size) < -1e-9 * scale:
        raise InputError(f"{name} must be positive semi-definite, got {_rows(entries, size)}")


def _plainly_covariance(a: float, b: float, c: float, d: float) -> bool:
    """Tell whether [[a, b], [c, d]] is a covariance beyond doubt, as it nearly always is."""
    within = b == 0.0 or 0.0 < b * b <= a * d  # a product that is too small for floats is a doubt
    return within and b == c and a >= 0.0 and d >= 0.0 and a + d < math.inf


def _rows(entries: list[float], size: int) -> list[list[float]]:
    return [entries[start : start + size] for start in range(0, size * size, size)]


def _asymmetry(entries: list[float], size: int) -> float:
    """Return by how much a matrix, row by row, differs from its transpose at most."""
    if size == 2:
        return abs(entries[1] - entries[2])
    rows = _rows(entries, size)
    return max(abs(rows[i][j] - rows[j][i]) for i in range(size) for j in range(i + 1))


def _least_eigenvalue(entries: list[float], size: int) -> float:
    """Return the least eigenvalue of a symmetric matrix; the usual (2, 2) in closed form."""
    if size == 2:
        a, b, _, d = entries
        return (a + d) / 2.0 - math.hypot((a - d) / 2.0, b)
    return float(np.linalg.eigvalsh(_rows(entries, size))[0])


def _set(instance: object, name: str, value: Any) -> None:
    """Replace a field of a frozen dataclass while it is being built."""
    object.__setattr__(instance, name, value)


class CameraState(IntEnum):
    """What a camera contributed to a cycle; values equal the constants of CameraStatus.msg."""

    OK = 0
    STALE = 1
    FROZEN = 2
    MISSING = 3
    UNCALIBRATED = 4
    NO_TRANSFORM = 5
    BAD_IMAGE = 6


class FootSource(IntEnum):
    """How a foot's position was obtained; values equal the constants of Foot.msg."""

    OBSERVED = 0
    INFERRED = 1
    OCCLUDED = 2


class TrackStatus(IntEnum):
    """Life of a track; values equal the constants of PersonPose.msg."""

    TENTATIVE = 0
    CONFIRMED = 1
    HELD = 2
    LOST = 3


class Side(Enum):
    """Which foot."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


@dataclass(frozen=True)
class Image:
    """One camera's pixels at one instant.

    Attributes:
        camera_id: name of the camera.
        stamp_ns: capture time (start of exposure) on the ROS clock, in [ns].
        pixels: (H, W, 3) uint8, BGR.
    """

    camera_id: str
    stamp_ns: int
    pixels: ImageArray

    def __post_init__(self) -> None:
        pixels = self.pixels
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
            raise InputError(f"image of {self.camera_id}: pixels must be a uint8 array")
        if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise InputError(
                f"image of {self.camera_id}: pixels must be (H, W, 3) BGR, got {pixels.shape}"
            )

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in [px]."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class ImageSet:
    """The images that belong to one instant, at most one a camera.

    Attributes:
        images: one per camera that delivered, in the order of the configured cameras.
        missing: cameras that were expected and did not deliver in time.
    """

    images: tuple[Image, ...]
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        seen = [image.camera_id for image in self.images] + list(self.missing)
        if len(set(seen)) != len(seen):
            raise InputError(f"an image set names a camera twice: {seen}")

    @property
    def stamp_ns(self) -> int:
        """Oldest capture time in the set, in [ns]."""
        if not self.images:
            raise InputError("an image set without images has no capture time")
        return min(image.stamp_ns for image in self.images)

    @property
    def spread_ns(self) -> int:
        """Newest minus oldest capture time, in [ns]."""
        return max((image.stamp_ns for image in self.images), default=0) - min(
            (image.stamp_ns for image in self.images), default=0
        )


@dataclass(frozen=True)
class Detections:
    """Persons found in one image.

    Attributes:
        boxes_xyxy_px: (N, 4) left, top, right, bottom in [px].
        scores: (N,) in [0, 1].
    """

    boxes_xyxy_px: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        _set(self, "boxes_xyxy_px", float_array(self.boxes_xyxy_px, "boxes_xyxy_px", (None, 4)))
        _set(self, "scores", float_array(self.scores, "scores", (len(self.boxes_xyxy_px),)))
        if not np.isfinite(self.boxes_xyxy_px).all():
            raise InputError("boxes_xyxy_px must be finite")

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class Poses2D:
    """Poses of the persons in one image, in the order of their detections.

    Attributes:
        keypoints_px: (N, K, 2) in [px]; NaN where the model gives no point.
        scores: (N, K) in [0, 1].
        detections: the N boxes these poses were estimated in.
        keypoint_sigma: standard deviation of the error of a keypoint that scores 0.63, as a
            fraction of the longer side of its box.
        confirmed: (N,) whether the keypoints show a person, and one that no better box shows; if
            not given, all are.
        newcomer_score: boxes that score less show nobody who is not known already.
        colours: (N, 3, 3) CIE L*a*b* of what torso, legs and head wear, NaN where not seen; if not
            given, nothing is known.
    """

    keypoints_px: FloatArray
    scores: FloatArray
    detections: Detections
    keypoint_sigma: float = KEYPOINT_SIGMA
    confirmed: npt.NDArray[np.bool_] | None = None
    colours: FloatArray | None = None
    newcomer_score: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.detections)
        _set(self, "keypoints_px", float_array(self.keypoints_px, "keypoints_px", (n, None, 2)))
        _set(self, "scores", float_array(self.scores, "scores", self.keypoints_px.shape[:2]))
        if self.confirmed is not None and np.shape(self.confirmed) != (n,):
            raise InputError(f"confirmed must have shape ({n},), got {np.shape(self.confirmed)}")
        if self.colours is not None:
            _set(self, "colours", float_array(self.colours, "colours", (n, 3, 3)))

    def __len__(self) -> int:
        return len(self.detections)

    def only_confirmed(self) -> "Poses2D":
        """Return the poses that are confirmed."""
        kept = self.confirmed
        if kept is None or kept.all():
            return self
        boxes = Detections(self.detections.boxes_xyxy_px[kept], self.detections.scores[kept])
        return Poses2D(
            self.keypoints_px[kept],
            self.scores[kept],
            boxes,
            self.keypoint_sigma,
            colours=None if self.colours is None else self.colours[kept],
            newcomer_score=self.newcomer_score,
        )


@dataclass(frozen=True)
class Foot:
    """One foot: the point on the floor under the middle of its sole.

    Attributes:
        position_m: (2,) x, y in the factory frame, in [m].
        covariance_m2: (2, 2) in [m^2].
        source: whether it was seen, inferred from the rest of the body, or is only a guess.
        height_m: of the sole above the floor, in [m]; 0 where that is assumed.
        triangulated: whether two cameras or more place it in space; else the floor is assumed.
    """

    position_m: FloatArray
    covariance_m2: FloatArray
    source: FootSource
    height_m: float = 0.0
    triangulated: bool = False

    def __post_init__(self) -> None:
        _set(self, "position_m", float_array(self.position_m, "foot position_m", (2,)))
        if not all(map(math.isfinite, self.position_m.tolist())):
            raise InputError("foot position_m must be finite: leave the foot out instead")
        _set(self, "covariance_m2", covariance(self.covariance_m2, "foot covariance_m2", 2))


@dataclass(frozen=True)
class FloorObservation:
    """What one camera says about one person: where they stand, and the evidence for it.

    This is the seam between perception and fusion, also across machines.

    Attributes:
        camera_id: the camera that saw the person.
        stamp_ns: capture time in [ns].
        position_m: (2,) between the feet, factory frame, in [m].
        covariance_m2: (2, 2) of position_m, in [m^2].
        feet: the feet this camera can place, by side.
        score: how surely it is a person, in [0, 1].
        box_xyxy_px: (4,) in [px].
        keypoints_px: (K, 2) in [px], NaN where absent.
        keypoint_scores: (K,) in [0, 1].
        keypoint_sigma: standard deviation of the error of a keypoint that scores 0.63, as a
            fraction of the longer side of the box.
        colours: (3, 3) CIE L*a*b* of what torso, legs and head wear, NaN where not seen; None: not
            known. In no message.
        may_be_new: sure enough to be somebody who is not known yet.
    """

    camera_id: str
    stamp_ns: int
    position_m: FloatArray
    covariance_m2: FloatArray
    feet: dict[Side, Foot]
    score: float
    box_xyxy_px: FloatArray
    keypoints_px: FloatArray
    keypoint_scores: FloatArray
    keypoint_sigma: float = KEYPOINT_SIGMA
    colours: FloatArray | None = None
    may_be_new: bool = True

    def __post_init__(self) -> None:
        _set(self, "position_m", float_array(self.position_m, "position_m", (2,)))
        if not all(map(math.isfinite, self.position_m.tolist())):
            raise InputError(f"observation by {self.camera_id}: position_m must be finite")
        _set(self, "covariance_m2", covariance(self.covariance_m2, "covariance_m2", 2))
        _set(self, "box_xyxy_px", float_array(self.box_xyxy_px, "box_xyxy_px", (4,)))
        _set(self, "keypoints_px", float_array(self.keypoints_px, "keypoints_px", (None, 2)))
        k = len(self.keypoints_px)
        _set(self, "keypoint_scores", float_array(self.keypoint_scores, "keypoint_scores", (k,)))


@dataclass(frozen=True)
class PersonObservation:
    """What all cameras together say about one person at one instant.

    Attributes:
        stamp_ns: oldest contributing capture, in [ns].
        position_m: (2,) between the feet, factory frame, in [m].
        covariance_m2: (2, 2) of position_m, in [m^2].
        feet: the feet that could be placed, by side.
        score: of the camera that is surest, in [0, 1].
        camera_ids: contributing cameras.
        keypoints_m: (K, 3) triangulated, in [m]; NaN where fewer than two cameras agree.
        keypoint_scores: (K,) in [0, 1].
        keypoint_covariances_m2: (K, 3, 3) in [m^2]; NaN where unknown, and if not given.
        colours: (3, 3) what the person wears, in the mean of the cameras; None: not known.
        may_be_new: a camera is sure enough for somebody who is not known yet.
    """

    stamp_ns: int
    position_m: FloatArray
    covariance_m2: FloatArray
    feet: dict[Side, Foot]
    score: float
    camera_ids: tuple[str, ...]
    keypoints_m: FloatArray
    keypoint_scores: FloatArray
    keypoint_covariances_m2: FloatArray | None = None
    colours: FloatArray | None = None
    may_be_new: bool = True

    def __post_init__(self) -> None:
        _set(self, "position_m", float_array(self.position_m, "position_m", (2,)))
        _set(self, "covariance_m2", covariance(self.covariance_m2, "covariance_m2", 2))
        _set(self, "keypoints_m", float_array(self.keypoints_m, "keypoints_m", (None, 3)))
        k = len(self.keypoints_m)
        _set(self, "keypoint_scores", float_array(self.keypoint_scores, "keypoint_scores", (k,)))
        spread = self.keypoint_covariances_m2
        spread = np.full((k, 3, 3), np.nan) if spread is None else spread
        _set(
            self,
            "keypoint_covariances_m2",
            float_array(spread, "keypoint_covariances_m2", (k, 3, 3)),
        )


@dataclass(frozen=True)
class Track:
    """One person followed over time.

    Attributes:
        track_id: unique within a run, never reused.
        status: tentative, confirmed, held (not seen now, but not gone) or lost.
        position_m: (2,) at capture_stamp_ns, factory frame, in [m].
        velocity_mps: (2,) in [m/s].
        covariance: (4, 4) of x, y, vx, vy in [m^2], [m^2/s], [m^2/s^2].
        feet: by side.
        score: in [0, 1].
        camera_ids: cameras that contributed to the last update.
        capture_stamp_ns: capture time this state is valid for, in [ns].
        keypoints_m: (K, 3) in [m], NaN where unknown.
        keypoint_scores: (K,) in [0, 1].
    """

    track_id: int
    status: TrackStatus
    position_m: FloatArray
    velocity_mps: FloatArray
    covariance: FloatArray
    feet: dict[Side, Foot]
    score: float
    camera_ids: tuple[str, ...]
    capture_stamp_ns: int
    keypoints_m: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    keypoint_scores: FloatArray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        _set(self, "position_m", float_array(self.position_m, "position_m", (2,)))
        _set(self, "velocity_mps", float_array(self.velocity_mps, "velocity_mps", (2,)))
        _set(self, "covariance", covariance(self.covariance, "track covariance", 4))
        _set(self, "keypoints_m", float_array(self.keypoints_m, "keypoints_m", (None, 3)))
        k = len(self.keypoints_m)
        _set(self, "keypoint_scores", float_array(self.keypoint_scores, "keypoint_scores", (k,)))
