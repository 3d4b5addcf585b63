"""Detectors behind a network that is known: what it writes must come out as boxes in the image."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import ModelError
from gpss_pose_ros.perception.detector import LetterboxDetector
from gpss_pose_ros.perception.model_description import load_model_description

BUNDLED = Path(__file__).parents[3] / "config" / "models"
YOLOX = load_model_description("yolox_nano", [BUNDLED])
RTMDET = load_model_description("rtmdet_nano", [BUNDLED])
IMAGE = np.zeros((1040, 780, 3), np.uint8)
SCALE = 416 / 1040
PERSON = np.array([100.0, 200.0, 300.0, 700.0])
OTHER = np.array([400.0, 100.0, 600.0, 900.0])


class Network:
    """A network that gives the same tensors whatever it sees, one row per image."""

    inference_ns = 0

    def __init__(self, *outputs):
        self.outputs = outputs

    def run(self, batch):
        assert len(batch) == len(self.outputs[0])
        return self.outputs


def yolox_rows(*objects):
    """Write (box in input pixels, class, score) as a raw YOLOX output, each at its own anchor."""
    rows = np.zeros((3549, 85), np.float32)
    for box, label, score, stride, first in objects:
        cells = 416 // stride
        centre, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        x, y = (centre // stride).astype(int)
        row = rows[first + y * cells + x]
        row[:2] = centre / stride - [x, y]
        row[2:4] = np.log(size / stride)
        row[4], row[5 + label] = 0.9, score / 0.9
    return rows


def test_yolox_gives_persons_in_image_pixels_once_and_best_first():
    second_sight = PERSON + 6.0
    rows = yolox_rows(
        (PERSON * SCALE, 0, 0.6, 8, 0),
        (second_sight * SCALE, 0, 0.5, 16, 52 * 52),
        (OTHER * SCALE, 0, 0.8, 32, 52 * 52 + 26 * 26),
        (PERSON * SCALE + 60.0, 56, 0.8, 8, 0),
    )
    found = LetterboxDetector(Network(rows[None]), YOLOX).detect([IMAGE])[0]
    # Networks measure from the edge of the first pixel, we from its centre.
    assert np.allclose(found.boxes_xyxy_px, np.array([OTHER, PERSON]) - 0.5, atol=0.01)
    assert np.allclose(found.scores, [0.8, 0.6], atol=1e-5)


def test_detections_stay_with_their_image():
    rows = np.stack([yolox_rows(), yolox_rows((PERSON * SCALE, 0, 0.6, 8, 0))])
    found = LetterboxDetector(Network(rows), YOLOX).detect([IMAGE, IMAGE])
    assert [len(f) for f in found] == [0, 1]


def test_boxes_are_clipped_to_the_image():
    rows = yolox_rows((np.array([-50.0, 20.0, 500.0, 600.0]), 0, 0.9, 32, 52 * 52 + 26 * 26))
    box = LetterboxDetector(Network(rows[None]), YOLOX).detect([IMAGE])[0].boxes_xyxy_px[0]
    assert np.allclose(box, [-0.5, 20 / SCALE - 0.5, 779.5, 1039.5], atol=0.01)


@pytest.mark.parametrize("description", [YOLOX, RTMDET], ids=["yolox with nms inside", "rtmdet"])
def test_a_network_with_nms_inside_is_filtered_by_score(description):
    scale = description.input.size[1] / 1040
    rows = np.array([[*PERSON * scale, 0.9], [*OTHER * scale, 0.1], [0, 0, 0, 0, 0]], np.float32)
    network = Network(rows[None], np.zeros((1, 3), np.int64))
    found = LetterboxDetector(network, description).detect([IMAGE])[0]
    assert np.allclose(found.boxes_xyxy_px, [PERSON - 0.5], atol=0.01)


def test_rtmdet_drops_other_classes():
    rows = np.array([[*PERSON * 0.3, 0.9], [*OTHER * 0.3, 0.8]], np.float32)
    found = LetterboxDetector(Network(rows[None], np.array([[2, 0]])), RTMDET).detect([IMAGE])[0]
    assert np.allclose(found.scores, [0.8])


@pytest.mark.parametrize("column", [0, 2, 4, 5])
def test_a_network_that_gives_nan_is_a_fault_not_an_empty_floor(column):
    rows = yolox_rows((PERSON * SCALE, 0, 0.6, 8, 0))
    rows[rows[:, 4] > 0, column] = np.nan
    with pytest.raises(ModelError, match="not finite"):
        LetterboxDetector(Network(rows[None]), YOLOX).detect([IMAGE])


def test_a_person_class_the_network_lacks_is_named():
    description = dataclasses.replace(YOLOX, person_class=80)
    with pytest.raises(ModelError, match=r"person_class is 80, but .* has 80 classes"):
        LetterboxDetector(Network(yolox_rows()[None]), description).detect([IMAGE])


def test_no_images_no_detections():
    assert LetterboxDetector(Network(), YOLOX).detect([]) == []
