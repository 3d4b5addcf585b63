"""The joints of observed persons as rays in the factory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.association_settings import AssociationSettings
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.types import FloatArray, FloorObservation

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
        directions: (3, N, J) unit vectors; NaN where a joint is not seen.
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

    def exchanged(self) -> "JointRays":
        """Return the rays as they are if left is right."""
        return JointRays(self.origins, self.directions[:, :, EXCHANGED], self.sigmas_rad)

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


def joint_rays(
    observations: Sequence[FloorObservation],
    cameras: Mapping[str, Camera],
    settings: AssociationSettings,
) -> JointRays:
    """Return the rays at the joints of N observations; none where their skeleton is not known.

    Those of one camera are back-projected in one call.

    Args:
        observations: N of them.
        cameras: by camera_id.
        settings: which keypoints count, and how exact they are.
    """
    pixels = _joint_pixels(observations, settings.min_keypoint_score)
    boxes = np.array([o.box_xyxy_px for o in observations]).reshape(-1, 4)
    names = np.array([o.camera_id for o in observations])
    seen = np.isfinite(pixels).all(axis=2)
    origins = np.empty((3, len(names)))
    directions = np.full((3, *seen.shape), np.nan)
    pixel_rad = np.empty(len(names))
    for name in np.unique(names).tolist():
        camera, rows = cameras[name], names == name
        chosen = seen & rows[:, None]
        origins[:, rows] = camera.position_m[:, None]
        directions[:, chosen] = camera.rays(pixels[chosen])[1].T
        pixel_rad[rows] = 1.0 / np.sqrt(camera.model.K[0, 0] * camera.model.K[1, 1])
    sides_px = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0.0)
    sigmas = np.array([max(o.keypoint_sigma, settings.min_keypoint_sigma) for o in observations])
    return JointRays(origins, directions, sigmas * sides_px * pixel_rad)


def _joint_pixels(observations: Sequence[FloorObservation], min_score: float) -> FloatArray:
    """Return (N, J, 2); NaN where a joint is not seen well enough."""
    pixels = np.full((len(observations), len(_JOINTS), 2), np.nan)
    counts = np.array([len(o.keypoint_scores) for o in observations], dtype=np.intp)
    for count in set(counts.tolist()) & set(_JOINTS_OF):
        joints, rows = _JOINTS_OF[count], np.flatnonzero(counts == count).tolist()
        scores = np.array([observations[i].keypoint_scores for i in rows])[:, joints]
        given = np.array([observations[i].keypoints_px for i in rows])[:, joints]
        pixels[rows] = np.where((scores >= min_score)[..., None], given, np.nan)
    return pixels
