"""The pose network: a small residual network and a pyramid up to a quarter of the input's size."""

import math

import torch
from torch import Tensor, nn

from gpss_pose_ros.training.blocks import Backbone, Pyramid, log_odds
from gpss_pose_ros.training.settings import NetworkSettings

_OFTEN_VISIBLE = 0.5
BLUR_CELLS = 1.75
"""Standard deviation of what blurs a map before its peak tells how sure a place is."""


class PoseNetwork(nn.Module):
    """Gives for each keypoint the log of where it may be, and the log odds that it is visible."""

    def __init__(self, settings: NetworkSettings, keypoints: int) -> None:
        super().__init__()
        self.backbone = Backbone(settings)
        self.pyramid = Pyramid(settings.widths, settings.neck)
        self.place = nn.Conv2d(settings.neck, keypoints, 1)
        self.visible = nn.Linear(settings.widths[-1], keypoints)
        nn.init.normal_(self.place.weight, std=0.01)
        nn.init.constant_(self.visible.bias, log_odds(_OFTEN_VISIBLE))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Map BGR (N, 3, H, W) in [0, 255] to (N, K, H / 4, W / 4) and (N, K)."""
        features = self.backbone(pixels)
        places = self.place(self.pyramid(features)[0])
        return places, self.visible(features[-1].mean(dim=(2, 3)))


class ExportedPose(nn.Module):
    """Heatmaps whose heights are scores, as the codecs `heatmap` and `dark` read them.

    A map has the shape of the distribution over cells. Its peak is the probability that the
    keypoint is visible, times how narrow the distribution is: the ratio of the spread it was
    taught to its own. Both are of blurred maps, on which an error of a fraction of a cell, or a
    place between two cells, is not yet doubt.

    Args:
        network: a PoseNetwork.
        sigma: of the distribution it was taught, in cells.
    """

    def __init__(self, network: nn.Module, sigma: float) -> None:
        super().__init__()
        self.network = network
        self._least_area = 2.0 * math.pi * (sigma**2 + BLUR_CELLS**2)

    def forward(self, pixels: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, K, H / 4, W / 4)."""
        places, visible = self.network(pixels)
        shape = torch.softmax(places.flatten(2), dim=2)
        peak = _blurred(shape.reshape(places.shape)).flatten(2).amax(dim=2)
        sharpness = torch.sqrt(peak * self._least_area).clamp(max=1.0)
        scores = torch.sigmoid(visible) * sharpness
        top = shape.amax(dim=2, keepdim=True)
        return (shape / top * scores[..., None]).reshape(places.shape)


def _blurred(maps: Tensor) -> Tensor:
    """Map (N, K, H, W) to (N, K, W, H): products of matrices, which cost less than convolutions."""
    height, width = (_blurring(int(count), maps.device) for count in maps.shape[2:])
    return (maps @ width).transpose(2, 3) @ height


def _blurring(count: int, device: torch.device) -> Tensor:
    """Return the (count, count) weights of a Gaussian about each cell of a row."""
    cells = torch.arange(count, device=device)
    weights = torch.exp(-((cells[:, None] - cells) ** 2) / (2.0 * BLUR_CELLS**2))
    return weights / (BLUR_CELLS * math.sqrt(2.0 * math.pi))
