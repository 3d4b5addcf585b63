"""What a network's training consists of, besides the loop that all networks share."""

from typing import Protocol

from torch import Tensor, nn

Batch = tuple[Tensor, ...]
"""Tensors of one step: first the pixels (N, 3, H, W) uint8, then what is taught."""


class Task(Protocol):
    """One network and its lessons."""

    network: nn.Module

    def batch(self, step: int) -> Batch:
        """Return the samples of a step: the same ones whenever it is asked."""

    def losses(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Return the parts of the loss, to be added up."""

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Return the figures of a network in evaluation mode on the validation split."""

    def exported(self, network: nn.Module) -> nn.Module:
        """Return the module whose outputs are those that the model description promises."""

    def example(self) -> Tensor:
        """Return pixels (N, 3, H, W) float32 of real samples."""
