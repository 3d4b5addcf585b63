"""Networks on a dataset of files: right answers are perfect, each mistake has its figure."""

import json
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.dataset_figures import dataset_figures, look_at
from gpss_pose_ros.evaluation.dataset_images import read_dataset
from gpss_pose_ros.perception.skeleton import COCO17_FEET, SKELETONS
from gpss_pose_ros.types import Detections, Poses2D

K = len(COCO17_FEET)
VIEWS = ("top", "top", "side", "top")
PERSONS = (2, 1, 3, 0)


def annotation(number, image, rng, crowd=0):
    keypoints = rng.uniform(10.0, 200.0, (K, 2)).round(2)
    low, high = keypoints.min(axis=0), keypoints.max(axis=0)
    visibility = rng.integers(0, 3, (K, 1))
    visibility[0] = 2
    triples = np.where(visibility > 0, np.hstack([keypoints, visibility]), 0.0)
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "bbox": [*low.tolist(), *(high - low).tolist()],
        "area": float((high - low).prod()),
        "keypoints": triples.ravel().tolist(),
        "iscrowd": crowd,
    }


@pytest.fixture
def folder(tmp_path):
    """A dataset of which image k is of grey level 10 k."""
    rng = np.random.default_rng(11)
    (tmp_path / "test" / "images").mkdir(parents=True)
    images, annotations = [], []
    for k, (view, count) in enumerate(zip(VIEWS, PERSONS, strict=True)):
        name = f"{k:06d}.png"
        grey = np.full((240, 240, 3), 10 * k, np.uint8)
        cv2.imwrite(str(tmp_path / "test" / "images" / name), grey)
        images.append({"id": k, "file_name": name, "width": 240, "height": 240, "view": view})
        annotations += [annotation(10 * k + i, k, rng) for i in range(count)]
    categories = [{"id": 1, "name": "person", "keypoints": list(COCO17_FEET.keypoints)}]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (tmp_path / "test.json").write_text(json.dumps(document))
    return tmp_path


@dataclass
class Eyes:
    """Networks that know the truth of each image, but for what a test spoils."""

    images: tuple
    skeleton = COCO17_FEET
    missed: tuple[int, ...] = ()
    invented: tuple[int, ...] = ()
    shift_px: float = 0.0
    inference_ns = 0

    def detect(self, pixels):
        return [self._detections(image[0, 0, 0] // 10) for image in pixels]

    def _detections(self, k):
        boxes = self.images[k].truth.boxes_xyxy_px
        boxes = boxes[:0] if k in self.missed else boxes
        if k in self.invented:
            boxes = np.vstack([[200.0, 200.0, 240.0, 240.0], boxes])
        return Detections(boxes, np.linspace(0.9, 0.5, len(boxes)))

    def estimate(self, pixels, detections):
        (image,), (found,) = pixels, detections
        truth = self.images[image[0, 0, 0] // 10].truth
        poses = np.full((len(found), K, 2), 230.0)
        for row, box in zip(poses, found.boxes_xyxy_px, strict=True):
            for i in np.flatnonzero((truth.boxes_xyxy_px == box).all(axis=1)):
                row[:] = truth.keypoints_px[i] + [self.shift_px, 0.0]
        indices = [COCO17_FEET.index(name) for name in self.skeleton.keypoints]
        return [Poses2D(poses[:, indices], np.ones((len(found), len(indices))), found)]


def values(folder, skeleton=COCO17_FEET, **spoilt):
    images = read_dataset(folder, "test")
    eyes = Eyes(images, **spoilt)
    eyes.skeleton = skeleton
    return {f.name: f.value for f in dataset_figures([look_at(i, eyes, eyes) for i in images])}


@pytest.mark.parametrize("skeleton", ["coco17_feet", "coco17"])
def test_the_truth_is_perfect(folder, skeleton):
    found = values(folder, SKELETONS[skeleton])
    assert (found["top_images"], found["side_images"]) == (3, 1)
    for view in ("top", "side"):
        for name in ("oks_ap", "oks_ap_true_boxes", "box_ap50", "box_recall50"):
            assert found[f"{view}_{name}"] == 1.0
        assert found[f"{view}_feet_px_p95"] == 0.0


def test_a_missed_image_costs_its_view_alone(folder):
    found = values(folder, missed=(1,))
    assert found["top_box_recall50"] == pytest.approx(2 / 3)
    assert found["top_oks_ap"] < 1.0
    assert found["top_oks_ap_true_boxes"] == found["side_oks_ap"] == 1.0


def test_somebody_invented_in_an_empty_image_costs_precision(folder):
    found = values(folder, invented=(3,))
    assert found["top_box_recall50"] == 1.0
    assert found["top_box_ap50"] < 1.0
    assert found["top_oks_ap"] < 1.0


def test_feet_are_measured_in_pixels(folder):
    assert values(folder, shift_px=3.0)["top_feet_px_median"] == pytest.approx(3.0)


def test_persons_to_be_ignored_need_not_be_found(folder):
    path = folder / "test.json"
    document = json.loads(path.read_text())
    for person in document["annotations"]:
        person["iscrowd"] = int(person["image_id"] == 1)
    path.write_text(json.dumps(document))
    for missed in ((), (1,)):
        found = values(folder, missed=missed)
        assert found["top_oks_ap"] == found["top_box_ap50"] == 1.0


@pytest.mark.parametrize("text", ["", "{}", '{"categories": [{"keypoints": ["nose"]}]}'])
def test_a_file_that_is_no_dataset_of_ours_is_named(tmp_path, text):
    with pytest.raises(ConfigurationError, match=r"test\.json"):
        read_dataset(tmp_path, "test")
    (tmp_path / "test.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"test\.json"):
        read_dataset(tmp_path, "test")


def test_an_image_that_is_missing_is_named(folder):
    image = read_dataset(folder, "test")[0]
    image.path.unlink()
    with pytest.raises(ConfigurationError, match=image.path.name):
        image.pixels()
