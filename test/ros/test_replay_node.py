"""replay_node publishes what the recording holds, as cameras would, and it can be worked with."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tf2_ros
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, CompressedImage, TimeReference
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.msg import CameraStatus, PersonPose, PersonPoseArray
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.images import pixels_from

CAMERAS = ["cam_01", "cam_02", "cam_03", "cam_04"]
BEST_EFFORT = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)


@dataclass
class Replayed:
    """A replay under way and what was heard of it."""

    graph: Any
    images: dict[str, Any]
    infos: dict[str, Any]
    sets: Any
    buffer: tf2_ros.Buffer


@pytest.fixture(scope="module")
def replayed(scene, shared_graph) -> Replayed:
    graph = shared_graph
    buffer = tf2_ros.Buffer()
    tf2_ros.TransformListener(buffer, graph.node)
    images = {c: graph.listen(ImageMessage, f"/{c}/image_raw", BEST_EFFORT) for c in CAMERAS}
    infos = {c: graph.listen(CameraInfo, f"/{c}/camera_info", BEST_EFFORT) for c in CAMERAS}
    sets = graph.listen(TimeReference, "/replay_node/sets", LATCHED)
    parameters = {
        "directory": str(scene.recording.directory),
        "stamps": "original",
        "rate": 0.05,
        "factory_frame": "hall",
        "wait_for_subscribers_s": 20.0,
    }
    graph.start("replay_node", parameters)
    heard = [*images.values(), *infos.values()]
    graph.until(lambda: all(len(h) >= 3 for h in heard) and buffer.can_transform(
        "hall", "cam_04_optical_frame", Time()))  # fmt: skip
    return Replayed(graph, images, infos, sets, buffer)


@pytest.mark.parametrize("camera", CAMERAS)
def test_images_are_the_videos_under_original_stamps(replayed, scene, camera):
    video = next(c.video for c in scene.recording.cameras if c.camera.camera_id == camera)
    frames = dict(zip(range(4), video.images(), strict=False))
    compared = 0
    for message in replayed.images[camera]:
        index = round(conversions.stamp_ns(message.header.stamp) * scene.recording.rate_hz / 1e9)
        if index in frames:
            assert message.header.frame_id == f"{camera}_optical_frame"
            np.testing.assert_array_equal(pixels_from(message), frames[index])
            compared += 1
    assert compared >= 1


def test_sets_pair_stamps_with_footage_time(replayed, scene):
    stamps = [conversions.stamp_ns(m.header.stamp) for m in replayed.sets]
    assert stamps == [conversions.stamp_ns(m.time_ref) for m in replayed.sets]
    assert stamps[0] == 0
    np.testing.assert_allclose(np.diff(stamps), 1e9 / scene.recording.rate_hz, atol=1.0)


@pytest.mark.parametrize("camera", CAMERAS)
def test_camera_info_and_transform_are_the_calibration(replayed, scene, camera):
    info = replayed.infos[camera][0]
    image = replayed.images[camera][0]
    assert (info.width, info.height) == (image.width, image.height)
    assert info.header.frame_id == image.header.frame_id
    calibrated = scene.camera(camera)
    found = replayed.buffer.lookup_transform("hall", info.header.frame_id, Time())
    hall_from_camera = conversions.transform(found)
    model = conversions.camera_model(info)
    points = np.random.default_rng(1).uniform([-1.0, -1.0, 0.0], [1.0, 1.0, 2.0], (50, 3))
    np.testing.assert_allclose(
        model.project(hall_from_camera.inverse().apply(points)), calibrated.project(points),
        atol=1e-6,
    )  # fmt: skip


def test_intrinsics_follow_a_letterboxed_video(replayed, scene):
    """cam_01 was calibrated at another size than its video has; the others were not."""
    adapted = [c.camera.camera_id for c in scene.recording.cameras if c.note]
    assert adapted
    for recorded in scene.recording.cameras:
        info = replayed.infos[recorded.camera.camera_id][0]
        assert (info.width, info.height) == recorded.video.size
        np.testing.assert_allclose(np.array(info.k).reshape(3, 3), recorded.camera.model.K)


def test_loop_starts_again(scene, graph):
    sets = graph.listen(TimeReference, "/replay_node/sets", LATCHED)
    parameters = {"directory": str(scene.recording.directory), "loop": True, "rate": 20.0}
    graph.start("replay_node", {**parameters, "transport": "compressed"})
    graph.until(lambda: len(sets) > scene.recording.frames)
    footage = [conversions.stamp_ns(m.time_ref) for m in sets]
    stamps = [conversions.stamp_ns(m.header.stamp) for m in sets]
    assert footage[scene.recording.frames] == footage[0] == 0
    assert all(np.diff(footage[: scene.recording.frames]) > 0)
    assert all(np.diff(stamps) > 0)  # "now" goes on


def test_compressed_from_end_to_end(scene, graph, slow_cameras):
    persons = graph.listen(PersonPoseArray, "/gpss/persons")
    sets = graph.listen(TimeReference, "/replay_node/sets", LATCHED)
    broken = graph.node.create_publisher(CompressedImage, "/broken/image_raw/compressed", 1)

    def answer(reference: TimeReference) -> None:
        message = CompressedImage(header=reference.header, format="jpeg", data=b"\xff\xd8 no JPEG")
        broken.publish(message)

    graph.node.create_subscription(TimeReference, "/replay_node/sets", answer, LATCHED)
    cameras = {"cameras": [*CAMERAS, "broken"], "image_transport": "compressed"}
    graph.start("pose_node", {**cameras, **slow_cameras})
    parameters = {"directory": str(scene.recording.directory), "transport": "compressed"}
    graph.start("replay_node", {**parameters, "rate": 0.04, "wait_for_subscribers_s": 20.0})

    def confirmed() -> list[tuple[PersonPoseArray, PersonPose]]:
        return [
            (m, p) for m in persons if m.timings
            for p in m.persons if p.status == PersonPose.CONFIRMED
        ]  # fmt: skip

    def state(camera: str) -> int:
        return next(c.state for c in persons[-1].cameras if c.camera_id == camera)

    graph.until(lambda: len({m.sequence for m, _ in confirmed()}) >= 3)
    graph.until(lambda: state("broken") == CameraStatus.BAD_IMAGE)
    footage = {conversions.stamp_ns(m.header.stamp): conversions.stamp_ns(m.time_ref) for m in sets}
    distances: dict[int, list[float]] = {}
    for message, person in confirmed():
        place = scene.person_m(footage[conversions.stamp_ns(message.header.stamp)])
        distance = math.dist((person.position.x, person.position.y), place)
        distances.setdefault(message.sequence, []).append(distance)
    assert all(min(of_message) < 0.3 for of_message in distances.values())
    status = {c.camera_id: c for c in persons[-1].cameras}
    assert [status[camera].state for camera in CAMERAS] == [CameraStatus.OK] * 4
    assert "cannot be decoded" in status["broken"].reason
    assert "'jpeg'" in status["broken"].reason


def test_original_stamps_on_the_clock_of_the_replay(scene, graph, slow_cameras):
    """Seconds since the start of the footage, and a pose_node that lives in them."""
    persons = graph.listen(PersonPoseArray, "/gpss/persons")
    graph.start("pose_node", {"cameras": CAMERAS, "use_sim_time": True, **slow_cameras})
    parameters = {"directory": str(scene.recording.directory), "stamps": "original"}
    graph.start("replay_node", {**parameters, "rate": 0.04, "wait_for_subscribers_s": 20.0})

    def confirmed() -> list[tuple[PersonPoseArray, PersonPose]]:
        return [
            (m, p) for m in persons if m.timings
            for p in m.persons if p.status == PersonPose.CONFIRMED
        ]  # fmt: skip

    graph.until(lambda: len({m.sequence for m, _ in confirmed()}) >= 3)
    distances: dict[int, list[float]] = {}
    for message, person in confirmed():
        footage_ns = conversions.stamp_ns(message.header.stamp)
        assert footage_ns < 1e9 * scene.recording.frames / scene.recording.rate_hz
        distance = math.dist((person.position.x, person.position.y), scene.person_m(footage_ns))
        distances.setdefault(message.sequence, []).append(distance)
    assert all(min(of_message) < 0.3 for of_message in distances.values())


CAMERA = """
[{name}]
size = [{width}.0, {height}.0]
matrix = [[250.0, 0.0, 159.5], [0.0, 250.0, 119.5], [0.0, 0.0, 1.0]]
distortions = [0.0, 0.0, 0.0, 0.0]
rotation = [3.141592653589793, 0.0, 0.0]
translation = [0.0, 0.0, 3.0]
"""


def _record(folder: Path, codec: str, suffix: str, size: tuple[int, int]) -> Path:
    """Make a recording of two cameras that see grey: 40 images, 20 a second."""
    names, (width, height) = ("west", "east"), size
    text = "".join(CAMERA.format(name=name, width=width, height=height) for name in names)
    (folder / "Calib_grey.toml").write_text(text)
    for name in names:
        path = str(folder / f"{name}{suffix}")
        writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*codec), 20.0, size)
        assert writer.isOpened()
        for level in range(40):
            writer.write(np.full((height, width, 3), 2 * level, np.uint8))
        writer.release()
    return folder


@pytest.fixture
def grey(tmp_path) -> Path:
    return _record(tmp_path, "MJPG", ".avi", (320, 240))


def test_a_video_that_is_cut_short_is_said_at_the_end(grey, graph):
    video = grey / "east.avi"
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    process = graph.start("replay_node", {"directory": str(grey), "rate": 10.0})
    graph.until(lambda: "finished: " in process.output and "cut short" in process.output)
    assert "announce 40 frames" in process.output


def test_a_whole_replay_ends_without_a_warning(grey, graph):
    process = graph.start("replay_node", {"directory": str(grey), "rate": 10.0})
    diagnostics = graph.listen(DiagnosticArray, "/diagnostics")

    def finished() -> bool:
        values = {p.key: p.value for m in diagnostics for s in m.status for p in s.values}
        return values.get("finished") == "1"

    graph.until(finished)
    assert "finished: 40 sets published" in process.output
    assert "WARN" not in process.output


def test_a_replay_that_fails_on_the_way_ends(tmp_path, graph):
    """No JPEG is wider than 65500 pixels, which shows when the first image is published."""
    folder = _record(tmp_path, "FFV1", ".mkv", (65536, 16))
    parameters = {"directory": str(folder), "transport": "compressed"}
    process = graph.start("replay_node", parameters)
    assert process.exit_code() == 1
    graph.forget(process)
    assert "the replay failed" in process.output
    assert "JPEG" in process.output
    assert "Traceback" not in process.output
