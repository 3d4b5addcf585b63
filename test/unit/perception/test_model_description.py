from pathlib import Path

import pytest
import yaml

from gpss_pose_ros.errors import ConfigurationError, ModelError
from gpss_pose_ros.perception.model_description import load_model_description

BUNDLED = Path(__file__).parents[3] / "config" / "models"


def changed(tmp_path, name, **changes):
    """Write a copy of a bundled description; a change to None removes the key."""
    content = yaml.safe_load((BUNDLED / f"{name}.yaml").read_text())
    for key, value in changes.items():
        target = content
        *parents, last = key.split("__")
        for parent in parents:
            target = target[parent]
        target[last] = value
        if value is None:
            del target[last]
    path = tmp_path / "model.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_bundled_description_is_valid_and_found_by_name(path):
    assert load_model_description(path.stem, [BUNDLED]) == load_model_description(path)


def test_rtmpose_is_fed_rgb_with_the_means_in_rgb_order():
    spec = load_model_description("rtmpose_s", [BUNDLED]).input
    assert spec.colour == "rgb"
    assert spec.mean == (123.675, 116.28, 103.53)
    assert spec.shape == (3, 256, 192)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"family": "yolov9"}, "unknown family 'yolov9'; valid: yolox, rtmdet"),
        ({"task": "segment"}, "unknown task 'segment'; valid: detector, pose"),
        ({"backend": "caffe"}, "unknown backend 'caffe'; valid: onnxruntime, litert"),
        ({"scor_threshold": 0.2}, "unknown key 'scor_threshold'; valid: "),
        ({"score_threshold": None}, "missing score_threshold; valid keys: "),
        ({"score_threshold": 1.5}, "score_threshold must be a number from 0 to 1, got 1.5"),
        ({"score_threshold": float("nan")}, "score_threshold must be a number from 0 to 1"),
        ({"score_threshold": True}, "score_threshold must be a number"),
        ({"person_class": 0.5}, "person_class must be a whole number"),
        ({"outputs": []}, "outputs must be a list of texts"),
        ({"file": 3}, "file must be a text, got 3"),
        ({"input": [416, 416]}, "input: must be a mapping"),
        ({"input__colour": "grey"}, "input: unknown colour 'grey'; valid: bgr, rgb"),
        ({"input__size": [416]}, "input: size must be a list of 2 numbers"),
        ({"input__std": [1, 0, 1]}, "input: std must be a list of 3 numbers"),
        ({"input__mean": None}, "input: missing mean"),
        ({"skeleton": "coco17"}, "unknown key 'skeleton'"),
    ],
)
def test_a_wrong_value_is_named_with_its_file_and_the_valid_choices(tmp_path, changes, message):
    path = changed(tmp_path, "yolox_nano", **changes)
    with pytest.raises(ConfigurationError) as caught:
        load_model_description(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"skeleton": "mpii"}, "unknown skeleton 'mpii'; valid: coco17, coco17_feet"),
        ({"refine": "sideways"}, "unknown refine 'sideways'; valid: none, upright"),
        ({"network_keypoints": 16}, "network_keypoints must be a number from 17"),
        ({"input__mean": [1, 2, 3]}, "a uint8 input takes raw pixels"),
    ],
)
def test_a_wrong_pose_description_is_refused(tmp_path, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        load_model_description(changed(tmp_path, "movenet_lightning", **changes))


def test_an_unreadable_description_is_refused(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("task: [detector")
    with pytest.raises(ConfigurationError, match=r"broken\.yaml: cannot be read as YAML"):
        load_model_description(path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"'yolo_nano'.*yolox_nano"):
        load_model_description("yolo_nano", [BUNDLED])


def test_a_missing_file_lists_every_place_looked_at(tmp_path):
    description = load_model_description("rtmpose_s", [BUNDLED])
    with pytest.raises(ModelError) as caught:
        description.find_file([tmp_path / "a", tmp_path / "b"])
    for text in (str(BUNDLED), str(tmp_path / "a"), str(tmp_path / "b"), description.file, "copy"):
        assert text in str(caught.value)


def test_a_file_is_found_beside_its_description_first(tmp_path):
    path = changed(tmp_path, "yolox_nano")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "yolox_nano_416_coco.onnx").touch()
    description = load_model_description(path)
    assert description.find_file([elsewhere]) == elsewhere / description.file
    (tmp_path / description.file).touch()
    assert description.find_file([elsewhere]) == tmp_path / description.file


def test_a_cpu_may_have_a_file_of_its_own(tmp_path):
    description = load_model_description(changed(tmp_path, "yolox_nano", cpu_file="small.onnx"))
    for name in ("small.onnx", description.file):
        (tmp_path / name).touch()
    assert description.find_file(on_cpu=True) == tmp_path / "small.onnx"
    assert description.find_file() == tmp_path / description.file
    (tmp_path / "small.onnx").unlink()
    with pytest.raises(ModelError, match=r"small\.onnx is in none of"):
        description.find_file(on_cpu=True)
    alone = load_model_description(changed(tmp_path, "yolox_nano"))
    assert alone.find_file(on_cpu=True) == tmp_path / description.file
