"""Network files that are not what their description says."""

import dataclasses
import sys

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError, ModelError, SetupError
from gpss_pose_ros.perception.litert_backend import dequantise, quantise
from gpss_pose_ros.perception.load import load_detector, load_pose_estimator
from gpss_pose_ros.perception.model_description import load_model_description

LOADERS = {"yolox_nano": load_detector, "movenet_lightning": load_pose_estimator}


@pytest.fixture
def load(bundled, shared):
    """Load a bundled description after changing some of what it says."""

    def change_and_load(name, input_changes=None, search_paths=None, providers=("cpu",), **changes):
        description = load_model_description(name, [bundled])
        spec = dataclasses.replace(description.input, **(input_changes or {}))
        description = dataclasses.replace(description, input=spec, **changes)
        return LOADERS[name](description, search_paths or [shared / "models"], providers, threads=1)

    return change_and_load


@pytest.mark.parametrize(
    ("name", "changes", "parts"),
    [
        ("yolox_nano", {"outputs": ("dets",)}, ["unknown output 'dets'; valid: output"]),
        (
            "yolox_nano",
            {"input_changes": {"size": (640, 384)}},
            ["takes [1, 3, 416, 416]", "says [?, 3, 384, 640]"],
        ),
        ("yolox_nano", {"input_changes": {"layout": "nhwc"}}, ["[1, 3, 416, 416]", "nhwc"]),
        ("yolox_nano", {"input_changes": {"dtype": "uint8"}}, ["takes float32", "says uint8"]),
        ("yolox_nano", {"family": "rtmdet"}, ["gives [1, 3549, 85]", "rtmdet needs [?, ?, 5]"]),
        ("movenet_lightning", {"outputs": ("out",)}, ["valid: StatefulPartitionedCall:0"]),
        (
            "movenet_lightning",
            {"input_changes": {"size": (256, 256)}},
            ["takes [?, 192, 192, 3]", "says [?, 256, 256, 3]"],
        ),
        ("movenet_lightning", {"input_changes": {"dtype": "float32"}}, ["uint8", "float32"]),
        ("movenet_lightning", {"network_keypoints": 23}, ["[1, 1, 17, 3]", "[?, 1, 23, 3]"]),
        ("movenet_lightning", {"family": "simcc"}, ["simcc needs [?, 17, 384] and [?, 17, 384]"]),
    ],
)
def test_other_tensors_than_described_are_named_with_both_sides(load, name, changes, parts):
    with pytest.raises(ModelError) as caught:
        load(name, **changes)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize("name", LOADERS)
def test_a_file_that_is_no_network_is_named(load, tmp_path, name, bundled):
    file = load_model_description(name, [bundled]).file
    (tmp_path / file).write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ModelError, match=f"{file}: .* cannot load it"):
        load(name, search_paths=[tmp_path])


def test_a_provider_this_machine_lacks_is_not_replaced_in_silence(load):
    onnxruntime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine has CUDA")
    with pytest.raises(SetupError, match=r"'cuda' is not in .*; available: cpu"):
        load("yolox_nano", providers=("cuda", "cpu"))


def test_an_unknown_provider_is_named_with_the_valid_ones(load):
    with pytest.raises(ConfigurationError, match="'gpu'; valid: cpu, cuda, tensorrt"):
        load("yolox_nano", providers=("gpu",))


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("yolox_nano", "onnxruntime", "pip install onnxruntime"),
        ("movenet_lightning", "ai_edge_litert.interpreter", "pip install ai-edge-litert"),
    ],
)
def test_a_missing_engine_names_what_to_install(load, monkeypatch, name, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SetupError, match=package):
        load(name)


def test_a_detector_is_no_pose_estimator(bundled):
    detector = load_model_description("yolox_nano", [bundled])
    pose = load_model_description("rtmpose_s", [bundled])
    with pytest.raises(ConfigurationError, match="a pose estimator is wanted"):
        load_pose_estimator(detector)
    with pytest.raises(ConfigurationError, match="a detector is wanted"):
        load_detector(pose)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_quantised_values_return_within_half_a_step_and_clip(dtype):
    tensor = {"dtype": dtype, "quantization": (0.05, 10)}
    low, high = (0.05 * (float(v) - 10) for v in (np.iinfo(dtype).min, np.iinfo(dtype).max))
    values = np.linspace(low, high, 1001, dtype=np.float32)
    stored = quantise(values, tensor)
    assert stored.dtype == dtype
    assert np.abs(dequantise(stored, tensor) - values).max() <= 0.025 + 1e-5
    beyond = quantise(np.array([low - 9, high + 9], np.float32), tensor)
    assert beyond.tolist() == [np.iinfo(dtype).min, np.iinfo(dtype).max]
