"""Noise moves every image a little, no two alike, and the same way in every run."""

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.sensor_noise import SensorNoise

SIZE = (64, 48)
GREY = np.full((48, 64, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def noise():
    return SensorNoise(7, SIZE)


def test_no_two_images_of_a_quiet_floor_are_alike(noise):
    images = {noise.apply(GREY, c, k).tobytes() for c in range(4) for k in range(25)}
    assert len(images) > 95  # there are 4096 places in the pattern


def test_one_seed_gives_the_same_noise(noise):
    again = SensorNoise(7, SIZE)
    np.testing.assert_array_equal(noise.apply(GREY, 1, 5), again.apply(GREY, 1, 5))
    assert (noise.apply(GREY, 1, 5) != SensorNoise(8, SIZE).apply(GREY, 1, 5)).any()


def test_noise_is_weak_and_does_not_brighten(noise):
    off = noise.apply(GREY, 0, 0).astype(float) - GREY
    assert abs(off.mean()) < 0.2
    assert off.std() == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_do_not_wrap_around(noise, level):
    image = np.full_like(GREY, level)
    assert np.abs(noise.apply(image, 0, 0).astype(int) - level).max() < 15


def test_a_larger_image_is_refused(noise):
    with pytest.raises(InputError, match="smaller images than 640x480 px"):
        noise.apply(np.zeros((480, 640, 3), np.uint8), 0, 0)
