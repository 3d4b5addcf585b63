"""One person from everything that several cameras say about them.

    groups of FloorObservations -> rays -> sides put right -> keypoints in space -> feet -> position

All persons of an instant go through each step together: a step costs a few calls of numpy, not a
few for each person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.feet import Feet, FeetSettings, fused_feet
from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.fusion.place import PlaceSettings, agreed_place, places
from gpss_pose_ros.fusion.points import Points, between
from gpss_pose_ros.fusion.sides import mirrored_cameras
from gpss_pose_ros.fusion.sightlines import Sightlines
from gpss_pose_ros.fusion.skeleton import Skeletons, SkeletonSettings, triangulated
from gpss_pose_ros.fusion.wardrobe import mean_look
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.perception.skeleton import SKELETONS, Skeleton
from gpss_pose_ros.types import FloatArray, FloorObservation, PersonObservation

_SKELETONS = {len(s): s for s in SKELETONS.values()}
"""By the number of keypoints, which tells a skeleton."""
_FLIP_PAIRS = {len(s): np.array(s.flip_pairs, dtype=np.intp) for s in SKELETONS.values()}


@dataclass(frozen=True)
class PersonSettings:
    """How the observations of one person become one.

    Attributes:
        swap_margin: a camera whose left and right are the wrong way round for the others is put
            right where that is exp(swap_margin) times as likely.
        common_sigma_m: error that all cameras share, which no number of them averages away, in [m].
        skeleton: how keypoints are triangulated.
        feet: how feet are placed.
        place: where a person stands.
    """

    swap_margin: float = 6.0
    common_sigma_m: float = 0.012
    skeleton: SkeletonSettings = field(default_factory=SkeletonSettings)
    feet: FeetSettings = field(default_factory=FeetSettings)
    place: PlaceSettings = field(default_factory=PlaceSettings)

    def __post_init__(self) -> None:
        require_finite(self, "person")


def person(
    members: Sequence[FloorObservation], cameras: Mapping[str, Camera], settings: PersonSettings
) -> PersonObservation:
    """Return the one person that `members`, at most one a camera, all show."""
    (one,) = persons([range(len(members))], members, cameras, settings)
    return one


def persons(
    groups: Sequence[Sequence[int]],
    observations: Sequence[FloorObservation],
    cameras: Mapping[str, Camera],
    settings: PersonSettings,
    rays: KeypointRays | None = None,
) -> tuple[PersonObservation, ...]:
    """Return one PersonObservation a group, in their order.

    One camera alone places a person on the floor, which is then assumed: no keypoint is in space,
    and no foot says `triangulated`.

    Args:
        groups: indices of the observations that are one person, each at most one a camera.
        observations: of one instant, of any number of cameras. Those with fewer keypoints than
            others (a detector alone has none) count on the floor only.
        cameras: by camera_id, at that instant.
        settings: assumptions.
        rays: of the observations, if the caller has them already.
    """
    several = [
        sorted(members, key=lambda i: observations[i].camera_id)  # so that no order matters
        for members in groups
        if len(members) > 1
    ]
    rays = rays or KeypointRays.of(observations, cameras)
    count = rays.scores.shape[1]
    together = iter(_together(several, observations, rays, settings))
    return tuple(
        next(together) if len(members) > 1 else _alone(observations[members[0]], count)
        for members in groups
    )


def _alone(member: FloorObservation, count: int) -> PersonObservation:
    """Return what one camera alone says."""
    return PersonObservation(
        stamp_ns=member.stamp_ns,
        position_m=member.position_m,
        covariance_m2=member.covariance_m2,
        feet=dict(member.feet),
        score=member.score,
        camera_ids=(member.camera_id,),
        keypoints_m=np.full((count, 3), np.nan),
        keypoint_scores=np.zeros(count),
        colours=member.colours,
        may_be_new=member.may_be_new,
    )


def _together(
    groups: Sequence[Sequence[int]],
    observations: Sequence[FloorObservation],
    rays: KeypointRays,
    settings: PersonSettings,
) -> list[PersonObservation]:
    """Return the persons that two cameras or more see."""
    if not groups:
        return []
    known = settings.skeleton
    positions = np.array([o.position_m for o in observations])
    lines = Sightlines.build(
        groups, rays, positions, known.min_keypoint_sigma, known.min_keypoint_score
    )
    skeleton = _SKELETONS.get(lines.scores.shape[2])
    pairs = _FLIP_PAIRS.get(lines.scores.shape[2], np.empty((0, 2), dtype=np.intp))
    mirrored = mirrored_cameras(lines, pairs, settings.swap_margin)
    skeletons = triangulated(lines.mirrored(mirrored, pairs), known)
    members = [[observations[i] for i in group] for group in groups]
    sided, common_m = _sided(members, mirrored), settings.common_sigma_m
    feet = fused_feet(skeletons, skeleton, sided, settings.feet, common_m)
    hips = _hips(skeletons, skeleton).widened(common_m)
    stand = places(feet, hips, settings.place, common_m)
    spread = skeletons.covariances_m2 + np.eye(3) * common_m**2
    return [
        _person(
            seen,
            feet[g],
            (stand.positions_m[g], stand.covariances_m2[g])
            if placed
            else agreed_place(seen, common_m),
            (skeletons.points_m[g], skeletons.scores[g], spread[g]),
        )
        for g, (seen, placed) in enumerate(zip(members, stand.known.tolist(), strict=True))
    ]


def _sided(
    members: Sequence[Sequence[FloorObservation]], mirrored: npt.NDArray[np.bool_]
) -> list[list[Feet]]:
    """Return the feet of every member, by the side that the cameras agreed on."""
    return [
        [
            {side.other: foot for side, foot in m.feet.items()} if is_mirrored else m.feet
            for m, is_mirrored in zip(seen, cameras, strict=False)  # the rest is padding
        ]
        for seen, cameras in zip(members, mirrored.T.tolist(), strict=True)
    ]


def _hips(skeletons: Skeletons, skeleton: Skeleton | None) -> Points:
    """Return the middle of each person's hips."""
    if skeleton is None:
        return Points.none(len(skeletons.points_m), 3)
    (hips,) = skeletons.joints((skeleton.index("left_hip"), skeleton.index("right_hip")))
    return between(hips[:, 0], hips[:, 1])


def _person(
    seen: Sequence[FloorObservation],
    feet: Feet,
    place: tuple[FloatArray, FloatArray],
    keypoints: tuple[FloatArray, FloatArray, FloatArray],
) -> PersonObservation:
    return PersonObservation(
        stamp_ns=min(m.stamp_ns for m in seen),
        position_m=place[0],
        covariance_m2=place[1],
        feet=feet,
        score=max(m.score for m in seen),
        camera_ids=tuple(m.camera_id for m in seen),
        keypoints_m=keypoints[0],
        keypoint_scores=keypoints[1],
        keypoint_covariances_m2=keypoints[2],
        colours=mean_look([m.colours for m in seen if m.colours is not None]),
        may_be_new=any(m.may_be_new for m in seen),
    )
