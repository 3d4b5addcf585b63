"""Messages to values and back, without a graph: OpenCV and the round trip are the oracles."""

import math
import struct
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from hypothesis import given, settings
from hypothesis import strategies as st
from sensor_msgs.msg import CameraInfo, CompressedImage, RegionOfInterest
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.errors import CalibrationError, ImageError
from gpss_pose_ros.fusion.tracker import TrackerSettings, predicted
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.images import compressed_message, image_message, pixels_from
from gpss_pose_ros.types import (
    CameraState,
    FloorObservation,
    Foot,
    FootSource,
    Side,
    Track,
    TrackStatus,
)

DISTORTIONS = {
    "plumb_bob": [-0.2, 0.05, 0.001, -0.002, 0.0],
    "rational_polynomial": [-0.2, 0.05, 0.001, -0.002, 0.0, 0.1, 0.01, 0.0],
    "equidistant": [0.05, -0.01, 0.002, 0.0],
}
K = np.array([[600.0, 0.0, 331.0], [0.0, 610.0, 243.0], [0.0, 0.0, 1.0]])
ALWAYS_THE_SAME = settings(derandomize=True, deadline=None, max_examples=50)

finite = st.floats(-100.0, 100.0)
nanoseconds = st.integers(0, 2**31 * 10**9 - 1)


def _info(model: str = "plumb_bob") -> CameraInfo:
    info = CameraInfo(width=640, height=480, distortion_model=model, d=DISTORTIONS[model])
    info.k = K.ravel()
    return info


def _project_with_opencv(info: CameraInfo, points_m: np.ndarray) -> np.ndarray:
    zero, d = np.zeros(3), np.array(info.d)
    if info.distortion_model == "equidistant":
        pixels, _ = cv2.fisheye.projectPoints(points_m[:, None], zero, zero, K, d)
    else:
        pixels, _ = cv2.projectPoints(points_m, zero, zero, K, d)
    return pixels.reshape(-1, 2)


@pytest.fixture
def points_m() -> np.ndarray:
    """In the optical frame, inside the picture."""
    return np.random.default_rng(3).uniform([-0.9, -0.7, 2.0], [0.9, 0.7, 5.0], (100, 3))


@ALWAYS_THE_SAME
@given(nanoseconds)
def test_stamp_round_trip(ns):
    assert conversions.stamp_ns(conversions.time_message(ns)) == ns


def test_stamp_of_known_parts():
    assert conversions.stamp_ns(Time(sec=2, nanosec=3)) == 2_000_000_003


@pytest.mark.parametrize("model", DISTORTIONS)
def test_camera_info_projects_as_opencv_does(model, points_m):
    info = _info(model)
    projected = conversions.camera_model(info).project(points_m)
    np.testing.assert_allclose(projected, _project_with_opencv(info, points_m), atol=1e-6)


@pytest.mark.parametrize("model", DISTORTIONS)
def test_camera_info_round_trip(model, points_m):
    original = CameraModel(K, np.array(DISTORTIONS[model]), model, (640, 480))
    camera = Camera("cam", original, Transform(np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 3.0])))
    info = conversions.camera_info(camera, "cam_optical_frame")
    assert info.header.frame_id == "cam_optical_frame"
    again = conversions.camera_model(info)
    assert again.size == (640, 480)
    np.testing.assert_allclose(again.project(points_m), original.project(points_m), atol=1e-9)


@pytest.mark.parametrize("count", [0, 4, 5])
def test_camera_info_has_as_many_coefficients_as_its_model_wants(count):
    model = CameraModel(K, np.full(count, 0.01), "plumb_bob", (640, 480))
    camera = Camera("cam", model, Transform(np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 3.0])))
    assert len(conversions.camera_info(camera, "frame").d) == 5


def test_model_name_may_be_left_out():
    info = _info()
    info.distortion_model = ""
    assert conversions.camera_model(info).model == "plumb_bob"


