"""Moving average of a network's weights: smoother than the last step, and better."""

import copy

import torch
from torch import nn


class WeightAverage:
    """Exponential moving average of weights and of the statistics of batch normalisation.

    Args:
        network: what is averaged.
        decay: weight of the past at each step, less in the first steps.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay

    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights after `step` steps."""
        decay = min(self._decay, (1.0 + step) / (10.0 + step))
        present = network.state_dict()
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                if value.is_floating_point():
                    value.lerp_(present[name], 1.0 - decay)
                else:
                    value.copy_(present[name])
