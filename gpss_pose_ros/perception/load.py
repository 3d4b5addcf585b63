"""From a model description to a detector or pose estimator that is known to fit it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError, ModelError
from gpss_pose_ros.perception import detector_families
from gpss_pose_ros.perception.backend import Backend, Shape
from gpss_pose_ros.perception.codecs import codec
from gpss_pose_ros.perception.detector import Detector, LetterboxDetector
from gpss_pose_ros.perception.litert_backend import LiteRtBackend
from gpss_pose_ros.perception.model_description import (
    DetectorDescription,
    ModelDescription,
    PoseDescription,
)
from gpss_pose_ros.perception.onnx_backend import OnnxBackend
from gpss_pose_ros.perception.pose_estimator import PoseEstimator, TopDownEstimator


def load_detector(
    description: ModelDescription,
    search_paths: Sequence[Path | str] = (),
    providers: Sequence[str] = ("cpu",),
    threads: int = 0,
) -> Detector:
    """Load the person detector that `description` names.

    Args:
        description: as load_model_description returns it.
        search_paths: folders that may hold the network's file.
        providers: ONNX Runtime execution providers, most wanted first: cpu, cuda, tensorrt.
        threads: threads of one inference; 0 leaves it to the engine.

    Raises:
        ConfigurationError: the description is not of a detector, or a provider is unknown.
        ModelError: the file is missing, or its tensors are not what the description says.
        SetupError: the engine or a provider is not installed.
    """
    if not isinstance(description, DetectorDescription):
        raise ConfigurationError(f"{description.source}: a detector is wanted; its task is pose")
    backend = _open(description, search_paths, providers, threads)
    _check_tensors(backend, description, detector_families.output_shapes(description))
    return LetterboxDetector(backend, description)


def load_pose_estimator(
    description: ModelDescription,
    search_paths: Sequence[Path | str] = (),
    providers: Sequence[str] = ("cpu",),
    threads: int = 0,
) -> PoseEstimator:
    """Load the pose estimator that `description` names.

    Arguments and errors are those of load_detector.
    """
    if not isinstance(description, PoseDescription):
        raise ConfigurationError(
            f"{description.source}: a pose estimator is wanted; its task is detector"
        )
    backend = _open(description, search_paths, providers, threads)
    shapes = codec(description.family, description.input.size).output_shapes(
        description.network_keypoints
    )
    _check_tensors(backend, description, (shapes,))
    return TopDownEstimator(backend, description)


def _open(
    description: ModelDescription,
    search_paths: Sequence[Path | str],
    providers: Sequence[str],
    threads: int,
) -> Backend:
    on_cpu = description.backend == "litert" or tuple(providers[:1]) == ("cpu",)
    path = description.find_file(search_paths, on_cpu)
    if description.backend == "litert":
        return LiteRtBackend(path, description.outputs, threads)
    backend = OnnxBackend(path, description.outputs, providers, threads)
    if backend.made_from is not None:
        _check_origin(path, backend.made_from, description, search_paths)
    return backend


def _check_origin(
    path: Path, made_from: str, description: ModelDescription, search_paths: Sequence[Path | str]
) -> None:
    """Raise ModelError if the network's file is there, but not the one that `path` is made from."""
    try:
        original = description.find_file(search_paths)
    except ModelError:
        return  # who has only the one for CPUs has no other that could be meant
    if hashlib.sha256(original.read_bytes()).hexdigest() != made_from:
        raise ModelError(
            f"{path} was made from another network than {original}: copy both files of a training "
            f"run, or leave out cpu_file in {description.source}"
        )


def _check_tensors(
    backend: Backend, description: ModelDescription, alternatives: tuple[tuple[Shape, ...], ...]
) -> None:
    """Raise ModelError, saying both, unless the file has the tensors of the description."""
    where = f"{description.source}: {description.file}"
    said: Shape = (None, *description.input.shape)
    if not _compatible(backend.input_shape, said):
        raise ModelError(
            f"{where} takes {_text(backend.input_shape)}, the description says {_text(said)} "
            f"(size {list(description.input.size)}, layout {description.input.layout})"
        )
    if backend.input_dtype != description.input.dtype:
        raise ModelError(
            f"{where} takes {backend.input_dtype}, the description says {description.input.dtype}"
        )
    if not any(_all_compatible(backend.output_shapes, shapes) for shapes in alternatives):
        wanted = " or ".join(_texts(shapes) for shapes in alternatives)
        raise ModelError(
            f"{where} gives {_texts(backend.output_shapes)} as {', '.join(description.outputs)}; "
            f"{description.family} needs {wanted}"
        )


def _all_compatible(found: tuple[Shape, ...], wanted: tuple[Shape, ...]) -> bool:
    return len(found) == len(wanted) and all(
        _compatible(f, w) for f, w in zip(found, wanted, strict=True)
    )


def _compatible(found: Shape, wanted: Shape) -> bool:
    return len(found) == len(wanted) and all(
        f is None or w is None or f == w for f, w in zip(found, wanted, strict=True)
    )


def _texts(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(_text(shape) for shape in shapes)


def _text(shape: Shape) -> str:
    return f"[{', '.join('?' if d is None else str(d) for d in shape)}]"
