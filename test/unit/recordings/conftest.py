import cv2
import numpy as np
import pytest

CAMERA = """
[{name}]
size = [{width}.0, {height}.0]
matrix = [[500.0, 0.0, 319.5], [0.0, 500.0, 239.5], [0.0, 0.0, 1.0]]
distortions = [0.0, 0.0, 0.0, 0.0]
rotation = [3.141592653589793, 0.0, 0.0]
translation = [0.0, 0.0, 3.0]
"""


@pytest.fixture
def write_video():
    """Write a video whose image k is of grey level 40 + 10 k inside, black in the bars."""

    def write(path, size=(640, 480), frames=5, rate_hz=25.0, bars_px=(0, 0), tint=0):
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), rate_hz, size)
        assert writer.isOpened()
        for k in range(frames):
            image = np.zeros((size[1], size[0], 3), np.uint8)
            x, y = bars_px
            image[y : size[1] - y, x : size[0] - x] = 40 + tint + 10 * k
            writer.write(image)
        writer.release()
        return path

    return write


@pytest.fixture
def footage(tmp_path, write_video):
    """A folder with a calibration and one video for each camera."""

    def write(names=("cam_01", "cam_02"), calibrated=(640, 480), **video):
        width, height = calibrated
        text = "".join(CAMERA.format(name=name, width=width, height=height) for name in names)
        (tmp_path / "Calib_test.toml").write_text(text)
        for i, name in enumerate(names):
            write_video(tmp_path / "videos" / f"{name.replace('_', '')}.avi", tint=5 * i, **video)
        return tmp_path

    return write
