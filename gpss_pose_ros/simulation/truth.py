"""What of a person a camera truly sees, by the depth of what was rendered.

P persons; K keypoints, order of skeleton "coco17_feet"; S points on the person's surface.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.simulation.state import PersonState, View
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
_BITS = 21
_MOST_CELLS = 2 ** (_BITS - 1)
_FEET = {
    side: [
        index
        for index in (foot.ankle, foot.heel, foot.big_toe, foot.small_toe)
        if index is not None
    ]
    for side, foot in COCO17_FEET.feet.items()
}
_ALLOWANCES_M = np.array(
    [_BURIED_M[k.removeprefix("left_").removeprefix("right_")] for k in COCO17_FEET.keypoints]
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


def persons_truth(
    persons: Sequence[PersonState], surfaces_m: Sequence[FloatArray], camera: Camera, view: View
) -> tuple[PersonTruth, ...]:
    """Return what of each person shows in a view.

    Args:
        persons: who.
        surfaces_m: of each, (S, 3) points all over the surface, a few centimetres apart, factory
            frame.
        camera: who looks.
        view: what it sees.
    """
    keypoints = np.concatenate([np.empty((0, 3)), *(person.keypoints_m for person in persons)])
    keypoints_px, depths_m = _projected(camera, keypoints)
    visibility = keypoint_visibility(keypoints_px, depths_m, camera, view)
    shape = (len(persons), len(_ALLOWANCES_M))
    pixels = keypoints_px.reshape(*shape, 2)
    near = _near_image(pixels, depths_m.reshape(shape), camera)
    outlines = _outlines([s for s, n in zip(surfaces_m, near, strict=True) if n], camera, view)
    return tuple(
        _truth(person.person_id, px, v, next(outlines) if n else None, camera)
        for person, px, v, n in zip(persons, pixels, visibility.reshape(shape), near, strict=True)
    )


def keypoint_visibility(
    keypoints_px: FloatArray, depths_m: FloatArray, camera: Camera, view: View
) -> npt.NDArray[np.int64]:
    """Return COCO's visibility (P K,) of P persons' keypoints at pixels (P K, 2), depths (P K,).

    A keypoint is visible where the farthest surface of the nine pixels about it is not nearer to
    the camera than the keypoint by more than it may be buried in the body.
    """
    inside = camera.model.contains(keypoints_px)
    around = keypoints_px[:, None] + _NINE
    surfaces = _depth_at(view, around.reshape(-1, 2)).reshape(-1, len(_NINE)).max(axis=1)
    persons = len(keypoints_px) // len(_ALLOWANCES_M)
    visible = surfaces >= depths_m - np.tile(_ALLOWANCES_M, persons)
    return np.where(inside, np.where(visible, VISIBLE, HIDDEN), OUTSIDE)


class _Outline(NamedTuple):
    """Surface points' pixels (S, 2), depths (S,) in [m], and whether each is seen (S,)."""

    pixels_px: FloatArray
    depths_m: FloatArray
    seen: npt.NDArray[np.bool_]


def _outlines(surfaces_m: Sequence[FloatArray], camera: Camera, view: View) -> Iterator[_Outline]:
    """Yield how the surfaces (S, 3) of persons show."""
    if not surfaces_m:
        return
    pixels_px, depths_m = _projected(camera, np.concatenate(surfaces_m))
    seen = _depth_at(view, pixels_px) >= depths_m - _SURFACE_M
    cuts = np.cumsum([len(surface) for surface in surfaces_m])
    for end, surface in zip(cuts, surfaces_m, strict=True):
        here = slice(end - len(surface), end)
        yield _Outline(pixels_px[here], depths_m[here], seen[here])


def _truth(
    person_id: int,
    keypoints_px: FloatArray,
    visibility: npt.NDArray[np.int64],
    outline: _Outline | None,
    camera: Camera,
) -> PersonTruth:
    """Return a person's truth; nothing of it shows without an outline."""
    if outline is None:
        nowhere, outside = np.full(4, np.nan), np.full(len(keypoints_px), OUTSIDE)
        return PersonTruth(person_id, keypoints_px, outside, nowhere, nowhere, 0.0)
    return PersonTruth(
        person_id,
        keypoints_px,
        visibility,
        _box(outline.pixels_px[outline.seen]),
        _box(outline.pixels_px[~np.isnan(outline.pixels_px[:, 0])]),
        _visible_fraction(outline, camera),
    )


def _projected(camera: Camera, points_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return pixels (N, 2) and depths along the optical axis (N,) in [m] of factory points."""
    points = camera.camera_from_factory.apply(points_m)
    return camera.model.project(points), points[:, 2]


def _near_image(
    keypoints_px: FloatArray, depths_m: FloatArray, camera: Camera
) -> npt.NDArray[np.bool_]:
    """Tell (P,) of whom something may show: a keypoint (P, K, 2) is in the image, or nearly."""
    margin_px = _FLESH_M * camera.model.K[0, 0] / np.maximum(depths_m.min(axis=1), 0.1)
    beyond = np.maximum(-keypoints_px, keypoints_px - camera.model.size).max(axis=2)
    near: npt.NDArray[np.bool_] = (beyond < margin_px[:, None]).any(axis=1)
    return near


def _depth_at(view: View, pixels_px: FloatArray) -> FloatArray:
    """Return the rendered depth (N,) at pixels (N, 2); -inf outside the image."""
    height, width = view.depth_m.shape
    x, y = np.rint(np.ascontiguousarray(pixels_px.T))
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    depth: FloatArray = np.full(len(pixels_px), -np.inf)
    depth[inside] = view.depth_m.ravel()[(y * width + x)[inside].astype(np.int64)]
    return depth


def _box(pixels_px: FloatArray) -> FloatArray:
    """Return left, top, right, bottom of pixels (N, 2); NaN of none."""
    if not len(pixels_px):
        return np.full(4, np.nan)
    columns = np.ascontiguousarray(pixels_px.T)
    return np.concatenate([columns.min(axis=1), columns.max(axis=1)])


def _visible_fraction(outline: _Outline, camera: Camera) -> float:
    """Return the share of the person's outline that is seen.

    The image is cut into cells as large as the gaps between surface points; the nearest point of
    each cell stands for it. One sort of cells and, within them, of depth ranks finds it.
    """
    there = np.flatnonzero(np.isfinite(outline.pixels_px[:, 0]))
    if not len(there):
        return 0.0
    nearest_first = there[outline.depths_m[there].argsort()]
    middle = outline.depths_m[nearest_first[[(len(there) - 1) // 2, len(there) // 2]]].mean()
    cell_px = max(_SMALLEST_CELL_PX, _CELL_M * camera.model.K[0, 0] / middle)
    cells = np.floor(outline.pixels_px[nearest_first] / cell_px)
    x, y = np.clip(cells, -_MOST_CELLS, _MOST_CELLS - 1, out=cells).T.astype(np.int64)
    keys = (x << 2 * _BITS) + (y << _BITS) + np.arange(len(there))
    keys.sort()
    cell = keys >> _BITS
    first = np.flatnonzero(cell[1:] != cell[:-1]) + 1
    nearest = np.append(keys[:1], keys[first]) & (2**_BITS - 1)
    return np.count_nonzero(outline.seen[nearest_first[nearest]]) / len(nearest)
