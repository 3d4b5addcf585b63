"""Pose estimation with a network that sees: it finds dots by their colour, wherever the crop is."""

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.perception.codecs import codec
from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.perception.pose_estimator import TopDownEstimator
from gpss_pose_ros.types import Detections

BUNDLED = Path(__file__).parents[3] / "config" / "models"
RTMPOSE = load_model_description("rtmpose_s", [BUNDLED])
FAMILIES = pytest.mark.parametrize("family", ["heatmap", "dark", "simcc", "movenet"])
K = 17
# One shade of blue a keypoint.
GREYS = np.arange(K) * 13 + 30


class DotNetwork:
    """Gives the middle of each dot it sees, in the family's own way of writing."""

    inference_ns = 0

    def __init__(self, description):
        self.codec = codec(description.family, description.input.size)
        self.spec = description.input
        self.batches = []

    def run(self, batch):
        self.batches.append(len(batch))
        mean, std = (np.array(v)[:, None, None] for v in (self.spec.mean, self.spec.std))
        pixels = batch * std + mean
        # Dots are red with their grey in blue: a network fed BGR would see none.
        places = [[self._dot(p, grey) for grey in GREYS] for p in pixels]
        outputs = self.codec.encode(np.array(places))
        lost = np.isnan(np.array(places)).any(axis=-1)
        for tensor in outputs:
            target = tensor[:, 0] if tensor.shape[1] == 1 else tensor
            target[lost] = 0.0
        return outputs

    @staticmethod
    def _dot(rgb, grey):
        # The ratio survives the mixing with black at a dot's rim.
        seen = (rgb[0] > 120) & (np.abs(rgb[2] * 255 / np.maximum(rgb[0], 1) - grey) < 5)
        rows, columns = np.nonzero(seen)
        return [columns.mean(), rows.mean()] if len(rows) else [np.nan, np.nan]


def person(centre, turn_rad=0.0):
    """Keypoints of a figure about 400 px tall, and its box."""
    upright = np.empty((K, 2))
    upright[[5, 6, 15, 16]] = [[40, -190], [-40, -190], [30, 190], [-30, 190]]
    others = np.setdiff1d(np.arange(K), [5, 6, 15, 16])
    upright[others] = [[x, y] for y in range(-140, 141, 70) for x in (-55, 3, 52)][: len(others)]
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    points = upright @ np.array([[c, s], [-s, c]]) + centre
    return points, np.concatenate([points.min(axis=0) - 20, points.max(axis=0) + 20])


def picture(*people):
    image = np.zeros((700, 1000, 3), np.uint8)
    for points in people:
        for point, grey in zip(points, GREYS, strict=True):
            place = tuple(int(v) for v in np.rint(point * 16))
            cv2.circle(image, place, 8 * 16, (int(grey), 0, 255), -1, shift=4)
    return image


def found(boxes):
    return Detections(np.reshape(boxes, (-1, 4)), np.ones(len(boxes)))


def described(family, **changes):
    return dataclasses.replace(RTMPOSE, family=family, **changes)


@FAMILIES
def test_keypoints_return_to_the_pixels_they_were_drawn_at(family):
    description = described(family)
    points, box = person((300, 320))
    estimator = TopDownEstimator(DotNetwork(description), description)
    poses = estimator.estimate([picture(points)], [found([box])])[0]
    # Two input pixels at most from the crop (1.9 px), a heatmap's quarter offset included.
    assert np.abs(poses.keypoints_px[0] - points).max() < 4.0
    assert np.abs((poses.keypoints_px[0] - points).mean(axis=0)).max() < 1.0
    assert (poses.scores > 0.5).all()


def test_all_persons_of_all_images_go_in_one_batch_and_return_in_order():
    description = described("simcc")
    (a, box_a), (b, box_b), (c, box_c) = person((200, 320)), person((700, 330)), person((500, 300))
    network = DotNetwork(description)
    images = [picture(a, b), picture(), picture(c)]
    detections = [found([box_b, box_a]), found([]), found([box_c])]
    poses = TopDownEstimator(network, description).estimate(images, detections)
    assert network.batches == [3]
    assert [len(p) for p in poses] == [2, 0, 1]
    for estimate, truth in zip(
        [*poses[0].keypoints_px, *poses[2].keypoints_px], [b, a, c], strict=True
    ):
        assert np.abs(estimate - truth).max() < 4.0
    for estimate, given in zip(poses, detections, strict=True):
        np.testing.assert_array_equal(estimate.detections.boxes_xyxy_px, given.boxes_xyxy_px)


@pytest.mark.parametrize("turn", [-2.0, -0.5, 0.0, 0.5, 1.5, 3.0])
def test_the_upright_pass_follows_a_body_that_leans(turn):
    description = described("simcc", refine="upright")
    points, box = person((500, 340), turn)
    network = DotNetwork(description)
    poses = TopDownEstimator(network, description).estimate([picture(points)], [found([box])])[0]
    assert network.batches == [1, 1]
    assert np.abs(poses.keypoints_px[0] - points).max() < 4.0


def test_without_shoulders_or_ankles_there_is_no_second_pass():
    description = described("simcc", refine="upright")
    points, box = person((500, 340))
    network = DotNetwork(description)
    points[15:17] = -500.0
    poses = TopDownEstimator(network, description).estimate([picture(points)], [found([box])])[0]
    assert network.batches == [1]
    assert (poses.scores[0, 15:17] == 0.0).all()


def test_what_a_network_gives_as_nan_is_absent():
    class Broken(DotNetwork):
        def run(self, batch):
            triples = np.ones((len(batch), 1, K, 3), np.float32)
            triples[:, :, 4, 0] = np.nan
            triples[:, :, 7, 2] = np.nan
            return (triples,)

    description = described("movenet")
    points, box = person((300, 320))
    pose = TopDownEstimator(Broken(description), description).estimate(
        [picture(points)], [found([box])]
    )[0]
    absent = np.isnan(pose.keypoints_px[0]).all(axis=-1)
    assert np.flatnonzero(absent).tolist() == [4, 7]
    assert np.array_equal(pose.scores[0] == 0.0, absent)


def test_keypoints_beyond_the_skeleton_are_dropped():
    description = described("movenet", network_keypoints=K + 2)

    class Larger(DotNetwork):
        def run(self, batch):
            return (np.full((len(batch), 1, K + 2, 3), 0.5, np.float32),)

    _, box = person((300, 320))
    pose = TopDownEstimator(Larger(description), description).estimate([picture()], [found([box])])
    assert pose[0].keypoints_px.shape == (1, K, 2)


def test_a_box_without_area_is_survived():
    description = described("simcc")
    pose = TopDownEstimator(DotNetwork(description), description).estimate(
        [picture()], [found([[50.0, 50.0, 50.0, 50.0]])]
    )
    assert np.isfinite(pose[0].keypoints_px).all()


def test_images_and_detections_must_pair_up():
    with pytest.raises(InputError, match="1 images, but detections of 0"):
        TopDownEstimator(DotNetwork(RTMPOSE), RTMPOSE).estimate([picture()], [])


def test_it_tells_by_which_score_it_takes_somebody_for_a_person():
    """Zero unless the description says otherwise: then nobody is found by asking."""
    estimator = TopDownEstimator(DotNetwork(RTMPOSE), described("simcc", person_threshold=0.15))
    assert estimator.person_threshold == 0.15
    assert TopDownEstimator(DotNetwork(RTMPOSE), described("simcc")).person_threshold == 0.0
