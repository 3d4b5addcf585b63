import json

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.training.labels import read_labels

SKELETON = skeleton("coco17_feet")


def person(image, box, visibility=2, **more):
    keypoints = [value for _ in SKELETON.keypoints for value in (5.0, 6.0, visibility)]
    return {"image_id": image, "bbox": box, "keypoints": keypoints, **more}


def write(folder, annotations, keypoints=SKELETON.keypoints):
    images = [{"id": i, "file_name": f"{i}.jpg", "view": ("top", "side")[i]} for i in range(2)]
    categories = [{"keypoints": list(keypoints)}]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "train.json").write_text(json.dumps(document))


def test_persons_come_with_their_image(tmp_path):
    write(tmp_path, [person(1, [10, 20, 30, 40], iscrowd=1), person(1, [0, 0, 1, 1])])
    empty, full = read_labels(tmp_path, "train", SKELETON)
    assert empty.boxes_xyxy_px.shape == (0, 4)
    assert empty.keypoints_px.shape == (0, 23, 2)
    assert (empty.from_above, full.from_above) == (True, False)
    assert full.ignored.tolist() == [True, False]
    assert full.path == tmp_path / "train" / "images" / "1.jpg"


def test_a_box_of_one_pixel_has_the_area_of_one(tmp_path):
    # The file's box goes from the first pixel's centre to the last one's.
    write(tmp_path, [person(0, [10, 20, 0, 0])])
    box = read_labels(tmp_path, "train", SKELETON)[0].boxes_xyxy_px[0]
    assert np.prod(box[2:] - box[:2]) == 1.0
    assert ((box[:2] + box[2:]) / 2.0).tolist() == [10, 20]


def test_another_skeleton_is_refused(tmp_path):
    write(tmp_path, [], keypoints=SKELETON.keypoints[::-1])
    with pytest.raises(ConfigurationError, match="not those of coco17_feet"):
        read_labels(tmp_path, "train", SKELETON)


def test_what_is_wrong_with_a_file_is_said(tmp_path):
    with pytest.raises(ConfigurationError, match="gpss dataset"):
        read_labels(tmp_path, "val", SKELETON)
    (tmp_path / "val.json").write_text("[")
    with pytest.raises(ConfigurationError, match="not a COCO keypoint file"):
        read_labels(tmp_path, "val", SKELETON)
    write(tmp_path, [])
    with pytest.raises(ConfigurationError, match="missing, or not an image"):
        read_labels(tmp_path, "train", SKELETON)[0].read()
