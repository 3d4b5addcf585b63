import pytest
import yaml

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.simulation.dataset.settings import load_settings

from .conftest import CONFIG


def written(tmp_path, change):
    content = yaml.safe_load(CONFIG.read_text())
    change(content)
    path = tmp_path / "dataset.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("people"), "missing people"),
        (lambda c: c.update(persons=3), "unknown key 'persons'"),
        (lambda c: c["top"].update(height_m=[9.0, 3.0]), r"top: height_m must be \[least, most\]"),
        (lambda c: c["sensor"].update(jpeg_quality=[0, 200]), "sensor: jpeg_quality"),
        (lambda c: c.update(sizes=["640 480"] * 4), "sizes must look like 640x480"),
        (lambda c: c.update(size_weights=[1.0]), "size_weights must be a list of 4"),
        (lambda c: c["images"].update(val=0), "images: val"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, change, message):
    with pytest.raises(ConfigurationError, match=message):
        load_settings(written(tmp_path, change))


def test_fewer_train_images_keep_the_proportions(settings):
    few = settings.with_train_images(600)
    assert few.images == {"train": 600, "val": 30, "test": 50}
    assert few.sensor == settings.sensor
    with pytest.raises(ConfigurationError, match="above 0"):
        settings.with_train_images(0)
