"""What a network's training consists of, besides the loop that all networks share."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

Batch = tuple[Tensor, ...]
"""Tensors of one step: first the pixels (N, 3, H, W) uint8, then what is taught."""
Outputs = tuple[npt.NDArray[np.float32], ...]
Engine = Callable[[npt.NDArray[np.float32]], Outputs]
"""Runs a finished network: pixels (N, 3, H, W) in, the outputs of the model description out."""


class Task(Protocol):
    """One network and its lessons."""

    network: nn.Module

    def batch(self, step: int) -> Batch:
        """Return the samples of a step: the same ones whenever it is asked."""

    def losses(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Return the parts of the loss, to be added up."""

    def validate(self, engine: Engine) -> dict[str, float]:
        """Return the figures of a network on the validation split."""

    def exported(self, network: nn.Module) -> nn.Module:
        """Return the module whose outputs are those that the model description promises."""

    def examples(self, count: int) -> Tensor:
        """Return pixels (N, 3, H, W) uint8 of at most `count` real samples, of different images."""
