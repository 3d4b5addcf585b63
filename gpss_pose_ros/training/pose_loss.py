"""What the pose network is taught: a distribution over cells, and whether one sees the place."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax

from gpss_pose_ros.perception.codecs import HeatmapCodec

_HIDDEN_PLACE_WEIGHT = 0.5
_HIDDEN_SCORE = 0.4
"""Taught for hidden keypoints: below visible ones, above those that are not in the crop."""
_VISIBLE_WEIGHT = 3.0


def pose_losses(
    places: Tensor,
    visible: Tensor,
    keypoints_px: Tensor,
    visibility: Tensor,
    importance: Tensor,
    sigma: float,
) -> dict[str, Tensor]:
    """Return the loss of the places and that of the visibilities.

    Args:
        places: (N, K, H / 4, W / 4) log of the distribution, up to a constant.
        visible: (N, K) log odds.
        keypoints_px: (N, K, 2) true places in input pixels.
        visibility: (N, K) 0 not in the crop, 1 hidden, 2 visible.
        importance: (K,) how much the place of each keypoint counts.
        sigma: of the distribution taught, in cells.
    """
    places, visible = places.float(), visible.float()
    height, width = places.shape[-2:]
    target = gaussians(keypoints_px / HeatmapCodec.stride, width, height, sigma)
    entropy = -(target * log_softmax(places.flatten(2), dim=2)).sum(dim=2)
    # What is left at best is the entropy of the target; 0 is then perfect.
    surplus = entropy + torch.special.xlogy(target, target).sum(dim=2)
    weight = (visibility == 2).float() + _HIDDEN_PLACE_WEIGHT * (visibility == 1).float()
    weight = weight * importance
    wanted = (visibility == 2).float() + _HIDDEN_SCORE * (visibility == 1).float()
    return {
        "place": (surplus * weight).sum() / weight.sum().clamp(min=1.0),
        "visible": _VISIBLE_WEIGHT * binary_cross_entropy_with_logits(visible, wanted),
    }


def gaussians(centres: Tensor, width: int, height: int, sigma: float) -> Tensor:
    """Return (N, K, height * width): for each centre (N, K, 2) in cells weights that sum to one."""
    x = _weights(centres[..., 0:1], width, sigma)
    y = _weights(centres[..., 1:2], height, sigma)
    return (y[..., :, None] * x[..., None, :]).flatten(2)


def _weights(centres: Tensor, count: int, sigma: float) -> Tensor:
    cells = torch.arange(count, device=centres.device)
    return torch.softmax(-((cells - centres) ** 2) / (2.0 * sigma**2), dim=-1)
