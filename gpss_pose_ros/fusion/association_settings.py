"""What is assumed about people and keypoints when observations are associated."""

from dataclasses import dataclass

from gpss_pose_ros.parameters import require_finite


@dataclass(frozen=True)
class AssociationSettings:
    """How observations of several cameras are recognised as one person. All are above 0.

    Attributes:
        gate: largest squared Mahalanobis distance on the floor at which two observations may be
            one person; generous, as a wrong toe carries a person off farther than covariances
            tell (chi-square, 2 degrees of freedom: 13.8 keeps 99.9 %).
        max_distance_m: observations farther apart on the floor are not one person, in [m].
        body_distance_m: observations are candidates, too, if all joints together place them within
            this, in [m]: feet may be hidden.
        single_density_m2: people and false detections that only one of two cameras sees, in
            [1/m^2]; more of them need more evidence that two observations are one person.
        calibration_sigma_m: cameras disagree on a place by this, whatever the keypoints, as they
            are not calibrated and timed exactly, in [m].
        min_keypoint_score: keypoints below this are not used.
        min_keypoint_sigma: no keypoint is taken to be more exact, as a fraction of the longer
            side of the box; generous, as networks err more on a site than where they were measured.
        neighbour_gap_m: rays at two different persons nearby miss each other by this, in [m].
        independent_keypoints: the keypoints of a pose err together; never do they count for more
            than so many independent ones.
        max_height_m: no keypoint is higher above the floor, in [m].
    """

    gate: float = 25.0
    max_distance_m: float = 1.2
    body_distance_m: float = 0.6
    single_density_m2: float = 0.1
    calibration_sigma_m: float = 0.03
    min_keypoint_score: float = 0.3
    min_keypoint_sigma: float = 0.05
    neighbour_gap_m: float = 0.6
    independent_keypoints: float = 6.0
    max_height_m: float = 2.2

    def __post_init__(self) -> None:
        require_finite(self, "association", above_zero=True)
