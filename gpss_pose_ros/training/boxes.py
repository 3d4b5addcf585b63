"""How much boxes overlap, with gradients."""

import torch
from torch import Tensor


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """Return the IoU (N, M, A) of boxes (N, M, 4) with boxes (N, A, 4)."""
    low = torch.maximum(a[:, :, None, :2], b[:, None, :, :2])
    high = torch.minimum(a[:, :, None, 2:], b[:, None, :, 2:])
    shared = (high - low).clamp(min=0.0).prod(dim=-1)
    return shared / (_area(a)[:, :, None] + _area(b)[:, None] - shared).clamp(min=1e-9)


def generalised_iou(a: Tensor, b: Tensor) -> Tensor:
    """Return the generalised IoU (N,) of boxes (N, 4), pair by pair.

    Source: Rezatofighi et al., Generalized Intersection over Union, 2019.
    """
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    shared = (high - low).clamp(min=0.0).prod(dim=-1)
    union = (_area(a) + _area(b) - shared).clamp(min=1e-9)
    around = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    hull = around.prod(dim=-1).clamp(min=1e-9)
    return shared / union - (hull - union) / hull


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0.0).prod(dim=-1)
