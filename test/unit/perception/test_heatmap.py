"""Peaks of heatmaps, to a fraction of a cell."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.perception.heatmap import dark_offset, peak, render_gaussians

SIZE = WIDTH, HEIGHT = 24, 32
KERNEL_WIDTHS = {1.0: 5, 2.0: 11, 3.0: 17}
"""By the sigma of the maps; those of 2 and 3 are the paper's."""


@given(st.floats(8.0, WIDTH - 9.0), st.floats(8.0, HEIGHT - 9.0), st.floats(0.05, 1.0))
def test_a_gaussian_is_found_wherever_it_is_and_however_low(x, y, height):
    maps = np.float32(height) * render_gaussians(np.array([[[x, y]]]), SIZE, 2.0)
    cells, heights = peak(maps)
    found = cells + dark_offset(maps, cells, 2.0)
    np.testing.assert_allclose(found[0, 0], (x, y), atol=0.02)
    assert heights[0, 0] == pytest.approx(height, rel=0.07)


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(KERNEL_WIDTHS)))
def test_the_refined_peak_is_that_of_the_map_blurred_as_a_whole(seed, sigma):
    rng = np.random.default_rng(seed)
    centres = rng.uniform((0.0, 0.0), SIZE, (3, 5, 2))
    maps = render_gaussians(centres, SIZE, sigma)
    maps += rng.uniform(0.0, 0.05, maps.shape).astype(np.float32)
    cells, _ = peak(maps)
    expected = [
        [_newton_step(m, *cell, KERNEL_WIDTHS[sigma]) for m, cell in zip(of_one, at, strict=True)]
        for of_one, at in zip(maps, cells.astype(int), strict=True)
    ]
    np.testing.assert_allclose(dark_offset(maps, cells, sigma), expected, atol=1e-3)


def _newton_step(heights, column, row, width):
    """To where the logarithm of the blurred map is highest; none at the border."""
    if not (2 <= column < WIDTH - 2 and 2 <= row < HEIGHT - 2):
        return np.zeros(2)
    blurred = cv2.GaussianBlur(heights, (width, width), 0.0, borderType=cv2.BORDER_CONSTANT)
    slopes = np.gradient(np.log(blurred.astype(np.float64)))
    here = row, column
    gradient = np.array([slope[here] for slope in slopes])
    hessian = np.array([[second[here] for second in np.gradient(slope)] for slope in slopes])
    if np.linalg.eigvalsh(hessian).max() >= 0.0:
        return np.zeros(2)
    return np.clip(-np.linalg.solve(hessian, gradient)[::-1], -1.0, 1.0)
