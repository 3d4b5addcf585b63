"""Detections of nobody, counted image by image."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.evaluation.matching import assign
from gpss_pose_ros.evaluation.person_matches import MatchedInstant
from gpss_pose_ros.evaluation.person_record import TruePerson
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.types import FloatArray

SOMEBODY_IOU = 0.3
"""Of a box with a person, from which on it shows that person, however loosely it is drawn."""


def false_detections(
    matched: MatchedInstant, camera: str, least_iou: float = SOMEBODY_IOU
) -> npt.NDArray[np.intp]:
    """Return the indices of a camera's detections that match no person in its image.

    One to one: a second box on one person is false too. A person counts as soon as anything of
    them shows: finding them is never wrong.

    Args:
        matched: the instant.
        camera: name of the camera.
        least_iou: of a box with a person, for a match.
    """
    boxes = matched.found.boxes_xyxy_px[camera]
    persons = matched.truth.persons
    overlaps = np.array([_overlap(person, camera, boxes) for person in persons], dtype=np.float64)
    cost = 1.0 - overlaps.reshape(len(persons), len(boxes))
    right = {j for _, j in assign(cost, 1.0 - least_iou)}
    return np.array([j for j in range(len(boxes)) if j not in right], dtype=np.intp)


def camera_minutes(instants: Sequence[MatchedInstant], rate_hz: float) -> float:
    """Return how many minutes of one camera were looked at.

    A minute is as many processed images as a camera takes in one, at `rate_hz`: images dropped
    under load do not lower the rate of false detections.
    """
    return sum(len(m.found.boxes_xyxy_px) for m in instants) / rate_hz / 60.0


def _overlap(person: TruePerson, camera: str, boxes_xyxy_px: FloatArray) -> FloatArray:
    """Return the best IoU (N,) of detections with any of the person's boxes."""
    view = person.views.get(camera)
    right = np.empty((0, 4)) if view is None else view.boxes_xyxy_px
    overlap: FloatArray = intersection_over_union(right, boxes_xyxy_px).max(axis=0, initial=0.0)
    return overlap
