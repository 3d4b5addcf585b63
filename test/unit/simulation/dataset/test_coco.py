import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.dataset.coco import (
    PERSON_CATEGORY,
    annotation_record,
    document,
    image_record,
)
from gpss_pose_ros.simulation.truth import PersonTruth

MODEL = CameraModel(np.diag([300.0, 300.0, 1.0]), np.zeros(5), "plumb_bob", (640, 480))
CAMERA = Camera("c", MODEL, Transform(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 4.0]))
IMAGE = image_record(7, "000007.jpg", CAMERA, "top", 3)


def seen(keypoints_px, visibility, box, fraction):
    return PersonTruth(0, keypoints_px, visibility, np.asarray(box), np.zeros(4), fraction)


places = st.floats(-50.0, 700.0)


@given(
    arrays(float, (23, 2), elements=places),
    arrays(int, 23, elements=st.integers(0, 2)),
    st.tuples(places, places, places, places),
    st.floats(0.0, 1.0),
)
def test_an_annotation_is_valid_coco(keypoints, visibility, corners, fraction):
    box = np.sort(np.reshape(corners, (2, 2)), axis=0).ravel()
    person = json.loads(
        json.dumps(annotation_record(IMAGE, 2, seen(keypoints, visibility, box, fraction)))
    )
    x, y, width, height = person["bbox"]
    assert min(x, y, width, height) >= 0
    assert x + width <= 639.011
    assert y + height <= 479.011
    triples = np.reshape(person["keypoints"], (23, 3))
    assert person["num_keypoints"] == (visibility > 0).sum()
    assert (triples[visibility == 0] == 0).all()
    np.testing.assert_allclose(triples[visibility > 0, :2], keypoints[visibility > 0], atol=0.006)
    assert (triples[:, 2] == visibility).all()
    assert person["image_id"] == IMAGE["id"]


def test_what_cannot_be_found_is_to_be_ignored():
    def ignored(box, fraction):
        points, visibility = np.full((23, 2), 20.0), np.full(23, 2)
        truth = seen(points, visibility, box, fraction)
        return annotation_record(IMAGE, 0, truth)["iscrowd"]

    assert not ignored([10.0, 10.0, 30.0, 60.0], 0.5)
    assert ignored([10.0, 10.0, 30.0, 60.0], 0.02)
    assert ignored([10.0, 10.0, 18.0, 20.0], 1.0)
    assert not ignored([10.0, 10.0, 15.0, 30.0], 1.0)


def test_a_document_is_in_the_order_of_its_images():
    records = [
        {"image": {"id": i}, "annotations": [{"id": 100 * i, "image_id": i}]} for i in (4, 0, 2)
    ]
    content = document(records, "test")
    assert [image["id"] for image in content["images"]] == [0, 2, 4]
    assert [a["image_id"] for a in content["annotations"]] == [0, 2, 4]
    assert content == document(records[::-1], "test")
    assert len(content["categories"][0]["keypoints"]) == 23
    edges = np.array(PERSON_CATEGORY["skeleton"])
    assert edges.min() == 1
    assert edges.max() == 23


def test_the_calibration_survives_json():
    stored = json.loads(json.dumps(IMAGE))["camera"]
    model = CameraModel(stored["K"], stored["distortion"], stored["model"], (640, 480))
    camera = Camera("c", model, Transform.from_matrix(stored["factory_from_camera"]))
    point = [[0.3, -0.2, 0.9]]
    np.testing.assert_array_equal(camera.project(point), CAMERA.project(point))
