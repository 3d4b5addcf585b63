import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.perception.nms import intersection_over_union, non_maximum_suppression

lawful = settings(derandomize=True, deadline=None, max_examples=80)


def random_boxes(seed, count):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 60, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(5, 60, (count, 2))], axis=1), rng.uniform(
        0.1, 1.0, count
    )


@lawful
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.floats(0.05, 0.95))
def test_it_keeps_what_opencv_keeps(seed, count, threshold):
    boxes, scores = random_boxes(seed, count)
    rectangles = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    expected = cv2.dnn.NMSBoxes(rectangles.tolist(), scores.tolist(), 0.0, threshold)
    kept = non_maximum_suppression(boxes, scores, threshold)
    assert kept.tolist() == np.asarray(expected).ravel().tolist()


@lawful
@given(st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_iou_is_symmetric_and_one_with_itself(seed, count):
    boxes, _ = random_boxes(seed, count)
    iou = intersection_over_union(boxes, boxes)
    assert np.allclose(iou, iou.T)
    assert np.allclose(np.diag(iou), 1.0)
    assert ((iou >= 0) & (iou <= 1 + 1e-12)).all()


def test_boxes_without_area_overlap_nothing():
    point = np.array([[5.0, 5.0, 5.0, 5.0], [5.0, 5.0, 5.0, 5.0]])
    assert intersection_over_union(point, point).tolist() == [[0.0, 0.0], [0.0, 0.0]]
