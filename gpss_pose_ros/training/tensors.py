"""Between numpy's images and torch's tensors."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gpss_pose_ros.types import FloatArray, ImageArray


def device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pixel_batch(images: Sequence[ImageArray]) -> Tensor:
    """Return images (H, W, 3) as one batch (N, 3, H, W) uint8, channels last in memory."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)


def padded(rows: Sequence[FloatArray], width: int) -> Tensor:
    """Return arrays (M_i, width) as one (N, M, width) float32 filled up with zeros, M >= 1."""
    count = max(1, *(len(r) for r in rows))
    result = np.zeros((len(rows), count, width), dtype=np.float32)
    for slot, values in zip(result, rows, strict=True):
        slot[: len(values)] = values
    return torch.from_numpy(result)
