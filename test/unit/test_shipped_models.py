"""The shipped models see the people in the hall of the demo, who are strangers to them."""

from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import SetupError
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.perception.load import load_detector, load_pose_estimator
from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.simulation.world_file import load_world
from gpss_pose_ros.types import Detections

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "config" / "models", ROOT / "models"]
INSTANTS_S = (1.0, 6.0, 11.0)
LEAST_SHOWN = 0.6  # of a person: whom nothing much hides


@pytest.fixture(scope="module")
def scenes():
    """Images, and the truth of the persons in them who can be seen well."""
    from gpss_pose_ros.simulation.factory import Factory

    try:
        factory = Factory(load_world(ROOT / "config" / "worlds" / "demo.yaml"))
    except SetupError as error:
        pytest.skip(str(error))
    found = []
    for t_s in INSTANTS_S:
        state = factory.state(t_s)
        for camera in factory.cameras:
            view = factory.render(camera, t_s)
            truth = factory.truth(camera, view, state)
            clear = [p for p in truth if p.visible_fraction >= LEAST_SHOWN]
            if clear:
                found.append((view.pixels, clear))
    factory.close()
    return found


def shipped(name, load):
    return load(load_model_description(name, FOLDERS), FOLDERS)


def test_the_detector_finds_most_of_them(scenes):
    detector = shipped(PoseSettings().detector, load_detector)
    overlaps = []
    for pixels, persons in scenes:
        (detections,) = detector.detect([pixels])
        boxes = np.array([person.box_xyxy_px for person in persons])
        iou = intersection_over_union(boxes, detections.boxes_xyxy_px)
        overlaps += iou.max(axis=1, initial=0.0).tolist()
    assert len(overlaps) > 30
    assert np.mean(np.array(overlaps) > 0.5) > 0.6


def test_the_pose_estimator_places_feet_where_they_are(scenes):
    estimator = shipped(PoseSettings().pose_model, load_pose_estimator)
    feet = [
        i for i, name in enumerate(estimator.skeleton.keypoints) if "toe" in name or "heel" in name
    ]
    relative = []
    for pixels, persons in scenes:
        boxes = np.array([person.box_xyxy_px for person in persons])
        (poses,) = estimator.estimate([pixels], [Detections(boxes, np.ones(len(boxes)))])
        for person, box, points in zip(persons, boxes, poses.keypoints_px, strict=True):
            seen = [i for i in feet if person.visibility[i] == 2]
            gaps = np.linalg.norm(points[seen] - person.keypoints_px[seen], axis=1)
            relative += (gaps / (box[2:] - box[:2]).max()).tolist()
    assert len(relative) > 100
    assert np.median(relative) < 0.1
