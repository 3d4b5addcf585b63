"""What a keypoint's score says of its error.

Measured on the validation images of gpss_pose: where the score is 0.95, heels and toes err by 1.8 %
of the box, at 0.65 by 4.4 % and at 0.35 by 8.7 %, which is the power -1.5 of the score.
"""

import numpy as np

from gpss_pose_ros.types import FloatArray

USUAL_SCORE = 0.63
"""At which a keypoint errs as much as its network's `keypoint_sigma` says."""
_POWER = 1.5


def error_factor(scores: FloatArray) -> FloatArray:
    """Return how many times `keypoint_sigma` keypoints of scores (...), above 0, err."""
    factor: FloatArray = np.power(USUAL_SCORE / scores, _POWER)
    return factor
