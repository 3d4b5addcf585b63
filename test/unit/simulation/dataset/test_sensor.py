import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.simulation.dataset.sensor import compress, photograph, smear_kernel


def centroid_px(pixels):
    """The middle of the bright spot on a dark image."""
    light = pixels.astype(float).sum(axis=2)
    light = np.where(light > light.max() / 2, light, 0.0)
    v, u = np.indices(light.shape)
    return np.array([(u * light).sum(), (v * light).sum()]) / light.sum()


@pytest.mark.parametrize("seed", range(12))
def test_nothing_moves(settings, seed):
    rng = np.random.default_rng(seed)
    middle = rng.integers(60, 180, 2)
    pixels = np.full((240, 240, 3), 10, np.uint8)
    cv2.circle(pixels, (int(middle[0]), int(middle[1])), 8, (200, 200, 200), -1)
    file = compress(photograph(pixels, settings.sensor, rng), settings.sensor, rng)
    taken = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    assert taken.shape == pixels.shape
    np.testing.assert_allclose(centroid_px(taken), middle, atol=0.4)


@given(length=st.floats(0.0, 30.0), angle=st.floats(0.0, math.pi))
def test_a_smear_keeps_the_light_and_its_place(length, angle):
    kernel = smear_kernel(length, angle)
    assert kernel.shape[0] % 2 == kernel.shape[1] % 2 == 1
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-6)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-4)
    assert (kernel >= 0).all()


def test_same_randomness_same_bytes(settings):
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)

    def taken(seed):
        rng = np.random.default_rng(seed)
        return compress(photograph(pixels, settings.sensor, rng), settings.sensor, rng)

    assert taken(1) == taken(1)
    assert taken(1) != taken(2)
