"""The weights of a finished run, half the size: what another run starts from."""

from pathlib import Path

import torch
from torch import Tensor, nn

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.training.blocks import Residual


def save_weights(network: nn.Module, path: Path) -> None:
    """Write the weights of a network in 16 bits."""
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    torch.save(state, path)


def load_weights(network: nn.Module, path: Path) -> None:
    """Give a network the weights of another one, of the same shape or less deep or wide.

    It then computes what the other one did: residual blocks that the other one lacks stay as they
    are, since a new one changes nothing; channels that it lacks are begun at random, and nobody
    listens to them yet (Chen et al., Net2Net, 2016, with silence in place of copies).

    Raises:
        ConfigurationError: no such file, or the weights of another network.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        known = network.state_dict()
        wide = {n: _widened(v, known[n]) if n in known else v for n, v in state.items()}
        missing, unknown = network.load_state_dict(wide, strict=False)
    except OSError as error:
        raise ConfigurationError(f"cannot read weights {path}: {error.strerror}") from error
    except Exception as error:  # torch's errors have no common base
        raise ConfigurationError(f"{path} does not fit this network: {error}") from error
    blocks = [name for name, module in network.named_modules() if isinstance(module, Residual)]
    new = tuple(f"{b}." for b in blocks if all(n in missing for n in _names(network, b)))
    strange = [*unknown, *(name for name in missing if not name.startswith(new))]
    if strange:
        raise ConfigurationError(f"{path} does not fit this network: see {', '.join(strange[:3])}")


def _widened(narrow: Tensor, fresh: Tensor) -> Tensor:
    """Return weights as large as `fresh`, (outputs, inputs, ...): known outputs hear no new input.

    Shapes that do not allow it are left to torch, which names them.
    """
    if narrow.shape == fresh.shape or narrow.ndim != fresh.ndim or narrow.ndim == 0:
        return narrow
    known = tuple(slice(size) for size in narrow.shape)
    if any(old > new for old, new in zip(narrow.shape, fresh.shape, strict=True)):
        return narrow
    wide = fresh.detach().clone()
    wide[known[0]] = 0.0
    wide[known] = narrow.to(wide.dtype)
    return wide


def _names(network: nn.Module, block: str) -> list[str]:
    """Return the names of everything learned in one block."""
    return [f"{block}.{name}" for name, _ in network.get_submodule(block).named_parameters()]
