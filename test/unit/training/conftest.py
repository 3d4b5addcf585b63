"""Painted stick figures as a dataset, small enough to train on within a test."""

import importlib
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.training.labels import read_labels
from gpss_pose_ros.training.settings import (
    GeometrySettings,
    NetworkSettings,
    PhotometrySettings,
    ScheduleSettings,
    TrainingSettings,
)

SKELETON = skeleton("coco17_feet")
MODELS = Path(__file__).resolve().parents[3] / "config" / "models"
# Of a figure one unit high that stands upright, feet down.
HEAD = ((0.0, 0.1), (0.02, 0.08), (-0.02, 0.08), (0.04, 0.09), (-0.04, 0.09))
ARMS = ((0.1, 0.2), (-0.1, 0.2), (0.15, 0.35), (-0.15, 0.35), (0.18, 0.5), (-0.18, 0.5))
LEGS = ((0.07, 0.5), (-0.07, 0.5), (0.08, 0.7), (-0.08, 0.7), (0.09, 0.93), (-0.09, 0.93))
FEET = ((0.14, 1.0), (0.16, 0.98), (0.08, 0.97), (-0.14, 1.0), (-0.16, 0.98), (-0.08, 0.97))
FIGURE = np.array([*HEAD, *ARMS, *LEGS, *FEET])


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Threads that wait for each other crawl on a machine that is busy with other tests."""
    if importlib.util.find_spec("torch") is not None:
        importlib.import_module("torch").set_num_threads(1)


def paint(pixels, keypoints):
    for a, b in SKELETON.edges:
        ends = [tuple(map(int, keypoints[i].round())) for i in (a, b)]
        cv2.line(pixels, *ends, (40, 200, 240), 5)


def persons_of(rng, size):
    """Yield keypoints of figures side by side."""
    for column in range(int(rng.integers(1, 4))):
        height = rng.uniform(90.0, 190.0)
        foot = (column + 0.5) * size[0] / 3.0, rng.uniform(0.7, 0.95) * size[1]
        yield FIGURE * height + np.array([foot[0], foot[1] - height])


def write_split(folder, split, count, seed):
    rng = np.random.default_rng(seed)
    size = (640, 480)
    (folder / split / "images").mkdir(parents=True)
    images, annotations = [], []
    for index in range(count):
        pixels = rng.integers(60, 120, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)
        pixels = cv2.resize(pixels, size)
        for number, keypoints in enumerate(persons_of(rng, size)):
            paint(pixels, keypoints)
            low, high = keypoints.min(axis=0) - 3.0, keypoints.max(axis=0) + 3.0
            visibility = np.full((len(keypoints), 1), 2.0)
            annotations.append(
                {
                    "id": index * 100 + number,
                    "image_id": index,
                    "category_id": 1,
                    "bbox": [*low.tolist(), *(high - low).tolist()],
                    "keypoints": np.hstack([keypoints, visibility]).ravel().tolist(),
                    "iscrowd": 0,
                    "visible_fraction": 1.0,
                }
            )
        name = f"{index:04d}.jpg"
        cv2.imwrite(str(folder / split / "images" / name), pixels)
        images.append({"id": index, "file_name": name, "width": 640, "height": 480, "view": "top"})
    document = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "person", "keypoints": list(SKELETON.keypoints)}],
    }
    (folder / f"{split}.json").write_text(json.dumps(document))


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    write_split(folder, "train", 24, seed=1)
    write_split(folder, "val", 8, seed=2)
    return folder


@pytest.fixture(scope="session")
def toy(toy_folder):
    return tuple(read_labels(toy_folder, split, SKELETON) for split in ("train", "val"))


@pytest.fixture(scope="session")
def descriptions():
    """Those of our models, with smaller inputs."""
    pair = [load_model_description(f"gpss_{name}", [MODELS]) for name in ("detector", "pose")]
    sizes = (224, 160), (96, 96)
    return tuple(
        replace(d, input=replace(d.input, size=size)) for d, size in zip(pair, sizes, strict=True)
    )


@pytest.fixture(scope="session")
def settings():
    return TrainingSettings(
        network=NetworkSettings(stem=8, widths=(16, 16, 32, 32), blocks=(0, 1, 0, 0), neck=16),
        schedule=ScheduleSettings(
            steps=8, batch=4, warmup_steps=2, epoch_steps=4, checkpoint_steps=3
        ),
        geometry=GeometrySettings(scale=(0.9, 1.1), shift=0.05, rotation_deg=5.0),
        photometry=PhotometrySettings(),
    )
