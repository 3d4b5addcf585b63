"""What is said of a camera's place."""

from dataclasses import dataclass
from enum import Enum

from gpss_pose_ros.types import FloatArray


class DriftState(Enum):
    """What is known of a camera's place."""

    UNKNOWN = "unknown"
    """Too few people were seen by it and another camera."""
    STEADY = "steady"
    MOVED = "moved"
    DISAGREES = "disagrees"
    """It or another camera moved: what is seen does not tell which."""


@dataclass(frozen=True, eq=False)
class CameraDrift:
    """How far a camera is from where its calibration says, in the factory frame.

    Attributes:
        camera_id: the camera.
        state: the verdict.
        rivals: cameras that may have moved in its place; empty unless it DISAGREES.
        translation_m: (3,) of the camera since it was calibrated, in [m].
        rotation_rad: (3,) axis times angle, in [rad].
        sigma: (6,) standard deviations of translation in [m] and rotation in [rad].
        floor_residual_m: (2,) its floor positions less those of the others, mean, in [m]; NaN where
            it was not compared.
        people_s: for how long people were compared, fading, in [s] of one person.
    """

    camera_id: str
    state: DriftState
    rivals: tuple[str, ...]
    translation_m: FloatArray
    rotation_rad: FloatArray
    sigma: FloatArray
    floor_residual_m: FloatArray
    people_s: float

    @property
    def moved(self) -> bool:
        """Whether this camera, and no other, must have moved."""
        return self.state is DriftState.MOVED

    @property
    def accused(self) -> bool:
        """Whether this camera moved, or may have."""
        return self.state in (DriftState.MOVED, DriftState.DISAGREES)
