"""How well published keypoints in space agree with the images they came from."""

from collections.abc import Mapping

import numpy as np

from gpss_pose_ros.evaluation.replay_record import PublishedPerson, ReplayRecord, SeenPerson
from gpss_pose_ros.geometry.camera import Camera

_FIRST_BODY_KEYPOINT = 5  # COCO 0-4 are the face
_BODY_KEYPOINTS = 17
_MIN_SCORE = 0.3


def reprojection_errors_px(record: ReplayRecord, cameras: Mapping[str, Camera]) -> list[float]:
    """Return the distances between body keypoints as seen and as reprojected, in [px].

    Every camera that saw the person with a score of at least 0.3 counts, also one whose keypoint
    was rejected as an outlier when triangulating.
    """
    errors: list[float] = []
    for stamp, published in record.results.items():
        for person in (p for p in published.persons if p.seen):
            for camera_id in person.camera_ids:
                seen = _observation(record.observations.get(stamp, ()), camera_id, person)
                if seen is not None:
                    errors += _errors(person, seen, cameras[camera_id])
    return errors


def _observation(
    observations: tuple[SeenPerson, ...], camera_id: str, person: PublishedPerson
) -> SeenPerson | None:
    """Return the camera's observation that stands nearest to the person."""
    own = [o for o in observations if o.camera_id == camera_id]
    return min(
        own, key=lambda o: float(np.hypot(*(o.position_m - person.position_m))), default=None
    )


def _errors(person: PublishedPerson, seen: SeenPerson, camera: Camera) -> list[float]:
    body = slice(_FIRST_BODY_KEYPOINT, _BODY_KEYPOINTS)
    distances = np.linalg.norm(
        camera.project(person.keypoints_m[body]) - seen.keypoints_px[body], axis=1
    )
    sure = (seen.keypoint_scores[body] >= _MIN_SCORE) & np.isfinite(distances)
    return [float(d) for d in distances[sure]]
