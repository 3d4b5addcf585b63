"""gpss train detector|pose: train a network on a dataset, and export it."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from gpss_pose_ros.errors import ConfigurationError, SetupError
from gpss_pose_ros.nodes.homes import model_path, share_directory
from gpss_pose_ros.perception.load import load_detector
from gpss_pose_ros.perception.model_description import (
    DetectorDescription,
    PoseDescription,
    load_model_description,
)
from gpss_pose_ros.perception.onnx_backend import OnnxBackend
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.training.found_boxes import with_found_boxes
from gpss_pose_ros.training.labels import LabelledImage, read_labels
from gpss_pose_ros.training.settings import TrainingSettings, load_settings

if TYPE_CHECKING:
    from gpss_pose_ros.training.task import Task

_MOST_VALIDATED = 400
_COMPARED = 8
"""Samples on which the exported network is held against torch's."""
_CALIBRATION = 200
"""Samples that tell the ranges of what is computed in 8 bits."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("network", choices=("detector", "pose"))
    parser.add_argument("--config", type=Path, help="default: config/training/<network>.yaml")
    parser.add_argument("--dataset", metavar="DIR", help="in place of the configuration's")
    parser.add_argument(
        "--run", metavar="DIR", help="checkpoints and metrics; continued if there are any"
    )
    parser.add_argument(
        "--from",
        dest="weights",
        type=Path,
        metavar="FILE.pt",
        help="weights to start a new run from, such as those in models/",
    )
    parser.add_argument("--steps", type=int, help="in place of the configuration's")
    parser.add_argument("--limit-minutes", type=float, default=math.inf, metavar="M")
    parser.add_argument("--export-only", action="store_true", help="of the last checkpoint")
    parser.add_argument("--onnx", type=Path, metavar="FILE", help="default: in the run's folder")


def run(options: argparse.Namespace) -> int:
    """Train from where the run's folder was left, then export."""
    config = options.config or _default_config(options.network)
    changes = {
        "dataset": options.dataset,
        "run": options.run,
        "schedule.steps": options.steps,
    }
    settings = load_settings(config, **changes)
    description = load_model_description(
        settings.model, [Path.cwd(), config.resolve().parent.parent / "models"]
    )
    try:
        from gpss_pose_ros.training.eight_bits import save_in_eight_bits
        from gpss_pose_ros.training.export import export
        from gpss_pose_ros.training.half_storage import halve
        from gpss_pose_ros.training.run_folder import RunFolder
        from gpss_pose_ros.training.trainer import Trainer
        from gpss_pose_ros.training.weights import load_weights, save_weights
    except ImportError as error:
        raise SetupError(f"training needs {error.name}: requirements/train.txt") from error
    folder = RunFolder(Path(settings.run))
    detector = "" if options.export_only else settings.detector
    task = _task(description, settings, options.network, detector)
    if options.weights:
        load_weights(task.network, options.weights)
    trainer = Trainer(task, settings, folder)  # a checkpoint in the folder wins over weights
    finished = options.export_only or trainer.run(options.limit_minutes * 60.0)
    path = options.onnx or folder.path / description.file
    difference = export(
        task.exported(trainer.average), description, path, task.examples(_COMPARED).float()
    )
    halve(path)
    save_weights(trainer.average, path.with_suffix(".pt"))
    print(f"{path}: after {trainer.step} steps; differs from torch by at most {difference:.2g}")
    for_cpus = path.with_name(description.cpu_file or f"{path.stem}_int8.onnx")
    save_in_eight_bits(path, for_cpus, task.examples(_CALIBRATION))
    for file in (path, for_cpus):
        figures = task.validate(OnnxBackend(file, description.outputs).run)
        print(f"{file}: " + "  ".join(f"{name} {value:.4g}" for name, value in figures.items()))
    if not finished:
        print("not all steps are done: run the same command to continue")
    return 0


def _default_config(network: str) -> Path:
    return share_directory() / "config" / "training" / f"{network}.yaml"


def _task(
    description: DetectorDescription | PoseDescription,
    settings: TrainingSettings,
    network: str,
    detector: str,
) -> "Task":
    from gpss_pose_ros.training import detector_task, pose_task
    from gpss_pose_ros.training.tensors import spread

    folder = Path(settings.dataset)
    train, val = (read_labels(folder, split, COCO17_FEET) for split in ("train", "val"))
    val = tuple(spread(val, _MOST_VALIDATED))
    if isinstance(description, DetectorDescription) and network == "detector":
        return detector_task.build(description, settings, train, val)
    if isinstance(description, PoseDescription) and network == "pose":
        if detector:
            train = _with_found_boxes(train, detector)
        return pose_task.build(description, settings, train, val)
    raise ConfigurationError(f"{description.source} does not describe a {network}")


def _with_found_boxes(
    images: tuple[LabelledImage, ...], detector: str
) -> tuple[LabelledImage, ...]:
    places = model_path()
    finder = load_detector(load_model_description(detector, places), places, threads=0)
    bar = tqdm(images, desc=f"boxes of {detector}", unit="image")
    return with_found_boxes(bar, finder)
