"""The losses are lowest where the networks are right, by the decoders of inference."""
# ruff: noqa: E402  # nothing of the package that imports torch comes before the check

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: requirements/train.txt")

from gpss_pose_ros.perception.codecs import HeatmapCodec
from gpss_pose_ros.perception.detector_families import decode_yolox
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.training.boxes import generalised_iou, pairwise_iou
from gpss_pose_ros.training.detector_loss import Cells, Targets, assign, detector_losses
from gpss_pose_ros.training.pose_loss import gaussians, pose_losses
from gpss_pose_ros.training.pose_network import BLUR_CELLS, ExportedPose

PERSONS = torch.tensor([[[20.0, 30.0, 70.0, 130.0], [120.0, 10.0, 150.0, 60.0]]])
CPU = torch.device("cpu")


def targets(ignored=(False, False)):
    ignored = torch.tensor([ignored])
    return Targets(PERSONS, ~ignored, ignored)


def perfect_rows(cells, boxes=PERSONS):
    """Rows whose boxes are, in every cell of a person, the person's."""
    inside = cells.inside(boxes)
    rows = torch.full((1, len(cells.strides), 5), -4.0)
    for person in range(boxes.shape[1]):
        low, high = boxes[0, person, :2], boxes[0, person, 2:]
        centre = (low + high) / 2.0 / cells.strides - cells.corners
        size = ((high - low) / cells.strides).log()
        mine = inside[0, person]
        rows[0, mine, :4] = torch.cat([centre, size], dim=-1)[mine]
        rows[0, mine, 4] = 6.0
    return rows


@pytest.fixture
def cells(descriptions):
    return Cells(descriptions[0].input.size, CPU)


def test_boxes_are_those_of_the_decoder(cells, descriptions):
    rows = perfect_rows(cells)
    score = torch.sigmoid(rows[..., 4:])
    exported = torch.cat([rows[..., :4], score, torch.ones_like(score)], dim=-1).numpy()
    ((boxes, scores),) = decode_yolox((exported,), descriptions[0])
    assert np.array(sorted(boxes.tolist())) == pytest.approx(PERSONS[0].numpy(), abs=1e-3)
    assert (scores > 0.9).all()


def test_cells_answer_for_the_person_they_are_in(cells):
    rows = perfect_rows(cells)
    person, quality = assign(rows[..., 4].sigmoid(), cells.boxes(rows), targets(), cells)
    chosen = quality[0] > 0.0
    assert 2 <= int(chosen.sum()) <= 20
    inside = cells.inside(PERSONS)[0, person[0, chosen], chosen.nonzero()[:, 0]]
    assert inside.all()
    assert quality.max() == pytest.approx(1.0, abs=1e-4)


def test_nobody_answers_for_ignored_persons_and_they_cost_nothing(cells):
    rows = perfect_rows(cells)
    ignored = targets(ignored=(False, True))
    person, quality = assign(rows[..., 4].sigmoid(), cells.boxes(rows), ignored, cells)
    assert set(person[quality > 0.0].tolist()) == {0}
    of_two = detector_losses(rows, Targets(PERSONS[:, :1], *_flags(1)), cells)
    assert detector_losses(rows, ignored, cells)["score"] < of_two["score"]


def _flags(count):
    wanted = torch.ones((1, count), dtype=torch.bool)
    return wanted, ~wanted


def test_images_without_people_teach_low_scores(cells):
    nobody = Targets(torch.zeros(1, 1, 4), *(torch.zeros(1, 1, dtype=torch.bool),) * 2)
    rows = perfect_rows(cells).requires_grad_()
    losses = detector_losses(rows, nobody, cells)
    assert losses["box"] == 0.0
    losses["score"].backward()
    assert (rows.grad[..., 4] > 0.0).all()


def test_gradient_moves_boxes_towards_persons(cells):
    rows = perfect_rows(cells)
    rows[..., 0] += 1.0
    rows.requires_grad_()
    detector_losses(rows, targets(), cells)["box"].backward()
    assert rows.grad[..., 0].sum() > 0.0


