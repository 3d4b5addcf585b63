"""What heels and toes bring over ankles alone: the same observations, with and without them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gpss_pose_ros.evaluation.person_errors import FeetErrors, feet_errors, person_matches
from gpss_pose_ros.evaluation.person_matches import match_instants
from gpss_pose_ros.evaluation.person_record import FoundInstant, FoundPerson, TrueInstant
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.fusion.merge import merge
from gpss_pose_ros.fusion.observe import observe
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import KEYPOINT_SIGMA, Detections, FloorObservation, Poses2D, TrackStatus

Observed = Mapping[int, Sequence[FloorObservation]]  # by capture stamp of the set, in [ns]


def foot_keypoint_gain(
    truth: Sequence[TrueInstant],
    observed: Observed,
    cameras: Mapping[str, Camera],
    skeleton: Skeleton,
    settings: FusionSettings,
    keypoint_sigma: float = KEYPOINT_SIGMA,
) -> dict[str, FeetErrors]:
    """Return the errors of the feet from ankles alone, and from all foot keypoints.

    Both come from the same poses of the same persons, placed and merged anew, without tracking;
    only feet of persons with both feet visible in a camera count.

    Args:
        truth: who was there.
        observed: what each camera saw.
        cameras: by camera_id.
        skeleton: order of the observations' keypoints.
        settings: as the pipeline had them.
        keypoint_sigma: as in Poses2D.
    """
    ankles = {stamp: _ankles_alone(seen, skeleton) for stamp, seen in observed.items()}
    ways = {"ankles alone": ankles, "heels, toes and ankles": observed}
    return {
        name: _errors(truth, _placed(way, cameras, skeleton, settings, keypoint_sigma))
        for name, way in ways.items()
    }


def _ankles_alone(
    observations: Iterable[FloorObservation], skeleton: Skeleton
) -> list[FloorObservation]:
    hidden = [
        index
        for foot in skeleton.feet.values()
        for index in (foot.heel, foot.big_toe, foot.small_toe)
        if index is not None
    ]
    result = []
    for observation in observations:
        scores = observation.keypoint_scores.copy()
        scores[hidden] = 0.0
        result.append(replace(observation, keypoint_scores=scores))
    return result


def _placed(
    observed: Observed,
    cameras: Mapping[str, Camera],
    skeleton: Skeleton,
    settings: FusionSettings,
    keypoint_sigma: float,
) -> list[FoundInstant]:
    """Return everybody, placed on the floor and merged anew from their keypoints."""
    instants = []
    for stamp_ns, observations in observed.items():
        again = [
            placed
            for camera_id in sorted({o.camera_id for o in observations})
            for placed in observe(
                cameras[camera_id],
                stamp_ns,
                poses_of(
                    [o for o in observations if o.camera_id == camera_id],
                    keypoint_sigma,
                ),
                skeleton,
                settings.observation,
            ).observations
        ]
        persons = tuple(
            FoundPerson(i, TrackStatus.CONFIRMED, p.position_m, p.feet, p.keypoints_m, p.camera_ids)
            for i, p in enumerate(merge(again, cameras, settings.merge))
        )
        instants.append(FoundInstant(stamp_ns, persons))
    return instants


def poses_of(
    observations: Sequence[FloorObservation], keypoint_sigma: float = KEYPOINT_SIGMA
) -> Poses2D:
    """Return the poses that one camera's observations were made from."""
    return Poses2D(
        np.array([o.keypoints_px for o in observations]),
        np.array([o.keypoint_scores for o in observations]),
        Detections(
            np.array([o.box_xyxy_px for o in observations]),
            np.array([o.score for o in observations]),
        ),
        keypoint_sigma,
    )


def _errors(truth: Sequence[TrueInstant], found: Sequence[FoundInstant]) -> FeetErrors:
    matches = person_matches(match_instants(truth, found))
    return feet_errors(p for p in matches if p.truth.cameras_with_feet)
