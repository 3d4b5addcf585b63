"""What a keypoint's score says of its error.

Measured on the validation images of gpss_pose: where the score is 0.95, heels and toes err by 1.3 %
of the box, at 0.82 by 2.2 %, at 0.65 by 3.5 % and at 0.35 by 7.9 % (medians, and more have gone
astray the lower the score is), which is about the power -2 of the score.
"""

import numpy as np

from gpss_pose_ros.types import FloatArray

USUAL_SCORE = 0.63
"""At which a keypoint errs as much as its network's `keypoint_sigma` says."""
_POWER = 2.0


def error_factor(scores: FloatArray) -> FloatArray:
    """Return how many times `keypoint_sigma` keypoints of scores (...) err.

    That of a score of 1 for those without a score, which are not used.
    """
    sure = np.where(scores > 0.0, scores, 1.0)
    factor: FloatArray = np.power(USUAL_SCORE / sure, _POWER)
    return factor