@pytest.mark.parametrize("binning", [1, 2, 4])
def test_region_of_interest_and_binning_show_the_same_points(binning, points_m):
    """The pixel of a cut and binned image is the mean of a block of the full one."""
    info = _info()
    full = conversions.camera_model(info).project(points_m)
    info.roi = RegionOfInterest(x_offset=40, y_offset=24, width=400, height=320)
    info.binning_x = info.binning_y = binning
    cut = conversions.camera_model(info)
    assert cut.size == (400 // binning, 320 // binning)
    wanted = (full - [40, 24] + 0.5) / binning - 0.5
    np.testing.assert_allclose(cut.project(points_m), wanted, atol=1e-9)


def test_camera_info_without_intrinsics_is_refused():
    with pytest.raises(CalibrationError, match="calibrate"):
        conversions.camera_model(CameraInfo(width=640, height=480))


@ALWAYS_THE_SAME
@given(st.tuples(finite, finite, finite), st.tuples(finite, finite, finite))
def test_transform_round_trip(rotation_vector, translation):
    original = Transform.from_rotation_vector(np.array(rotation_vector) / 30.0, translation)
    message = conversions.transform_message(original, "factory", "camera")
    assert (message.header.frame_id, message.child_frame_id) == ("factory", "camera")
    again = conversions.transform(message)
    np.testing.assert_allclose(again.as_matrix(), original.as_matrix(), atol=1e-9)


def test_quaternion_of_length_zero_is_refused():
    message = TransformStamped()
    message.transform.rotation.w = 0.0
    with pytest.raises(CalibrationError, match="norm 1"):
        conversions.transform(message)


def test_observation_round_trip():
    """What a camera saw can be evaluated elsewhere; float32 keeps a hundredth of a pixel."""
    seen = FloorObservation(
        camera_id="cam_01",
        stamp_ns=1_795_251_204_536_342_650,
        position_m=np.array([1.25, -2.5]),
        covariance_m2=np.array([[0.04, 0.01], [0.01, 0.09]]),
        feet={Side.RIGHT: Foot(np.array([1.2, -2.4]), np.eye(2) * 0.01, FootSource.INFERRED)},
        score=0.75,
        box_xyxy_px=np.array([10.25, 20.5, 110.125, 320.0]),
        keypoints_px=np.array([[12.5, 30.25], [np.nan, np.nan]]),
        keypoint_scores=np.array([0.5, 0.0]),
        may_be_new=False,
    )
    message = conversions.observations_message(
        Header(), "coco17", (), [seen, replace(seen, may_be_new=True)], (7, None)
    )
    assert [o.track_id for o in message.observations] == [7, 0]
    again, newcomer = map(conversions.floor_observation, message.observations)
    assert (again.may_be_new, newcomer.may_be_new) == (False, True)
    assert (again.camera_id, again.stamp_ns, again.score) == ("cam_01", seen.stamp_ns, 0.75)
    for name in ("position_m", "covariance_m2", "box_xyxy_px", "keypoints_px", "keypoint_scores"):
        np.testing.assert_allclose(getattr(again, name), getattr(seen, name), atol=0.01)
    assert set(again.feet) == {Side.RIGHT}
    foot, wanted = again.feet[Side.RIGHT], seen.feet[Side.RIGHT]
    np.testing.assert_allclose(foot.position_m, wanted.position_m)
    np.testing.assert_allclose(foot.covariance_m2, wanted.covariance_m2)
    assert foot.source is FootSource.INFERRED


@pytest.fixture
def track() -> Track:
    return Track(
        track_id=7,
        status=TrackStatus.CONFIRMED,
        position_m=np.array([1.0, 2.0]),
        velocity_mps=np.array([1.0, -0.5]),
        covariance=np.diag([0.04, 0.09, 1.0, 1.0]),
        feet={},
        score=0.5,
        camera_ids=("a",),
        capture_stamp_ns=5,
    )


def test_a_person_is_where_they_were_captured_and_where_they_are_by_now(track):
    later = predicted(track, track.capture_stamp_ns + 200_000_000, TrackerSettings())
    message = conversions.person_message(track, later, range(17))
    assert (message.position.x, message.position.y) == (1.0, 2.0)
    assert (message.predicted_position.x, message.predicted_position.y) == (1.2, 1.9)
    np.testing.assert_array_equal(message.position_covariance, [0.04, 0.0, 0.0, 0.09])
    np.testing.assert_allclose(message.predicted_covariance, later.covariance[:2, :2].ravel())
    assert conversions.stamp_ns(message.capture_stamp) == 5


def test_feet_that_nobody_sees_are_occluded_where_the_person_is(track):
    message = conversions.person_message(track, track, range(17))
    for foot in (message.left_foot, message.right_foot):
        assert foot.source == FootSource.OCCLUDED
        assert (foot.position.x, foot.position.y, foot.position.z) == (1.0, 2.0, 0.0)
        assert foot.covariance[0] > message.position_covariance[0]
    assert len(message.keypoints) == 17
    assert all(math.isnan(k.position.x) and k.score == 0.0 for k in message.keypoints)


TO_BGR = {
    "bgr8": None,
    "rgb8": cv2.COLOR_RGB2BGR,
    "bgra8": cv2.COLOR_BGRA2BGR,
    "rgba8": cv2.COLOR_RGBA2BGR,
    "mono8": cv2.COLOR_GRAY2BGR,
    "uyvy": cv2.COLOR_YUV2BGR_UYVY,
    "yuyv": cv2.COLOR_YUV2BGR_YUYV,
}
CHANNELS = {"bgr8": 3, "rgb8": 3, "bgra8": 4, "rgba8": 4, "mono8": 1, "uyvy": 2, "yuyv": 2}


def _raw(channels: int, height: int = 12, width: int = 10) -> np.ndarray:
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(channels).integers(0, 256, shape, dtype=np.uint8)


def _message(raw: np.ndarray, encoding: str, padding: int = 0) -> ImageMessage:
    rows = raw.reshape(len(raw), -1)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=77)
    return ImageMessage(
        height=raw.shape[0], width=raw.shape[1], encoding=encoding, step=padded.shape[1],
        data=padded.tobytes(),
    )  # fmt: skip


