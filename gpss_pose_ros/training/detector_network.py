"""The person detector: a small residual network, a pyramid, one head a level, no anchors."""

import torch
from torch import Tensor, nn

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.training.blocks import Backbone, Pyramid, convolution, log_odds
from gpss_pose_ros.training.settings import NetworkSettings

STRIDES = (8, 16, 32)
"""Of the levels; what the decoder of the family `yolox` expects."""
_TYPICAL_CELLS = 4.0
"""Side of a person's box before anything is learned, in cells of its level."""
_RARE = 0.01
"""Part of the cells that hold a person before anything is learned."""


class DetectorNetwork(nn.Module):
    """Gives, for each cell of each level: x, y, log w, log h in cells, and the score's log odds.

    Rows are those of YOLOX (Ge et al. 2021) with one score: cell (0, 0)'s top-left edge is 0, 0.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        if len(settings.widths) != 1 + len(STRIDES):
            raise ConfigurationError(
                "network: widths of the detector must be 4 numbers, for strides 4, 8, 16 and 32;"
                f" got {list(settings.widths)}"
            )
        self.backbone = Backbone(settings)
        self.pyramid = Pyramid(settings.widths[1:], settings.neck)
        self.heads = nn.ModuleList(_head(settings.neck) for _ in STRIDES)

    def forward(self, pixels: Tensor) -> Tensor:
        """Map BGR (N, 3, H, W) in [0, 255] to (N, cells, 5), finest level first."""
        levels = self.pyramid(self.backbone(pixels)[1:])
        maps = [head(level).flatten(2) for head, level in zip(self.heads, levels, strict=True)]
        return torch.cat(maps, dim=2).transpose(1, 2)


class ExportedDetector(nn.Module):
    """Rows (x, y, log w, log h, objectness, class) as the decoder of `yolox` reads them."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, cells, 6); there is one class, so its score is one."""
        rows = self.network(pixels)
        score = torch.sigmoid(rows[..., 4:])
        return torch.cat([rows[..., :4], score, torch.ones_like(score)], dim=-1)


def _head(channels: int) -> nn.Sequential:
    last = nn.Conv2d(channels, 5, 1)
    nn.init.normal_(last.weight, std=0.01)
    size = torch.tensor(_TYPICAL_CELLS).log().item()
    last.bias.data.copy_(torch.tensor([0.5, 0.5, size, size, log_odds(_RARE)]))
    return nn.Sequential(convolution(channels, channels), last)
