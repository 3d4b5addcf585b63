"""The joints of observed persons as rays in the factory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.association_settings import AssociationSettings
from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import FloatArray

IntArray = npt.NDArray[np.intp]

_SIDES = ("left", "right")
_HEIGHTS_M = {
    "nose": 1.6,
    **{f"{side}_shoulder": 1.4 for side in _SIDES},
    **{f"{side}_elbow": 1.1 for side in _SIDES},
    **{f"{side}_wrist": 0.9 for side in _SIDES},
    **{f"{side}_hip": 0.93 for side in _SIDES},
    **{f"{side}_knee": 0.5 for side in _SIDES},
    **{f"{side}_ankle": 0.09 for side in _SIDES},
}
"""The J joints that are compared, with their heights above the floor in a standing adult, in [m].

Eyes, ears, heels and toes err with their neighbours: they would cost time and tell nothing new.
"""

_JOINTS = tuple(_HEIGHTS_M)
_JOINTS_OF = {
    len(s): np.array([s.keypoints.index(joint) for joint in _JOINTS]) for s in SKELETONS.values()
}
"""Where a skeleton has the joints; the number of keypoints tells which skeleton it is."""

EXCHANGED = np.array(
    [
        _JOINTS.index(
            joint.replace("left", "right") if "left" in joint else joint.replace("right", "left")
        )
        for joint in _JOINTS
    ]
)
"""(J,) which joint stands in the place of which when left and right are exchanged."""


@dataclass(frozen=True, eq=False)
class JointRays:
    """Rays at J joints of N persons; coordinates come first, as each is computed on by itself.

    Attributes:
        origins: (3, N) in the factory frame, in [m].
        directions: (3, N, J) unit vectors, or several sets of them, (3, ..., N, J); NaN where a
            joint is not seen.
        sigmas_rad: (N,) standard deviation of the directions.
    """

    origins: FloatArray
    directions: FloatArray
    sigmas_rad: FloatArray

    def only(self, persons: IntArray) -> "JointRays":
        """Return the rays at the given persons, in that order."""
        return JointRays(
            self.origins[:, persons], self.directions[:, persons], self.sigmas_rad[persons]
        )

    def both_ways(self) -> "JointRays":
        """Return the rays as they are, and as they are if left is right: (3, 2, N, J)."""
        ways = np.stack([self.directions, self.directions[:, :, EXCHANGED]], axis=1)
        return JointRays(self.origins, ways, self.sigmas_rad)

    def places_m(self) -> FloatArray:
        """Return where each person stands (N, 2), were every joint at its usual height; or NaN.

        The mean over the joints, steep rays first: coarse, but feet that are hidden or wrong hardly
        move it.
        """
        down = self.directions[2]
        along = (np.array(list(_HEIGHTS_M.values())) - self.origins[2][:, None]) / down
        known = (along > 0.0) & (down < 0.0)
        weights = np.where(known, down**2, 0.0)
        steps = np.where(known, along * down**2 * self.directions[:2], 0.0)
        with np.errstate(invalid="ignore"):  # 0 / 0 where nothing is known
            places: FloatArray = (self.origins[:2] + steps.sum(axis=2) / weights.sum(axis=1)).T
        return places


def joint_rays(rays: KeypointRays, settings: AssociationSettings) -> JointRays:
    """Return the rays at the joints of N observations; none where their skeleton is not known.

    Args:
        rays: at all their keypoints.
        settings: which keypoints count, and how exact they are.
    """
    directions = np.full((3, len(rays.counts), len(_JOINTS)), np.nan)
    for count in set(rays.counts.tolist()) & set(_JOINTS_OF):
        rows, joints = np.flatnonzero(rays.counts == count)[:, None], _JOINTS_OF[count]
        seen = rays.scores[rows, joints] >= settings.min_keypoint_score
        directions[:, rows[:, 0]] = np.where(seen, rays.directions[:, rows, joints], np.nan)
    sigmas = np.maximum(rays.keypoint_sigmas, settings.min_keypoint_sigma)
    return JointRays(rays.origins_m, directions, sigmas * rays.sides_rad)
