"""LiteRT (TensorFlow Lite) as a backend."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gpss_pose_ros.errors import ModelError, SetupError, unknown_choice
from gpss_pose_ros.perception.preprocess import Tensor


class LiteRtBackend:
    """Runs a .tflite file on the CPU (XNNPACK), one input of the batch after the other.

    Args:
        path: the file.
        outputs: names of the outputs wanted, in this order.
        threads: threads of the CPU kernels; 0 leaves it to LiteRT.
    """

    def __init__(self, path: Path, outputs: Sequence[str], threads: int = 0) -> None:
        self._interpreter = _open_interpreter(path, threads)
        inputs = self._interpreter.get_input_details()
        if len(inputs) != 1 or inputs[0]["shape"][0] != 1:
            shapes = [i["shape"].tolist() for i in inputs]
            raise ModelError(f"{path}: takes {shapes}; one input with a batch of 1 is supported")
        found = {o["name"]: o for o in self._interpreter.get_output_details()}
        for name in outputs:
            if name not in found:
                raise ModelError(unknown_choice("output", name, found, str(path)))
        self._input = inputs[0]
        self._outputs = [found[name] for name in outputs]
        self.input_shape = (None, *(int(d) for d in self._input["shape"][1:]))
        self.input_dtype = np.dtype(self._input["dtype"]).name
        self.output_shapes = tuple(tuple(int(d) for d in o["shape"]) for o in self._outputs)
        self.inference_ns = 0

    def run(self, batch: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs for a batch, dequantised where the network quantises them."""
        results = [self._run(quantise(batch[i : i + 1], self._input)) for i in range(len(batch))]
        return tuple(np.concatenate(parts) for parts in zip(*results, strict=True))

    def _run(self, one: Tensor) -> list[Tensor]:
        start = time.perf_counter_ns()
        self._interpreter.set_tensor(self._input["index"], one)
        self._interpreter.invoke()
        raw = [self._interpreter.get_tensor(o["index"]) for o in self._outputs]
        self.inference_ns += time.perf_counter_ns() - start
        return [dequantise(r, o) for r, o in zip(raw, self._outputs, strict=True)]


def quantise(values: Tensor, tensor: dict[str, Any]) -> Tensor:
    """Return float `values` as the integers that `tensor` (LiteRT details) stores for them.

    real = scale * (stored - zero_point); values that already have the tensor's type pass.
    """
    if values.dtype == tensor["dtype"]:
        return values
    scale, zero_point = tensor["quantization"]
    limits = np.iinfo(tensor["dtype"])
    stored = np.rint(values.astype(np.float32) / scale + zero_point)
    return np.asarray(np.clip(stored, limits.min, limits.max), dtype=tensor["dtype"])


def dequantise(stored: Tensor, tensor: dict[str, Any]) -> Tensor:
    """Return the real values of integers `stored` in `tensor`; floats pass."""
    scale, zero_point = tensor["quantization"]
    if stored.dtype.kind == "f" or scale == 0.0:
        return stored
    return np.asarray((stored.astype(np.float32) - zero_point) * scale)


def _open_interpreter(path: Path, threads: int) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise SetupError(f"{path.name} needs LiteRT: pip install ai-edge-litert") from error
    try:
        interpreter = Interpreter(str(path), num_threads=threads or None)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"{path}: LiteRT cannot load it: {error}") from error
    return interpreter
