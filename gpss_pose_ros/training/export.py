"""From a trained network to an ONNX file that gives the same."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from gpss_pose_ros.errors import ModelError
from gpss_pose_ros.perception.model_description import ModelDescription
from gpss_pose_ros.perception.onnx_backend import OnnxBackend
from gpss_pose_ros.training.tensors import run_here

OPSET = 17
LARGEST_DIFFERENCE = 2e-3
"""Between torch and the exported file, in any output; both compute in 32 bits."""


def export(network: nn.Module, description: ModelDescription, path: Path, example: Tensor) -> float:
    """Write a network as ONNX, batch size open, batch normalisation folded into convolutions.

    Args:
        network: gives what the description promises.
        description: names the outputs.
        path: the file.
        example: pixels (N, 3, H, W) float32 of real samples.

    Returns:
        Largest difference to torch over random and real pixels.

    Raises:
        ModelError: that difference is above LARGEST_DIFFERENCE.
    """
    network = network.cpu().eval().to(memory_format=torch.contiguous_format)
    names = ["pixels", *description.outputs]
    with warnings.catch_warnings():
        # The exporter of traces is called old; the new one wants a package more, and folds less.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example[:1],),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "batch"} for name in names},
        )
    noise = torch.rand(example.shape, generator=torch.Generator().manual_seed(0)) * 255.0
    difference = max(_difference(network, description, path, x) for x in (example, noise))
    if not difference <= LARGEST_DIFFERENCE:
        raise ModelError(f"{path}: differs from torch by {difference:g} > {LARGEST_DIFFERENCE:g}")
    return difference


def _difference(
    network: nn.Module, description: ModelDescription, path: Path, pixels: Tensor
) -> float:
    expected = run_here(network, pixels.numpy())
    found = OnnxBackend(path, description.outputs).run(pixels.numpy())
    return max(float(abs(f - e).max()) for f, e in zip(found, expected, strict=True))
