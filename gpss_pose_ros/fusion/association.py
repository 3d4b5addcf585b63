"""Which observations of several cameras are one person: candidates, evidence, assignment.

Observations that are close on the floor are candidates. For each candidate pair, floor and keypoint
rays say how much likelier one person is than two. A clustering then takes all pairs together, so
that who is one person with whom is consistent over all cameras. Nothing is trained on a site.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.fusion.affinity import floor_evidence, joint_evidence, place_evidence
from gpss_pose_ros.fusion.association_rays import JointRays, joint_rays
from gpss_pose_ros.fusion.association_settings import AssociationSettings
from gpss_pose_ros.fusion.clustering import clustered
from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray, FloorObservation

__all__ = ["AssociationSettings", "associate"]

_REPULSION = 7.0
"""What two observations that are no candidates count against being one person."""

IntArray = npt.NDArray[np.intp]


def associate(
    observations: Sequence[FloorObservation],
    cameras: Mapping[str, Camera],
    settings: AssociationSettings,
    rays: KeypointRays | None = None,
) -> list[list[int]]:
    """Return the indices of the observations that are one person, person by person.

    Every index is in exactly one group, and no group has two observations of one camera. Groups
    come in the order of their first observation, their members ascending. The order in which the
    observations are given changes nothing else.

    Args:
        observations: of one instant, of any number of cameras; with or without keypoints.
        cameras: by camera_id, at that instant.
        settings: gates and assumptions.
        rays: of the observations, if the caller needs them, too.

    Raises:
        InputError: an observation is of a camera that `cameras` lacks.
    """
    for observation in observations:
        if observation.camera_id not in cameras:
            raise InputError(unknown_choice("camera", observation.camera_id, cameras))
    order = _by_value(observations)
    ordered = [observations[i] for i in order]
    places = {name: rank for rank, name in enumerate(sorted({o.camera_id for o in ordered}))}
    camera_of = np.array([places[o.camera_id] for o in ordered], dtype=np.intp)
    rays = (rays or KeypointRays.of(observations, cameras)).only(order)
    pairs, evidence = _evidence(ordered, camera_of, joint_rays(rays, settings), settings)
    labels = clustered(pairs, evidence, camera_of, _REPULSION)
    groups: dict[int, list[int]] = {}
    for i, label in sorted(zip(order, labels.tolist(), strict=True)):
        groups.setdefault(label, []).append(i)
    return list(groups.values())


def _evidence(
    observations: Sequence[FloorObservation],
    camera_of: IntArray,
    rays: JointRays,
    settings: AssociationSettings,
) -> tuple[IntArray, FloatArray]:
    """Return candidate pairs (P, 2) and (P,) log likelihood ratios: one person against two.

    Candidates are near each other on the floor, or, where feet are hidden, by all their joints.
    """
    positions = np.array([o.position_m for o in observations]).reshape(-1, 2)
    bodies = rays.places_m()
    by_floor = _near_pairs(positions, camera_of, settings.max_distance_m)
    inside = floor_evidence(observations, by_floor, settings)[1] <= settings.gate
    by_body = _near_pairs(bodies, camera_of, settings.body_distance_m)
    pairs = _each_once(np.concatenate([by_floor[inside], by_body]), len(observations))
    on_floor, _ = floor_evidence(observations, pairs, settings)
    by_place = place_evidence(on_floor, bodies, pairs, settings)
    places = np.where(np.isfinite(bodies), bodies, positions)
    return pairs, by_place + joint_evidence(rays, places, pairs, settings)


def _near_pairs(positions_m: FloatArray, camera_of: IntArray, max_distance_m: float) -> IntArray:
    """Return pairs (P, 2) of positions (N, 2) of different cameras within a distance."""
    known = np.flatnonzero(np.isfinite(positions_m).all(axis=1))
    if len(known) < 2:
        return np.empty((0, 2), dtype=np.intp)
    found = cKDTree(positions_m[known]).query_pairs(max_distance_m, output_type="ndarray")
    pairs = np.sort(known[found], axis=1)
    different: IntArray = pairs[camera_of[pairs[:, 0]] != camera_of[pairs[:, 1]]]
    return different


def _each_once(pairs: IntArray, count: int) -> IntArray:
    """Return the pairs (P, 2) of `count` observations sorted, each once."""
    return np.column_stack(np.divmod(np.unique(pairs[:, 0] * count + pairs[:, 1]), count))


def _by_value(observations: Sequence[FloorObservation]) -> list[int]:
    """Return the order of the observations that follows from what they say, not from how given."""
    if not observations:
        return []
    boxes = np.array([o.box_xyxy_px for o in observations])
    positions = np.array([o.position_m for o in observations])
    names = np.array([o.camera_id for o in observations])
    order: list[int] = np.lexsort((*positions.T, *boxes.T, names)).tolist()
    return order
