"""What a node cannot work with ends it at once, with one line that names the thing and the fix."""

import shutil
from pathlib import Path

import pytest

from gpss_pose_ros.nodes.homes import share_directory

REFUSED = {
    "detector unknown": ("pose_node", {"detector": "yolo_x"}, ["yolo_x", "yolox_nano"]),
    "detector is a pose model": ("pose_node", {"detector": "movenet_lightning"}, ["detector"]),
    "transport": ("pose_node", {"image_transport": "foo"}, ["'foo'", "raw, compressed"]),
    "topic": ("pose_node", {"image_topic": "/image"}, ["image_topic", "{camera}"]),
    "topic cut off": ("pose_node", {"image_topic": "/{camera/x"}, ["image_topic", "{camera}"]),
    "camera name": ("pose_node", {"cameras": ["a", "cam-1"]}, ["'cam-1'", "letters, digits"]),
    "camera twice": ("pose_node", {"cameras": ["a", "a"]}, ["cameras", "once"]),
    "not finite": ("pose_node", {"pipeline.tracker.gate": float("nan")}, ["gate", "nan"]),
    "frozen": ("pose_node", {"health.frozen_s": 2.0}, ["frozen_s (2.0)", "release_s (2.0)"]),
    "future": ("pose_node", {"sync.slop_s": 0.01}, ["future_s (0.03)", "slop_s (0.01)"]),
    "provider": ("pose_node", {"providers": ["tpu"]}, ["'tpu'", "cpu", "cuda"]),
    "misspelt": ("pose_node", {"heartbeats_s": 1.0}, ["'heartbeats_s'", "heartbeat_s"]),
    "wrong type": ("pose_node", {"heartbeat_s": "often"}, ["heartbeat_s"]),
    "recording unnamed": ("replay_node", {}, ["directory"]),
    "recording missing": ("replay_node", {"directory": "/nonesuch"}, ["no folder /nonesuch"]),
    "rate": ("replay_node", {"directory": "/nonesuch", "rate": 0.0}, ["rate", "0.0"]),
    "stamps": ("replay_node", {"stamps": "later"}, ["'later'", "now, original"]),
    "calibration unnamed": ("calibration_node", {}, ["file"]),
    "calibration missing": ("calibration_node", {"file": "/nonesuch.toml"}, ["/nonesuch.toml"]),
}  # fmt: skip


def _refusal(graph, process) -> str:
    """Return what a node said when it ended: an error of one line, after that of its log if any."""
    assert process.exit_code() == 1, process.output
    graph.forget(process)
    assert "Traceback" not in process.output
    lines = process.output.splitlines()
    assert [line.startswith("error: ") for line in lines].count(True) == 1, process.output
    assert sum(line.startswith("[ERROR]") for line in lines) <= 1, process.output
    return process.output


@pytest.mark.parametrize("case", REFUSED)
def test_node_refuses(graph, scene, case):
    executable, parameters, words = REFUSED[case]
    said = _refusal(graph, graph.start(executable, parameters))
    assert [word for word in words if word not in said] == []


def test_model_file_missing(graph, tmp_path):
    graph.environment["GPSS_MODEL_PATH"] = str(tmp_path)
    said = _refusal(graph, graph.start("pose_node", {"detector": "yolox_nano"}))
    assert "yolox_nano_416_coco.onnx" in said
    assert str(tmp_path) in said


def test_model_file_with_other_tensors(graph, scene, tmp_path):
    description = share_directory() / "config" / "models" / "yolox_nano.yaml"
    wrong = description.read_text().replace("size: [416, 416]", "size: [640, 640]")
    (tmp_path / "wrong.yaml").write_text(wrong)
    said = _refusal(graph, graph.start("pose_node", {"detector": str(tmp_path / "wrong.yaml")}))
    assert "416" in said
    assert "640" in said


def _copied(footage: Path, folder: Path, videos: int) -> Path:
    shutil.copy(footage / "Calib_qualisys.toml", folder)
    for number in range(1, videos + 1):
        (folder / f"cam0{number}.mp4").symlink_to(footage / "videos" / f"cam0{number}.mp4")
    return folder


def test_recording_lacks_a_video(graph, scene, tmp_path):
    folder = _copied(scene.recording.directory, tmp_path, 3)
    said = _refusal(graph, graph.start("replay_node", {"directory": str(folder)}))
    assert "cam_04" in said
    assert "cam03.mp4" in said


def test_recording_has_a_video_that_does_not_decode(graph, scene, tmp_path):
    folder = _copied(scene.recording.directory, tmp_path, 3)
    (folder / "cam04.mp4").write_bytes(b"no video")
    said = _refusal(graph, graph.start("replay_node", {"directory": str(folder)}))
    assert "cannot decode" in said
    assert "cam04.mp4" in said
