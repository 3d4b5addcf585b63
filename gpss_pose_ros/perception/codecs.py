"""How networks write keypoints, and how to read them: positions in input pixels, both ways."""

from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.perception.backend import Shape
from gpss_pose_ros.perception.heatmap import dark_offset, peak, quarter_offset, render_gaussians
from gpss_pose_ros.perception.model_description import HEATMAP_SIGMA
from gpss_pose_ros.perception.preprocess import Tensor
from gpss_pose_ros.types import FloatArray


class Codec(Protocol):
    """Encodes and decodes keypoints of crops of one input size."""

    def output_shapes(self, keypoints: int) -> tuple[Shape, ...]:
        """Shapes of the tensors of a network with that many keypoints."""

    def encode(self, keypoints_px: FloatArray) -> tuple[Tensor, ...]:
        """Return the tensors of a perfect network for (N, K, 2) input pixels."""

    def decode(self, outputs: tuple[Tensor, ...]) -> tuple[FloatArray, FloatArray]:
        """Return input pixels (N, K, 2) and scores (N, K)."""


class HeatmapCodec:
    """One map per keypoint, at a quarter of the input's size; a Gaussian at the place.

    Args:
        input_size: (width, height) of the input in [px].
        dark: refine the peak by distribution-aware coordinate representation (Zhang et al. 2020)
            instead of a quarter pixel towards the higher neighbour (Newell et al. 2016).
        sigma: of the Gaussian, in cells.
    """

    stride = 4

    def __init__(self, input_size: tuple[int, int], dark: bool, sigma: float) -> None:
        self._size = input_size
        self._sigma = sigma
        self._refine = partial(dark_offset, sigma=sigma) if dark else quarter_offset

    def output_shapes(self, keypoints: int) -> tuple[Shape, ...]:
        """(N, K, H / 4, W / 4)."""
        width, height = self._size
        return ((None, keypoints, height // self.stride, width // self.stride),)

    def encode(self, keypoints_px: FloatArray) -> tuple[Tensor, ...]:
        """Return maps (N, K, H / 4, W / 4) with peaks of one."""
        size = (self._size[0] // self.stride, self._size[1] // self.stride)
        return (render_gaussians(keypoints_px / self.stride, size, self._sigma),)

    def decode(self, outputs: tuple[Tensor, ...]) -> tuple[FloatArray, FloatArray]:
        """Return the refined peaks, and their heights as scores."""
        maps = outputs[0].astype(np.float32)
        cells, scores = peak(maps)
        return (cells + self._refine(maps, cells)) * self.stride, scores


class SimccCodec:
    """One classification vector per keypoint and axis, two bins a pixel (Li et al. 2022)."""

    split = 2
    sigma_px = 3.0

    def __init__(self, input_size: tuple[int, int]) -> None:
        self._size = input_size

    def output_shapes(self, keypoints: int) -> tuple[Shape, ...]:
        """(N, K, 2 W) and (N, K, 2 H)."""
        return tuple((None, keypoints, self.split * n) for n in self._size)

    def encode(self, keypoints_px: FloatArray) -> tuple[Tensor, ...]:
        """Return a vector for x and one for y with peaks of one."""
        return tuple(
            _gaussian(
                np.arange(self.split * n) / self.split, keypoints_px[..., axis], self.sigma_px
            )
            for axis, n in enumerate(self._size)
        )

    def decode(self, outputs: tuple[Tensor, ...]) -> tuple[FloatArray, FloatArray]:
        """Return the highest bins; the score is the lower of the two heights."""
        keypoints = np.stack([vector.argmax(axis=-1) for vector in outputs], axis=-1) / self.split
        scores = np.minimum(outputs[0].max(axis=-1), outputs[1].max(axis=-1))
        return keypoints, scores.astype(np.float64)


class MoveNetCodec:
    """(y, x, score) per keypoint, from 0 at the input's top-left edge to 1 at its far edges."""

    def __init__(self, input_size: tuple[int, int]) -> None:
        self._size = input_size

    def output_shapes(self, keypoints: int) -> tuple[Shape, ...]:
        """(N, 1, K, 3)."""
        return ((None, 1, keypoints, 3),)

    def encode(self, keypoints_px: FloatArray) -> tuple[Tensor, ...]:
        """Return (N, 1, K, 3) with scores of one."""
        yx = ((keypoints_px + 0.5) / np.array(self._size))[..., ::-1]
        ones = np.ones((*yx.shape[:-1], 1))
        return (np.concatenate([yx, ones], axis=-1)[:, None].astype(np.float32),)

    def decode(self, outputs: tuple[Tensor, ...]) -> tuple[FloatArray, FloatArray]:
        """Return positions relative to the centre of the top-left pixel, and the scores."""
        triples = outputs[0][:, 0].astype(np.float64)
        return triples[..., 1::-1] * np.array(self._size) - 0.5, triples[..., 2]


def codec(family: str, input_size: tuple[int, int], heatmap_sigma: float = HEATMAP_SIGMA) -> Codec:
    """Return the codec of a pose family of model_description.POSE_FAMILIES."""
    if family == "movenet":
        return MoveNetCodec(input_size)
    if family == "simcc":
        return SimccCodec(input_size)
    return HeatmapCodec(input_size, family == "dark", heatmap_sigma)


def _gaussian(bins: FloatArray, centre: FloatArray, sigma: float) -> npt.NDArray[np.float32]:
    return np.exp(-((bins - centre[..., None]) ** 2) / (2.0 * sigma**2)).astype(np.float32)
