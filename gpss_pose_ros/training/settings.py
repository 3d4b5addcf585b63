"""What a training run is made of, read from config/training/*.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.parameters import parameters_of, require_finite, settings_from

Range = tuple[float, float]


@dataclass(frozen=True)
class NetworkSettings:
    """Size of a network.

    Attributes:
        stem: channels at half of the input's size.
        widths: channels at 1/4, 1/8, 1/16, ... of the input's size.
        blocks: residual blocks at each of these sizes.
        neck: channels of the pyramid that joins them.
    """

    stem: int = 16
    widths: tuple[int, ...] = (16, 32, 64, 128)
    blocks: tuple[int, ...] = (1, 1, 1, 1)
    neck: int = 48

    def __post_init__(self) -> None:
        sizes = (self.stem, self.neck, *self.widths)
        if not all(isinstance(n, int) and n > 0 for n in sizes):
            raise ConfigurationError(f"network: stem, neck, widths must be whole and > 0: {self}")
        if len(self.widths) != len(self.blocks) or not all(
            isinstance(n, int) and n >= 0 for n in self.blocks
        ):
            raise ConfigurationError(
                f"network: blocks needs a whole number >= 0 for each of the {len(self.widths)}"
                f" widths, got {list(self.blocks)}"
            )


@dataclass(frozen=True)
class ScheduleSettings:
    """How long and how fast to learn.

    Attributes:
        steps: of the optimiser in the whole run.
        batch: samples a step.
        learning_rate: at its highest; it falls along a cosine to a hundredth.
        warmup_steps: over which the learning rate rises.
        weight_decay: of AdamW.
        ema_decay: of the moving average of the weights, which is what is validated and exported.
        epoch_steps: steps between two validations.
        checkpoint_steps: steps between two checkpoints.
    """

    steps: int = 8000
    batch: int = 32
    learning_rate: float = 2e-3
    warmup_steps: int = 300
    weight_decay: float = 0.05
    ema_decay: float = 0.998
    epoch_steps: int = 400
    checkpoint_steps: int = 100

    def __post_init__(self) -> None:
        require_finite(self, "schedule")
        for name in ("steps", "batch", "epoch_steps", "checkpoint_steps"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"schedule: {name} must be >= 1")
        if self.ema_decay >= 1.0:
            raise ConfigurationError(f"schedule: ema_decay must be < 1, got {self.ema_decay}")


@dataclass(frozen=True)
class GeometrySettings:
    """How samples are moved, turned and covered.

    Attributes:
        scale: range of the enlargement, drawn evenly in its logarithm.
        shift: largest shift along each axis, relative to the input (detector) or box (pose).
        rotation_deg: largest turn either way, in [deg].
        flip: whether samples are mirrored left to right, half of the time.
        occluded_fraction: of the samples, this part gets shapes drawn over it.
        background_fraction: of the crops for a pose, this part shows nobody, as where a detector
            errs.
    """

    scale: Range = (0.7, 1.5)
    shift: float = 0.2
    rotation_deg: float = 8.0
    flip: bool = True
    occluded_fraction: float = 0.3
    background_fraction: float = 0.1

    def __post_init__(self) -> None:
        require_finite(self, "geometry")
        _check_range("geometry: scale", self.scale, lowest=0.05)
        _check_fraction("geometry: occluded_fraction", self.occluded_fraction)
        _check_fraction("geometry: background_fraction", self.background_fraction)


@dataclass(frozen=True)
class PhotometrySettings:
    """How colours and sharpness vary; each fraction is the part of the samples that get it.

    Attributes:
        brightness: largest shift, relative to white.
        contrast: range of the factor around the image's mean.
        gamma: range of the exponent.
        channel_gain: standard deviation of each channel's log gain.
        hue_deg: largest turn of the hue, in [deg].
        saturation: range of the factor.
        grey_fraction: without colour.
        shading_fraction: with smooth light and shadow.
        blur_fraction: out of focus.
        motion_fraction: blurred along a line.
        coarse_fraction: shrunk and enlarged again.
        noise_fraction: with noise.
        noise: range of its standard deviation in grey values.
        jpeg_fraction: compressed.
    """

    brightness: float = 0.08
    contrast: Range = (0.75, 1.3)
    gamma: Range = (0.7, 1.4)
    channel_gain: float = 0.12
    hue_deg: float = 25.0
    saturation: Range = (0.3, 1.6)
    grey_fraction: float = 0.1
    shading_fraction: float = 0.3
    blur_fraction: float = 0.2
    motion_fraction: float = 0.12
    coarse_fraction: float = 0.15
    noise_fraction: float = 0.3
    noise: Range = (1.0, 10.0)
    jpeg_fraction: float = 0.2

    def __post_init__(self) -> None:
        require_finite(self, "photometry")
        for name, value in vars(self).items():
            if name.endswith("_fraction"):
                _check_fraction(f"photometry: {name}", value)
            elif isinstance(value, tuple):
                _check_range(f"photometry: {name}", value, lowest=0.0)


@dataclass(frozen=True)
class TrainingSettings:
    """A whole training run.

    Attributes:
        model: name of the description in config/models of the network that results.
        dataset: folder of the dataset.
        run: folder for checkpoints, metrics and the exported network.
        detector: whose boxes a pose network learns from besides the true ones: name of its
            description; empty for none.
        seed: source of all randomness.
    """

    model: str = "gpss_detector"
    dataset: str = "dataset"
    run: str = "runs/detector"
    detector: str = ""
    seed: int = 1
    network: NetworkSettings = field(default_factory=NetworkSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    geometry: GeometrySettings = field(default_factory=GeometrySettings)
    photometry: PhotometrySettings = field(default_factory=PhotometrySettings)


def load_settings(path: Path, **changes: Any) -> TrainingSettings:
    """Read a training configuration; what it does not name keeps its default.

    Args:
        path: the YAML file.
        changes: values by dotted name that win over the file's; None changes nothing.

    Raises:
        ConfigurationError: unreadable, an unknown name, or a value out of range.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read as YAML: {error}") from error
    if not isinstance(content, Mapping):
        raise ConfigurationError(f"{path}: must be a mapping of names to values")
    values = dict(_flat(content))
    known = [parameter.name for parameter in parameters_of(TrainingSettings)]
    for name in values:
        if name not in known:
            raise ConfigurationError(unknown_choice("name", name, known, str(path)))
    values |= {name: value for name, value in changes.items() if value is not None}
    try:
        return settings_from(TrainingSettings, values)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _flat(tree: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _check_range(name: str, value: tuple[Any, ...], lowest: float) -> None:
    numbers = all(isinstance(v, (int, float)) for v in value)
    if len(value) != 2 or not numbers or not lowest <= value[0] <= value[1] < float("inf"):
        raise ConfigurationError(
            f"{name} must be [low, high] with {lowest:g} <= low <= high, got {list(value)}"
        )


def _check_fraction(name: str, value: float) -> None:
    if value > 1.0:
        raise ConfigurationError(f"{name} must be from 0 to 1, got {value}")
