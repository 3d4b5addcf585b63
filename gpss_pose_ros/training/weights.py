"""The weights of a finished run, half the size: what another run starts from."""

from pathlib import Path

import torch
from torch import nn

from gpss_pose_ros.errors import ConfigurationError


def save_weights(network: nn.Module, path: Path) -> None:
    """Write the weights of a network in 16 bits."""
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    torch.save(state, path)


def load_weights(network: nn.Module, path: Path) -> None:
    """Give a network the weights of another one of the same shape.

    Raises:
        ConfigurationError: no such file, or the weights of another network.
    """
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except OSError as error:
        raise ConfigurationError(f"cannot read weights {path}: {error.strerror}") from error
    except Exception as error:  # torch's errors have no common base
        raise ConfigurationError(f"{path} does not fit this network: {error}") from error
