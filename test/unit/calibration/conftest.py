import pytest

GOOD = """
[{name}]
name = "{name}"
size = [640.0, 480.0]
matrix = [[500.0, 0.0, 319.5], [0.0, 500.0, 239.5], [0.0, 0.0, 1.0]]
distortions = [0.0, 0.0, 0.0, 0.0]
rotation = [3.141592653589793, 0.0, 0.0]
translation = [0.0, 0.0, 3.0]
fisheye = false
"""


@pytest.fixture
def calibration(tmp_path):
    """Write a calibration of cameras 3 m up that look straight down, with one text replaced."""

    def write(*names, replace="", by=""):
        text = "".join(GOOD.format(name=name) for name in names or ("cam_01",))
        assert replace in text
        path = tmp_path / "Calib_test.toml"
        path.write_text(text.replace(replace, by) + "\n[metadata]\nadjusted = false\n")
        return path

    return write