@pytest.mark.parametrize("padding", [0, 6])
@pytest.mark.parametrize("encoding", TO_BGR)
def test_encoding_becomes_what_opencv_makes_of_it(encoding, padding):
    raw, conversion = _raw(CHANNELS[encoding]), TO_BGR[encoding]
    wanted = raw if conversion is None else cv2.cvtColor(raw, conversion)
    np.testing.assert_array_equal(pixels_from(_message(raw, encoding, padding)), wanted)


@pytest.mark.parametrize(
    ("pattern", "first_row", "second_row"),
    [("rggb", "rg", "gb"), ("bggr", "bg", "gr"), ("gbrg", "gb", "rg"), ("grbg", "gr", "bg")],
)
def test_bayer_pattern_is_named_from_its_first_pixel(pattern, first_row, second_row):
    """A plain colour seen through the pattern's filters is that colour again."""
    level = {"b": 200, "g": 120, "r": 40}
    block = np.array([[level[c] for c in row] for row in (first_row, second_row)], dtype=np.uint8)
    message = _message(np.tile(block, (6, 5)), f"bayer_{pattern}8")
    inside = pixels_from(message)[2:-2, 2:-2]
    assert np.unique(inside.reshape(-1, 3), axis=0).tolist() == [[200, 120, 40]]


def test_image_round_trip_keeps_every_pixel_and_copies_none_on_arrival():
    pixels = _raw(3)
    message = image_message(pixels[:, ::-1])  # not contiguous
    again = pixels_from(message)
    np.testing.assert_array_equal(again, pixels[:, ::-1])
    assert np.shares_memory(again, np.frombuffer(message.data, dtype=np.uint8))


def test_compressed_round_trip_is_close_and_says_bgr():
    y, x = np.mgrid[:64, :96].astype(np.uint8)
    pixels = np.dstack([x, y, x + y]).astype(np.uint8)
    message = compressed_message(pixels)
    assert "jpeg" in message.format
    assert np.abs(pixels_from(message).astype(int) - pixels).mean() < 4.0


def _png(width: int, height: int) -> bytes:
    """Return a PNG whose header announces a size, with next to no pixels (RFC 2083)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (_message(_raw(3), "holographic"), ["'holographic'", "bgr8"]),
        (ImageMessage(encoding="bgr8"), ["empty", "0x0"]),
        (ImageMessage(encoding="bgr8", width=4, height=2, step=11), ["step is 11", "12"]),
        (ImageMessage(encoding="bgr8", width=4, height=2, step=12, data=bytes(23)), ["23", "24"]),
        (CompressedImage(format="jpeg", data=b"\xff\xd8\xff"), ["'jpeg'", "3 bytes"]),
        (CompressedImage(format="png"), ["'png'", "0 bytes"]),
        (CompressedImage(format="png", data=_png(200_000, 200_000)), ["'png'", "bytes"]),
        (_message(_raw(2, width=9), "uyvy"), ["9x12", "uyvy"]),
        (_message(_raw(2, width=9), "yuyv"), ["9x12", "yuyv"]),
    ],
)
def test_image_that_cannot_be_read_says_why(message, words):
    with pytest.raises(ImageError) as caught:
        pixels_from(message)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("moved", [True, False])
def test_the_status_of_a_camera_tells_what_is_known_of_it(moved):
    status = CameraStatus("west", CameraState.STALE, "no image", 2_000_000_000, 7.5)
    message = conversions.camera_status_message(status, 2_500_000_000, 3, 1, moved)
    assert (message.camera_id, message.state, message.reason) == ("west", 1, "no image")
    assert conversions.stamp_ns(message.last_stamp) == 2_000_000_000
    assert (message.rate, message.age) == (7.5, 0.5)
    assert (message.persons, message.unplaced, message.moved) == (3, 1, moved)


def test_a_camera_that_never_delivered_has_no_age():
    status = CameraStatus("west", CameraState.MISSING, "nothing yet", None, 0.0)
    assert math.isnan(conversions.camera_status_message(status, 9, 0, 0, False).age)
