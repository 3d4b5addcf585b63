"""What the simulated factory looks like at one instant, and what a camera sees of it.

B bones, K keypoints. Everything is in the factory frame.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.body_pose import BodyPose, bone_transforms, keypoints_m, soles_m
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.types import FloatArray, ImageArray


@dataclass(frozen=True, eq=False)
class PersonState:
    """One person at one instant.

    Attributes:
        person_id: which member of the cast.
        body: whose surface it is.
        transforms: (B, 4, 4) factory_from_bone.
        keypoints_m: (23, 3) in [m], order of skeleton "coco17_feet".
        soles_m: (2, 3) left, right: the middle of the sole's underside, in [m].
    """

    person_id: int
    body: Body
    transforms: FloatArray
    keypoints_m: FloatArray
    soles_m: FloatArray

    @classmethod
    def of(cls, person_id: int, body: Body, pose: BodyPose) -> "PersonState":
        """Return the state of `body` in `pose`."""
        transforms = bone_transforms(body, pose)
        return cls(
            person_id, body, transforms, keypoints_m(body, transforms), soles_m(body, transforms)
        )


@dataclass(frozen=True)
class RobotState:
    """One robot at one instant.

    Attributes:
        name: of the robot.
        x_m, y_m: position of its centre, in [m].
        yaw_rad: heading, in [rad].
        v_mps: speed forward, in [m/s].
    """

    name: str
    x_m: float
    y_m: float
    yaw_rad: float
    v_mps: float


@dataclass(frozen=True, eq=False)
class FactoryState:
    """Everybody and everything that moves, at one instant."""

    persons: tuple[PersonState, ...]
    robots: tuple[RobotState, ...]
    props: tuple[Prop, ...]


@dataclass(frozen=True, eq=False)
class View:
    """What one camera sees at one instant.

    Attributes:
        pixels: (H, W, 3) uint8 BGR.
        depth_m: (H, W) float32 depth along the optical axis, in [m]; inf where nothing is.
    """

    pixels: ImageArray
    depth_m: npt.NDArray[np.float32]
