"""Building blocks of the networks: plain 3 × 3 convolutions, the fastest there are on a CPU."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from gpss_pose_ros.training.settings import NetworkSettings


def convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU; inference engines run it as one operator."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions and a way around them (He et al., Deep Residual Learning, 2015)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.norm.weight)  # starts as identity, which trains faster

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return torch.relu(x + self.norm(self.second(self.first(x))))


class Backbone(nn.Module):
    """From BGR pixels in [0, 255] to features at 1/4, 1/8, 1/16, ... of the size.

    The first batch normalisation makes up for the range of the pixels: at inference nothing has
    to be subtracted or divided.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.stem = convolution(3, settings.stem, stride=2)
        inputs = (settings.stem, *settings.widths)
        self.stages = nn.ModuleList(
            nn.Sequential(convolution(i, o, stride=2), *(Residual(o) for _ in range(count)))
            for i, o, count in zip(inputs, settings.widths, settings.blocks, strict=False)
        )

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Map (N, 3, H, W) to one feature map a stage, finest first."""
        x, features = self.stem(pixels), []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features


class Pyramid(nn.Module):
    """Passes what the coarse levels know to the finer ones (Lin et al., FPN, 2017)."""

    def __init__(self, widths: tuple[int, ...], channels: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(convolution(w, channels, kernel=1) for w in widths)
        self.smooth = nn.ModuleList(convolution(channels, channels) for _ in widths)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        """Map feature maps, finest first, to as many with `channels` channels."""
        results: list[Tensor] = []
        for i in reversed(range(len(features))):
            x = self.lateral[i](features[i])
            if results:
                x = x + interpolate(results[-1], scale_factor=2.0, mode="nearest")
            results.append(self.smooth[i](x))
        return results[::-1]


def log_odds(probability: float) -> float:
    """Return the input of the logistic function that gives `probability`."""
    return math.log(probability / (1.0 - probability))


def multiply_accumulates(network: nn.Module, size: tuple[int, int]) -> int:
    """Count the multiplications of all convolutions for one image of (width, height) `size`."""
    total = 0

    def count(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal total
        total += output.shape[2] * output.shape[3] * sum(w.numel() for w in module.parameters())

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, nn.Conv2d)]
    device = next(network.parameters()).device
    was_training = network.training
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, size[1], size[0], device=device))
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    return total
