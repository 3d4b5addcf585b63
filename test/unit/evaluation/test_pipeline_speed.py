"""The speed of the pipeline: every set counts once, and the reference meets the same images."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from gpss_pose_ros.evaluation.pipeline_speed import PipelineRun, run_pipeline, speed_figures
from gpss_pose_ros.evaluation.replay_figures import stages_table
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.recordings.recording import load_recording
from gpss_pose_ros.types import Detections, Poses2D

CALIBRATION = """
[{name}]
size = [64.0, 48.0]
matrix = [[50.0, 0.0, 31.5], [0.0, 50.0, 23.5], [0.0, 0.0, 1.0]]
distortions = [0.0, 0.0, 0.0, 0.0]
rotation = [3.141592653589793, 0.0, 0.0]
translation = [0.0, 0.0, 3.0]
"""
FRAMES = 8


@dataclass
class Nobody:
    """Networks that see nobody, and remember the images they were shown."""

    shown: list[int] = field(default_factory=list)
    skeleton = SKELETONS["coco17"]
    inference_ns = 0
    person_threshold = 0.0

    def detect(self, images):
        self.shown += [round(float(image.mean())) for image in images]
        return [Detections(np.empty((0, 4)), np.empty(0)) for _ in images]

    def estimate(self, images, detections):
        return [Poses2D(np.empty((0, 17, 2)), np.empty((0, 17)), d) for d in detections]


@pytest.fixture
def recording(tmp_path):
    names = ("cam_01", "cam_02")
    (tmp_path / "Calib.toml").write_text("".join(CALIBRATION.format(name=n) for n in names))
    for i, name in enumerate(names):
        path = str(tmp_path / f"{name}.avi")
        writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (64, 48))
        for k in range(FRAMES):
            writer.write(np.full((48, 64, 3), 20 * k + 10 * i, np.uint8))
        writer.release()
    return load_recording(tmp_path)


@pytest.mark.parametrize(("asked", "measured"), [(2, 2), (100, FRAMES - 3)])
def test_the_first_sets_warm_up_and_the_end_ends(recording, asked, measured):
    networks, reference = Nobody(), Nobody()
    pipeline = Pipeline(networks, networks, FusionSettings())
    run = run_pipeline(pipeline, recording, asked, reference)
    assert {len(v) for v in (run.sets_ms, run.stages_ms, run.reference_ms)} == {measured}
    assert networks.shown == reference.shown
    assert len(networks.shown) == 2 * (measured + 3)
    assert run.persons == [0] * measured
    assert "inference" in stages_table(run.stages_ms)


def test_the_figures_are_right():
    run = PipelineRun([50.0, 150.0], [], [20.0, 30.0], [1, 2])
    found = {f.name: f.value for f in speed_figures(run)}
    assert found["sets_per_second"] == pytest.approx(10.0)
    assert found["reference_sets_per_second"] == pytest.approx(40.0)
    assert found["speed_over_reference"] == pytest.approx(0.25)
    assert found["persons_per_set"] == pytest.approx(1.5)


def test_nothing_measured_has_no_value():
    figures = speed_figures(PipelineRun())
    assert {f.name for f in figures if f.value is not None} == {"sets"}
    assert not figures[0].reached
