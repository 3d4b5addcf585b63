"""What a camera truly sees of a crowd, by geometry alone: no pixel is rendered.

A person is six capsules (head, trunk, thighs, shins), an obstacle is a box. What lies behind
either, seen from the camera, is hidden. T instants, P persons, K keypoints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.evaluation.crowd import Crowd
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.simulation.world import Obstacle
from gpss_pose_ros.types import FloatArray

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_FLESH_M = np.array([0.05, 0.10, 0.05, 0.03])  # beyond the keypoints to the left, top, ...
_TOUCH_M = 0.05  # a keypoint this deep in an obstacle, or this close behind a body, is seen
_CAPSULES = (  # the keypoints whose middles are the ends of a capsule, and its radius in [m]
    (("left_ear", "right_ear"), ("left_ear", "right_ear"), 0.09),
    (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), 0.16),
    (("left_hip",), ("left_knee",), 0.08),
    (("left_knee",), ("left_ankle",), 0.06),
    (("right_hip",), ("right_knee",), 0.08),
    (("right_knee",), ("right_ankle",), 0.06),
)
_RADII_M = np.array([radius for _, _, radius in _CAPSULES])


@dataclass(frozen=True, eq=False)
class Sight:
    """What one camera sees.

    Attributes:
        camera: who looks.
        pixels_px: (T, P, K, 2) true pixels, NaN behind the camera.
        visible: (T, P, K) whether inside the image and hidden by nothing.
        boxes_xyxy_px: (T, P, 4) about what is visible, inside the image; NaN where nothing is.
    """

    camera: Camera
    pixels_px: FloatArray
    visible: Mask
    boxes_xyxy_px: FloatArray

    @property
    def fractions(self) -> FloatArray:
        """(T, P) of a person's keypoints that are visible."""
        fractions: FloatArray = self.visible.mean(axis=2)
        return fractions

    @property
    def both_feet(self) -> Mask:
        """(T, P) whether two keypoints or more of each foot are visible."""
        feet = [
            [i for i in (f.ankle, f.heel, f.big_toe, f.small_toe) if i is not None]
            for f in COCO17_FEET.feet.values()
        ]
        seen: Mask = np.all([self.visible[..., foot].sum(axis=2) >= 2 for foot in feet], axis=0)
        return seen


def sight(crowd: Crowd, camera: Camera, obstacles: Sequence[Obstacle] = ()) -> Sight:
    """Return what a camera sees of a crowd."""
    shape = crowd.keypoints_m.shape[:3]
    points = camera.camera_from_factory.apply(crowd.keypoints_m.reshape(-1, 3))
    pixels = camera.model.project(points)
    visible = camera.model.contains(pixels)
    for obstacle in obstacles:
        there = np.flatnonzero(visible)
        hidden = _behind_box(camera.position_m, crowd.keypoints_m.reshape(-1, 3)[there], obstacle)
        visible[there[hidden]] = False
    pixels, visible = pixels.reshape(*shape, 2), visible.reshape(shape)
    depths = points[:, 2].reshape(shape)
    visible &= ~_hidden_by_people(crowd, camera, pixels, depths)
    return Sight(camera, pixels, visible, _boxes(camera, pixels, depths, visible))


def _behind_box(eye_m: FloatArray, points_m: FloatArray, obstacle: Obstacle) -> Mask:
    """Tell (N,) whether the box is between eye and points (N, 3): slabs (Kay and Kajiya 1986)."""
    c, s = np.cos(obstacle.yaw_rad), np.sin(obstacle.yaw_rad)
    box_from_factory = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    length, width, height = obstacle.size_m
    middle = np.array([obstacle.x_m, obstacle.y_m, height / 2])
    half = np.array([length, width, height]) / 2 - _TOUCH_M
    start = box_from_factory @ (eye_m - middle)
    step = (points_m - middle) @ box_from_factory.T - start
    step = np.where(np.abs(step) < 1e-9, 1e-9, step)
    one, other = (-half - start) / step, (half - start) / step
    enter = np.minimum(one, other).max(axis=1)
    leave = np.maximum(one, other).min(axis=1)
    behind: Mask = (enter < leave) & (leave > 0.0) & (enter < 1.0)
    return behind


