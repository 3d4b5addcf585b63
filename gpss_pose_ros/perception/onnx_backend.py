"""ONNX Runtime as a backend."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gpss_pose_ros.errors import ConfigurationError, ModelError, SetupError, unknown_choice
from gpss_pose_ros.perception.backend import Shape
from gpss_pose_ros.perception.preprocess import Tensor

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
MADE_FROM = "made_from_sha256"
"""Key in the file's metadata."""
_DTYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8", "tensor(int8)": "int8"}


class OnnxBackend:
    """Runs an .onnx file.

    Args:
        path: the file.
        outputs: names of the outputs wanted, in this order.
        providers: keys of PROVIDERS, most wanted first. One that this machine cannot give is an
            error: a network that quietly runs somewhere else is a deadline missed later.
        intra_op_threads: threads inside one operator; 0 leaves it to ONNX Runtime.
    """

    def __init__(
        self,
        path: Path,
        outputs: Sequence[str],
        providers: Sequence[str] = ("cpu",),
        intra_op_threads: int = 0,
    ) -> None:
        self._session = _open_session(path, providers, intra_op_threads)
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(i.name for i in inputs)
            raise ModelError(f"{path}: takes {len(inputs)} inputs ({names}); one is supported")
        found = {o.name: _shape(o.shape) for o in self._session.get_outputs()}
        for name in outputs:
            if name not in found:
                raise ModelError(unknown_choice("output", name, found, str(path)))
        self._outputs = list(outputs)
        self._input_name = inputs[0].name
        self.input_shape = _shape(inputs[0].shape)
        self.input_dtype = _DTYPES.get(inputs[0].type, inputs[0].type)
        self.output_shapes = tuple(found[name] for name in outputs)
        if self.input_shape[0] not in (1, None):
            raise ModelError(
                f"{path}: batch size is fixed at {self.input_shape[0]}; export it as 1"
            )
        self.inference_ns = 0

    @property
    def made_from(self) -> str | None:
        """SHA-256 of the file that this one was made from; None if it does not say."""
        known: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return known.get(MADE_FROM)

    def run(self, batch: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs for a batch; a network with a fixed batch of one runs once each."""
        if self.input_shape[0] is None or len(batch) == 1:
            return self._run(batch)
        results = [self._run(batch[i : i + 1]) for i in range(len(batch))]
        return tuple(np.concatenate(parts) for parts in zip(*results, strict=True))

    def _run(self, batch: Tensor) -> tuple[Tensor, ...]:
        start = time.perf_counter_ns()
        outputs = self._session.run(self._outputs, {self._input_name: batch})
        self.inference_ns += time.perf_counter_ns() - start
        return tuple(outputs)


def _open_session(path: Path, providers: Sequence[str], threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise SetupError(
            f"{path.name} needs ONNX Runtime: pip install onnxruntime (or onnxruntime-gpu)"
        ) from error
    wanted = _provider_names(providers, onnxruntime.get_available_providers())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait take cores from the rest of the graph: YOLOX-nano on two
    # cores with one other busy process took 49 ms spinning, 17 ms not.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # ONNX Runtime's exceptions have no public common base
        raise ModelError(f"{path}: ONNX Runtime cannot load it: {error}") from error
    # A provider whose libraries do not load is dropped with no more than a log line.
    if session.get_providers()[0] != wanted[0]:
        raise SetupError(
            f"ONNX Runtime offers {wanted[0]} but cannot start it (driver or CUDA libraries "
            f"missing?); it would run on {', '.join(session.get_providers())}"
        )
    return session


def _provider_names(providers: Sequence[str], available: Sequence[str]) -> list[str]:
    if not providers:
        raise ConfigurationError(f"no inference provider given; valid: {', '.join(PROVIDERS)}")
    usable = [name for name, full in PROVIDERS.items() if full in available]
    for name in providers:
        if name not in PROVIDERS:
            raise ConfigurationError(unknown_choice("inference provider", name, PROVIDERS))
        if name not in usable:
            raise SetupError(
                f"inference provider {name!r} is not in this machine's ONNX Runtime; available: "
                f"{', '.join(usable)} (cuda and tensorrt need onnxruntime-gpu)"
            )
    return [PROVIDERS[name] for name in providers]


def _shape(dimensions: Sequence[object]) -> Shape:
    """ONNX writes an open dimension as a name or None."""
    return tuple(d if isinstance(d, int) else None for d in dimensions)
