"""What of a person a camera truly sees, by the depth of what was rendered.

K keypoints, order of skeleton "coco17_feet"; S points on the person's surface.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.simulation.state import View
from gpss_pose_ros.types import FloatArray, Side

OUTSIDE, HIDDEN, VISIBLE = 0, 1, 2
"""COCO's visibility: outside the image, hidden by oneself or by others, and visible."""

_BURIED_M = {
    "nose": 0.04,
    "eye": 0.04,
    "ear": 0.05,
    "shoulder": 0.12,
    "elbow": 0.08,
    "wrist": 0.06,
    "hip": 0.16,
    "knee": 0.10,
    "ankle": 0.08,
    "big_toe": 0.08,
    "small_toe": 0.08,
    "heel": 0.08,
}
"""How far below the surface of a clothed body a visible keypoint may lie: joints are inside."""
_SURFACE_M = 0.03
_CELL_M = 0.06
_SMALLEST_CELL_PX = 2.0
_NINE = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)])
_FLESH_M = 0.35
_KEYPOINTS = skeleton("coco17_feet")
_FEET = {
    side: [
        index
        for index in (foot.ankle, foot.heel, foot.big_toe, foot.small_toe)
        if index is not None
    ]
    for side, foot in _KEYPOINTS.feet.items()
}
_ALLOWANCES_M = np.array(
    [_BURIED_M[k.removeprefix("left_").removeprefix("right_")] for k in _KEYPOINTS.keypoints]
)


@dataclass(frozen=True, eq=False)
class PersonTruth:
    """One person in one image.

    Attributes:
        person_id: who.
        keypoints_px: (K, 2), NaN behind the camera.
        visibility: (K,) int, OUTSIDE, HIDDEN or VISIBLE.
        box_xyxy_px: (4,) about what is visible; NaN where nothing is.
        amodal_box_xyxy_px: (4,) about the whole person, hidden parts and those outside the image
            included; NaN where none of it is near the image.
        visible_fraction: of the area that an unobstructed view from here would show, in [0, 1].
    """

    person_id: int
    keypoints_px: FloatArray
    visibility: npt.NDArray[np.int64]
    box_xyxy_px: FloatArray
    amodal_box_xyxy_px: FloatArray
    visible_fraction: float

    def foot_visible(self, side: Side) -> bool:
        """Tell whether at least two of a foot's ankle, heel, big and small toe are visible."""
        return int((self.visibility[_FEET[side]] == VISIBLE).sum()) >= 2


def person_truth(
    person_id: int, keypoints_m: FloatArray, surface_m: FloatArray, camera: Camera, view: View
) -> PersonTruth:
    """Return what of a person shows in a view.

    Args:
        person_id: who.
        keypoints_m: (K, 3) factory frame.
        surface_m: (S, 3) points all over the surface, a few centimetres apart, factory frame.
        camera: who looks.
        view: what it sees.
    """
    keypoints_px, keypoint_depths = camera.project(keypoints_m), _depth_of(camera, keypoints_m)
    if not _near_image(keypoints_px, keypoint_depths, camera):
        nowhere = np.full(4, np.nan)
        outside = np.full(len(keypoints_m), OUTSIDE)
        return PersonTruth(person_id, keypoints_px, outside, nowhere, nowhere, 0.0)
    surface_px = camera.project(surface_m)
    depth = _depth_of(camera, surface_m)
    seen = _depth_at(view, surface_px) >= depth - _SURFACE_M
    return PersonTruth(
        person_id,
        keypoints_px,
        keypoint_visibility(keypoints_px, keypoint_depths, camera, view),
        _box(surface_px[seen]),
        _box(surface_px[~np.isnan(surface_px[:, 0])]),
        _visible_fraction(surface_px, depth, seen, camera),
    )


def keypoint_visibility(
    keypoints_px: FloatArray, depths_m: FloatArray, camera: Camera, view: View
) -> npt.NDArray[np.int64]:
    """Return COCO's visibility (K,) of keypoints at their pixels (K, 2) and depths (K,).

    A keypoint is visible where the farthest surface of the nine pixels about it is not nearer to
    the camera than the keypoint by more than it may be buried in the body.
    """
    inside = camera.model.contains(keypoints_px)
    around = keypoints_px[:, None] + _NINE
    surfaces = _depth_at(view, around.reshape(-1, 2)).reshape(-1, len(_NINE)).max(axis=1)
    visible = surfaces >= depths_m - _ALLOWANCES_M
    return np.where(inside, np.where(visible, VISIBLE, HIDDEN), OUTSIDE)


def _depth_of(camera: Camera, points_m: FloatArray) -> FloatArray:
    """Return the depth (N,) of factory points (N, 3) along the optical axis, in [m]."""
    depth: FloatArray = camera.camera_from_factory.apply(points_m)[:, 2]
    return depth


def _near_image(keypoints_px: FloatArray, depths_m: FloatArray, camera: Camera) -> bool:
    """Tell whether something of the person may show: a keypoint is in the image, or nearly."""
    margin_px = _FLESH_M * float(camera.model.K[0, 0]) / max(float(depths_m.min()), 0.1)
    beyond = np.maximum(-keypoints_px, keypoints_px - camera.model.size).max(axis=1)
    return bool((beyond < margin_px).any())


def _depth_at(view: View, pixels_px: FloatArray) -> FloatArray:
    """Return the rendered depth (N,) at pixels (N, 2); -inf outside the image."""
    height, width = view.depth_m.shape
    u, v = pixels_px.T
    inside = (u > -0.5) & (u < width - 0.5) & (v > -0.5) & (v < height - 0.5)
    depth: FloatArray = np.full(len(pixels_px), -np.inf)
    x, y = np.rint(pixels_px[inside]).astype(np.int64).T
    depth[inside] = view.depth_m[y, x]
    return depth


def _box(pixels_px: FloatArray) -> FloatArray:
    """Return left, top, right, bottom of pixels (N, 2); NaN of none."""
    if not len(pixels_px):
        return np.full(4, np.nan)
    return np.concatenate([pixels_px.min(axis=0), pixels_px.max(axis=0)])


def _visible_fraction(
    pixels_px: FloatArray, depth_m: FloatArray, seen: npt.NDArray[np.bool_], camera: Camera
) -> float:
    """Return the share of the person's outline that is seen.

    The image is cut into cells as large as the gaps between surface points; the nearest point of
    each cell stands for it.
    """
    there = np.flatnonzero(np.isfinite(pixels_px[:, 0]))
    if not len(there):
        return 0.0
    middle = float(np.median(depth_m[there]))
    cell_px = max(_SMALLEST_CELL_PX, _CELL_M * float(camera.model.K[0, 0]) / middle)
    nearest_first = there[np.argsort(depth_m[there])]
    cells = np.floor(pixels_px[nearest_first] / cell_px).astype(np.int64)
    _, first = np.unique(cells[:, 0] * 2**32 + cells[:, 1], return_index=True)
    return float(seen[nearest_first[first]].mean())