def _hidden_by_people(
    crowd: Crowd, camera: Camera, pixels_px: FloatArray, depths_m: FloatArray
) -> Mask:
    """Tell (T, P, K) which keypoints are behind somebody, oneself included."""
    starts, ends = _axes(crowd.keypoints_m)
    hidden = np.zeros(pixels_px.shape[:3], dtype=bool)
    boxes = _boxes(camera, pixels_px, depths_m, depths_m > 0.0)
    for block in _blocks(len(crowd)):
        instant, person, other = _who_may_hide(boxes[block], depths_m[block])
        instant += block.start
        behind = _behind_capsules(
            camera.position_m,
            crowd.keypoints_m[instant, person][:, None],
            starts[instant, other][:, :, None],
            ends[instant, other][:, :, None],
        )
        np.logical_or.at(hidden, (instant, person), behind.any(axis=1))
    return hidden


def _blocks(count: int, size: int = 250) -> list[slice]:
    """Return slices of `count` instants that fit into memory together with what comes of them."""
    cuts = [*range(0, count, size), count]
    return [slice(a, b) for a, b in pairwise(cuts)]


def _who_may_hide(
    boxes_xyxy_px: FloatArray, depths_m: FloatArray
) -> tuple[Indices, Indices, Indices]:
    """Return instants, persons and those nearer, or the same, whose boxes overlap theirs."""
    low, high = boxes_xyxy_px[..., :2], boxes_xyxy_px[..., 2:]
    overlap = (low[:, :, None] < high[:, None]) & (low[:, None] < high[:, :, None])
    depth = depths_m.mean(axis=2)
    nearer = depth[:, None] <= depth[:, :, None]
    instant, person, other = np.nonzero(overlap.all(axis=3) & nearer)
    return instant, person, other


def _axes(keypoints_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where the capsules of keypoints (T, P, K, 3) begin and end, (T, P, 6, 3) each."""
    ends = [
        [keypoints_m[:, :, _indices(names)].mean(axis=2) for names in (start, end)]
        for start, end, _ in _CAPSULES
    ]
    first, second = (np.stack(side, axis=2) for side in zip(*ends, strict=True))
    return first, second


def _indices(names: Sequence[str]) -> list[int]:
    return [COCO17_FEET.keypoints.index(name) for name in names]


def _behind_capsules(
    eye_m: FloatArray, points_m: FloatArray, starts_m: FloatArray, ends_m: FloatArray
) -> Mask:
    """Tell (n, 6, K) which points (n, 1, K, 3) six capsules with axes (n, 6, 1, 3) hide.

    The line of sight comes within the radius of the axis, well before it ends in the point.
    Closest points of two segments: Ericson, Real-Time Collision Detection (2005), 5.1.9.
    """
    look, axis, offset = points_m - eye_m, ends_m - starts_m, eye_m - starts_m
    a, c = _dot(look, look), np.maximum(_dot(axis, axis), 1e-12)
    b, d, e = _dot(look, axis), _dot(look, offset), _dot(axis, offset)
    denominator = np.maximum(a * c - b * b, 1e-12)
    s = np.clip((b * e - c * d) / denominator, 0.0, 1.0)
    t = np.clip((b * s + e) / c, 0.0, 1.0)
    s = np.clip((b * t - d) / a, 0.0, 1.0)
    gap = offset + s[..., None] * look - t[..., None] * axis
    near: Mask = _dot(gap, gap) < _RADII_M[:, None] ** 2
    return near & ((1.0 - s) * np.sqrt(a) > _TOUCH_M)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    product: FloatArray = np.einsum("...i,...i->...", a, b)
    return product


def _boxes(camera: Camera, pixels_px: FloatArray, depths_m: FloatArray, shown: Mask) -> FloatArray:
    """Return boxes (T, P, 4) about the keypoints shown, with the flesh, inside the image."""
    px_per_m = camera.model.K[0, 0] / np.maximum(depths_m.mean(axis=2), 0.5)
    flesh = px_per_m[..., None] * _FLESH_M
    there = (shown & np.isfinite(pixels_px).all(axis=3))[..., None]
    low = np.where(there, pixels_px, np.inf).min(axis=2) - flesh[..., :2]
    high = np.where(there, pixels_px, -np.inf).max(axis=2) + flesh[..., 2:]
    far = np.array(camera.model.size) - 0.5
    boxes = np.concatenate([np.clip(low, -0.5, far), np.clip(high, -0.5, far)], axis=2)
    boxes[~there[..., 0].any(axis=2)] = np.nan
    return boxes
