"""The pose network: a small residual network and a pyramid up to a quarter of the input's size."""

import math

import torch
from torch import Tensor, nn

from gpss_pose_ros.perception.codecs import HeatmapCodec
from gpss_pose_ros.training.blocks import Backbone, Pyramid, log_odds
from gpss_pose_ros.training.settings import NetworkSettings

SIGMA_CELLS = HeatmapCodec.sigma
_OFTEN_VISIBLE = 0.5


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
    keypoint is visible, times how narrow the distribution is: sqrt(peak of the distribution / peak
    of the Gaussian it was taught), the ratio of the Gaussian's spread to its own.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, K, H / 4, W / 4)."""
        places, visible = self.network(pixels)
        shape = torch.softmax(places.flatten(2), dim=2)
        peak = shape.amax(dim=2, keepdim=True)
        sharpness = torch.sqrt(peak * (2.0 * math.pi * SIGMA_CELLS**2)).clamp(max=1.0)
        scores = torch.sigmoid(visible)[..., None] * sharpness
        return (shape / peak * scores).reshape(places.shape)
