"""Between numpy's images and torch's tensors."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from gpss_pose_ros.training.task import Outputs
from gpss_pose_ros.types import FloatArray, ImageArray

T = TypeVar("T")


def device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pixel_batch(images: Sequence[ImageArray]) -> Tensor:
    """Return images (H, W, 3) as one batch (N, 3, H, W) uint8, channels last in memory."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)


def spread(samples: Sequence[T], count: int) -> Sequence[T]:
    """Return at most `count` samples, evenly from the first to the last."""
    return samples[:: -(-len(samples) // count)] if samples else samples


def run_here(network: nn.Module, pixels: npt.NDArray[np.float32]) -> Outputs:
    """Return the outputs of a network for a batch, as an inference engine gives them."""
    with torch.no_grad():
        outputs = network(torch.from_numpy(pixels).to(next(network.parameters()).device))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return tuple(output.cpu().numpy() for output in outputs)


def padded(rows: Sequence[FloatArray], width: int) -> Tensor:
    """Return arrays (M_i, width) as one (N, M, width) float32 filled up with zeros, M >= 1."""
    count = max(1, *(len(r) for r in rows))
    result = np.zeros((len(rows), count, width), dtype=np.float32)
    for slot, values in zip(result, rows, strict=True):
        slot[: len(values)] = values
    return torch.from_numpy(result)
