"""The values that flow are validated when built, and say what is wrong with them."""

import re
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.types import (
    CameraState,
    Detections,
    FloorObservation,
    Foot,
    FootSource,
    Image,
    ImageSet,
    Poses2D,
    Side,
    Track,
    TrackStatus,
    covariance,
    float_array,
)

MESSAGES = Path(__file__).resolve().parents[2] / "msg"
BLACK = np.zeros((4, 6, 3), np.uint8)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("CameraStatus.msg", CameraState),
        ("Foot.msg", FootSource),
        ("PersonPose.msg", TrackStatus),
    ],
)
def test_states_equal_the_constants_of_their_message(message, kind):
    text = (MESSAGES / message).read_text()
    constants = re.findall(r"^uint8 ([A-Z_]+)=(\d+)", text, flags=re.MULTILINE)
    assert {name: int(value) for name, value in constants} == {s.name: s.value for s in kind}


def test_arrays_are_read_only_and_leave_the_caller_s_alone():
    mine = np.zeros((3, 2))
    theirs = float_array(mine, "points", (None, 2))
    with pytest.raises(ValueError, match="read-only"):
        theirs[0, 0] = 1.0
    mine[0, 0] = 1.0


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros((2, 3)), r"points must have shape \(any, 2\), got \(2, 3\)"),
        (np.zeros(2), r"points must have shape \(any, 2\), got \(2,\)"),
        ([["a", "b"]], "points must be numbers"),
        ([[1, 2], [3]], "points must be numbers"),
        (None, "points must"),
    ],
)
def test_arrays_of_another_shape_are_named(value, message):
    with pytest.raises(InputError, match=message):
        float_array(value, "points", (None, 2))


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1.0, 1e12])
@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        ([[1.0, 0.5], [0.2, 1.0]], "symmetric"),
        ([[1.0, 0.0], [0.0, -0.1]], "semi-definite"),
        ([[1.0, 2.0], [2.0, 1.0]], "semi-definite"),
        ([[np.nan, 0.0], [0.0, 1.0]], "finite"),
        ([[np.inf, 0.0], [0.0, 1.0]], "finite"),
    ],
)
def test_what_is_no_covariance_is_refused_at_any_scale(matrix, reason, scale):
    with pytest.raises(InputError, match=f"spread must be .*{reason}"):
        covariance(np.array(matrix) * scale, "spread", 2)


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.eye(2), [[1.0, 1.0], [1.0, 1.0]]])
def test_a_covariance_may_be_singular(matrix):
    np.testing.assert_array_equal(covariance(matrix, "spread", 2), matrix)


@pytest.mark.parametrize(
    "pixels",
    [BLACK.astype(float), BLACK[..., 0], BLACK[:0], np.zeros((4, 6, 4), np.uint8), [[[0, 0, 0]]]],
    ids=["float", "grey", "empty", "bgra", "list"],
)
def test_an_image_is_bgr_bytes(pixels):
    with pytest.raises(InputError, match="image of north"):
        Image("north", 0, pixels)


def test_an_image_knows_its_size():
    assert Image("north", 0, BLACK).size == (6, 4)


def test_a_set_is_as_old_as_its_oldest_image():
    images = (Image("north", 30, BLACK), Image("south", 10, BLACK))
    together = ImageSet(images, missing=("east",))
    assert (together.stamp_ns, together.spread_ns) == (10, 20)


def test_a_set_without_images_has_no_time():
    with pytest.raises(InputError, match="no capture time"):
        _ = ImageSet((), missing=("north",)).stamp_ns


@pytest.mark.parametrize("missing", [("north",), ("south", "south")])
def test_a_camera_is_in_a_set_once(missing):
    with pytest.raises(InputError, match="twice"):
        ImageSet((Image("north", 0, BLACK),), missing)


def test_poses_belong_to_their_detections():
    detections = Detections([[0, 0, 1, 1], [0, 0, 2, 2]], [0.5, 0.6])
    assert len(Poses2D(np.zeros((2, 17, 2)), np.zeros((2, 17)), detections)) == 2
    with pytest.raises(InputError, match="keypoints_px"):
        Poses2D(np.zeros((1, 17, 2)), np.zeros((1, 17)), detections)
    with pytest.raises(InputError, match="scores"):
        Poses2D(np.zeros((2, 17, 2)), np.zeros((2, 16)), detections)
    with pytest.raises(InputError, match="finite"):
        Detections([[0, 0, np.nan, 1]], [0.5])


@pytest.mark.parametrize("position", [[np.nan, 0.0], [np.inf, 0.0]])
def test_an_unknown_position_is_left_out_not_written_down(position):
    with pytest.raises(InputError, match="finite"):
        Foot(position, np.eye(2), FootSource.OBSERVED)
    with pytest.raises(InputError, match=r"north.*finite"):
        FloorObservation(
            "north", 0, position, np.eye(2), {}, 0.9, np.zeros(4), np.zeros((17, 2)), np.zeros(17)
        )


def test_a_track_s_covariance_covers_position_and_velocity():
    with pytest.raises(InputError, match=r"track covariance must have shape \(4, 4\)"):
        Track(1, TrackStatus.HELD, [0, 0], [0, 0], np.eye(2), {}, 0.9, (), 0)


def test_the_other_side_of_a_side_is_not_itself():
    for side in Side:
        assert side.other is not side
        assert side.other.other is side