def test_overlaps_agree_with_those_of_inference():
    rng = np.random.default_rng(1)
    low = rng.uniform(0.0, 50.0, (2, 6, 2))
    a, b = np.concatenate([low, low + rng.uniform(1.0, 60.0, (2, 6, 2))], axis=-1)
    pairs = pairwise_iou(torch.tensor(a)[None], torch.tensor(b)[None])[0].numpy()
    assert pairs == pytest.approx(intersection_over_union(a, b))
    own = generalised_iou(torch.tensor(a), torch.tensor(b)).numpy()
    assert (own <= pairs.diagonal() + 1e-9).all()
    assert generalised_iou(torch.tensor(a), torch.tensor(a)).numpy() == pytest.approx(1.0)


class Fixed(torch.nn.Module):
    """Gives what it was told."""

    def __init__(self, *outputs):
        super().__init__()
        self.outputs = outputs

    def forward(self, pixels):
        return self.outputs


SIGMAS = pytest.mark.parametrize("sigma", [1.0, 2.0])


def perfect(keypoints, sigma):
    weights = gaussians(keypoints / 4.0, 48, 48, sigma)
    return weights.clamp(min=1e-30).log().reshape(*weights.shape[:2], 48, 48)


@SIGMAS
def test_perfect_maps_are_read_back_and_cost_nothing(sigma):
    rng = np.random.default_rng(2)
    keypoints = torch.tensor(rng.uniform(30.0, 160.0, (3, 23, 2)), dtype=torch.float32)
    places, sure = perfect(keypoints, sigma), torch.full((3, 23), 12.0)
    everywhere = torch.full((3, 23), 2.0)
    losses = pose_losses(places, sure, keypoints, everywhere, torch.ones(23), sigma)
    assert sum(losses.values()) < 1e-3
    maps = ExportedPose(Fixed(places, sure), sigma)(torch.zeros(1)).numpy()
    found, scores = HeatmapCodec((192, 192), dark=True, sigma=sigma).decode((maps,))
    assert found == pytest.approx(keypoints.numpy(), abs=0.05)
    assert scores == pytest.approx(1.0, abs=0.04)  # a peak lies between cells


@SIGMAS
def test_scores_fall_with_spread_and_with_visibility(sigma):
    places = perfect(torch.full((1, 1, 2), 96.0), sigma)

    def score(temperature, odds):
        network = ExportedPose(Fixed(places / temperature, torch.full((1, 1), odds)), sigma)
        return float(network(torch.zeros(1)).amax())

    # Dividing the exponent by four doubles the spread, to which the blur adds its own.
    ratio = math.hypot(sigma, BLUR_CELLS) / math.hypot(2.0 * sigma, BLUR_CELLS)
    assert score(4.0, 20.0) == pytest.approx(ratio, abs=0.02)
    assert score(1.0, math.log(0.4 / 0.6)) == pytest.approx(0.4, abs=0.01)


def test_keypoints_outside_teach_their_absence_only():
    places = torch.randn(1, 23, 48, 48).requires_grad_()
    visible = torch.zeros(1, 23).requires_grad_()
    outside = torch.zeros(1, 23)
    losses = pose_losses(places, visible, torch.zeros(1, 23, 2), outside, torch.ones(23), 2.0)
    sum(losses.values()).backward()
    assert (places.grad == 0.0).all()
    assert (visible.grad > 0.0).all()


def test_an_important_keypoint_teaches_more():
    places = torch.zeros(1, 2, 48, 48).requires_grad_()
    keypoints, visibility = torch.full((1, 2, 2), 96.0), torch.full((1, 2), 2.0)
    importance = torch.tensor([2.0, 1.0])
    losses = pose_losses(places, torch.zeros(1, 2), keypoints, visibility, importance, 2.0)
    losses["place"].backward()
    first, second = places.grad[0].numpy()
    np.testing.assert_allclose(first, 2.0 * second, rtol=1e-4, atol=1e-9)
