"""When a camera counts as moved."""

from dataclasses import dataclass

from gpss_pose_ros.parameters import require_finite


@dataclass(frozen=True)
class DriftSettings:
    """When a camera counts as moved.

    Attributes:
        period_s: people are compared this often at most, in [s].
        memory_s: time of people walking after which evidence counts 1/e, in [s].
        min_people_s: nothing is said of a camera that has seen people together with others for
            less, in [s] of one person; standing still hardly counts.
        max_translation_m: a camera that moved farther than this has drifted, in [m].
        max_rotation_rad: a camera that turned more than this has drifted, in [rad].
        position_sigma_m: of a good calibration along each axis, in [m].
        rotation_sigma_rad: of a good calibration about each axis, in [rad].
        significance: chi-square (6 degrees of freedom) by which a motion must explain what is seen
            better than no motion does.
        min_keypoint_score: keypoints below this are not compared.
        keypoint_sigma: no keypoint is taken to err less, as a fraction of the box's longer side;
            who is seen by a network that errs more counts for less.
        points_per_person: as many independent points a person is worth in a second.
    """

    period_s: float = 1.0
    memory_s: float = 25.0
    min_people_s: float = 10.0
    max_translation_m: float = 0.02
    max_rotation_rad: float = 0.012
    position_sigma_m: float = 0.015
    rotation_sigma_rad: float = 0.003
    significance: float = 20.0
    min_keypoint_score: float = 0.3
    keypoint_sigma: float = 0.02
    points_per_person: float = 20.0

    def __post_init__(self) -> None:
        require_finite(self, "drift", above_zero=True)
