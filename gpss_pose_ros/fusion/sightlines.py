"""The rays along which several cameras see the keypoints of several persons.

Angles instead of pixels: once a pixel is a ray, nothing below needs to know the lens, and all
persons of all cameras are a few arrays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray, FloorObservation

IntArray = npt.NDArray[np.intp]

_BODY_M = 0.9
"""Where a person's middle is above the floor: first guess of how far away their keypoints are."""


@dataclass(frozen=True, eq=False)
class Sightlines:
    """K keypoints of G persons, each seen by at most C cameras; all zeros in unused places.

    Attributes:
        middles_m: (G, 3) about the middle of each person, factory frame.
        origins_m: (G, C, 3) centres of projection, relative to the person's middle.
        directions: (G, C, K, 3) unit rays, factory frame.
        scores: (G, C, K) in [0, 1]; 0 where a camera does not see a keypoint.
        sigmas_rad: (G, C) standard deviation of a keypoint of score 1.
    """

    middles_m: FloatArray
    origins_m: FloatArray
    directions: FloatArray
    scores: FloatArray
    sigmas_rad: FloatArray

    @classmethod
    def build(
        cls,
        groups: Sequence[Sequence[int]],
        observations: Sequence[FloorObservation],
        cameras: Mapping[str, Camera],
        count: int,
        min_sigma: float,
        min_score: float,
    ) -> "Sightlines":
        """Gather the rays of groups of observations.

        Args:
            groups: G of them, indices of observations.
            observations: those with another number of keypoints than K add no rays, nor do those
                of cameras that are not among `cameras`.
            cameras: by camera_id.
            count: K.
            min_sigma: no keypoint is more exact, as a fraction of the longer side of the box.
            min_score: keypoints below this are not seen.
        """
        slots = max((len(members) for members in groups), default=0)
        middles = _middles_m(groups, observations)
        shape = (len(groups), slots)
        origins, sigmas = np.zeros((*shape, 3)), np.zeros(shape)
        directions, scores = np.zeros((*shape, count, 3)), np.zeros((*shape, count))
        by_camera: dict[str, list[tuple[int, int, int]]] = {}
        for g, members in enumerate(groups):
            for c, i in enumerate(members):
                seen = observations[i]
                if seen.camera_id in cameras and 0 < count == len(seen.keypoint_scores):
                    by_camera.setdefault(seen.camera_id, []).append((g, c, i))
        for camera_id, places in by_camera.items():
            g, c, rows = np.array(places).T
            seen_by_it = [observations[i] for i in rows]
            origins[g, c] = cameras[camera_id].position_m - middles[g]
            directions[g, c], scores[g, c], extents = _rays(
                cameras[camera_id], seen_by_it, min_score
            )
            given = np.array([o.keypoint_sigma for o in seen_by_it])
            sigmas[g, c] = np.maximum(given, min_sigma) * extents
        return cls(middles, origins, directions, scores, sigmas)

    @property
    def distances_m(self) -> FloatArray:
        """About how far away (G, C) each person is from each camera."""
        distances: FloatArray = np.sqrt((self.origins_m**2).sum(axis=-1))
        return distances

    def mirrored(self, swapped: npt.NDArray[np.bool_], pairs: IntArray) -> "Sightlines":
        """Return the lines with left and right, `pairs` (Q, 2), traded where swapped (G, C)."""
        g, c = np.nonzero(swapped)
        if not len(g):
            return self
        directions, scores = self.directions.copy(), self.scores.copy()
        left, right = pairs.T
        for values in (directions, scores):
            there = values[g, c]
            there[:, left], there[:, right] = there[:, right], there[:, left]
            values[g, c] = there
        return Sightlines(self.middles_m, self.origins_m, directions, scores, self.sigmas_rad)


def _middles_m(
    groups: Sequence[Sequence[int]], observations: Sequence[FloorObservation]
) -> FloatArray:
    """Return about where the middle of each person is, (G, 3)."""
    middles = np.full((len(groups), 3), _BODY_M)
    if groups:
        places = np.array([observations[i].position_m for members in groups for i in members])
        counts = np.array([len(members) for members in groups])
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        middles[:, :2] = np.add.reduceat(places, starts) / counts[:, None]
    return middles


def _rays(
    camera: Camera, seen: Sequence[FloorObservation], min_score: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what one camera sees of n persons.

    Returns:
        Unit rays (n, K, 3) and scores (n, K), 0 where a keypoint is not seen; and the angles (n,)
        in [rad] that the longer sides of the boxes span.
    """
    pixels = np.array([o.keypoints_px for o in seen])
    scores = np.array([o.keypoint_scores for o in seen])
    n, count = pixels.shape[:2]
    ends = _ends(np.array([o.box_xyxy_px for o in seen]))
    _, rays = camera.rays(np.concatenate([pixels.reshape(-1, 2), ends.reshape(-1, 2)]))
    directions = rays[: n * count].reshape(n, count, 3)
    extents = np.linalg.norm(np.diff(rays[n * count :].reshape(n, 2, 3), axis=1)[:, 0], axis=1)
    known = np.isfinite(directions[..., 0]) & np.isfinite(extents)[:, None]
    known &= (scores >= min_score) & (scores > 0.0)
    return (
        np.where(known[..., None], directions, 0.0),
        np.where(known, np.minimum(scores, 1.0), 0.0),
        np.where(np.isfinite(extents), extents, 1.0),
    )


def _ends(boxes_xyxy_px: FloatArray) -> FloatArray:
    """Return the ends (n, 2, 2) of the line through the middle of each box along its longer side.

    A box is taken to be a pixel large at least.
    """
    low, high = boxes_xyxy_px[:, :2], boxes_xyxy_px[:, 2:]
    sides = np.maximum(high - low, 1.0)
    along = sides >= sides.max(axis=1, keepdims=True)
    half = np.where(along, sides, 0.0) / 2.0
    middles = (low + high) / 2.0
    return np.stack([middles - half, middles + half], axis=1)
