from pathlib import Path

import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.training.settings import load_settings

CONFIG = Path(__file__).resolve().parents[3] / "config" / "training"


def load(tmp_path, text, **changes):
    path = tmp_path / "training.yaml"
    path.write_text(text)
    return load_settings(path, **changes)


@pytest.mark.parametrize("name", ["detector", "pose"])
def test_our_recipes_are_valid(name):
    assert load_settings(CONFIG / f"{name}.yaml").model == f"gpss_{name}"


def test_a_change_wins_over_the_file_and_none_changes_nothing(tmp_path):
    text = "dataset: a\nschedule: {steps: 5}"
    settings = load(tmp_path, text, **{"schedule.steps": 7, "dataset": None})
    assert settings.schedule.steps == 7
    assert settings.dataset == "a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schedule: {stepz: 3}", "unknown name 'schedule.stepz'; valid: "),
        ("schedule: {steps: 0}", "steps must be >= 1"),
        ("schedule: {learning_rate: .nan}", "learning_rate must be finite"),
        ("schedule: {ema_decay: 1.0}", "ema_decay must be < 1"),
        ("geometry: {scale: [2, 1]}", "scale must be"),
        ("geometry: {scale: [1.0]}", "scale must be"),
        ("geometry: {occluded_fraction: 1.5}", "occluded_fraction must be from 0 to 1"),
        ("photometry: {noise: [a, b]}", "noise must be"),
        ("photometry: {jpeg_fraction: 2}", "jpeg_fraction must be from 0 to 1"),
        ("network: {widths: [16, 32], blocks: [1]}", "each of the 2 widths"),
        ("network: {neck: 0}", "must be whole and > 0"),
        ("seed: one", "seed must be of type int"),
        ("- 1", "must be a mapping"),
    ],
)
def test_a_mistake_is_named(tmp_path, text, said):
    with pytest.raises(ConfigurationError, match=r"training\.yaml") as caught:
        load(tmp_path, text)
    assert said in str(caught.value)
