"""What a dataset is made of; config/dataset.yaml holds the values."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.yaml_section import Section, read_section

Range = tuple[float, float]
SPLITS = ("val", "train", "test")
"""In the order in which they are written: a training may start on a dataset that still grows."""


@dataclass(frozen=True)
class ViewSettings:
    """Where cameras of one kind hang; each value is drawn uniformly from its range.

    Attributes:
        height_m: above the floor.
        tilt_deg: between the optical axis and straight down.
        hfov_deg: horizontal field of view.
    """

    height_m: Range
    tilt_deg: Range
    hfov_deg: Range


@dataclass(frozen=True)
class SensorSettings:
    """What lens, sensor and compression do to an image; ranges are drawn from uniformly.

    Attributes:
        exposure_stops: brightness against automatic exposure, as a power of two.
        white_balance: largest relative change of the blue and the red channel.
        contrast: exponent of the tone curve.
        saturation: 0 is grey, 1 as rendered.
        grey_fraction: share of images of a monochrome camera.
        vignetting: darkening of the corners.
        defocus_px: standard deviation of the blur at an image width of 640 px.
        motion_px: length of the smear at an image width of 640 px.
        motion_fraction: share of images with a smear.
        shot_noise: standard deviation at full white, relative to it; grows with the root of light.
        read_noise: standard deviation at black, relative to full white.
        jpeg_quality: from the first to the second.
    """

    exposure_stops: Range
    white_balance: float
    contrast: Range
    saturation: Range
    grey_fraction: float
    vignetting: Range
    defocus_px: Range
    motion_px: Range
    motion_fraction: float
    shot_noise: Range
    read_noise: Range
    jpeg_quality: Range


@dataclass(frozen=True)
class DatasetSettings:
    """A dataset, but for its seed.

    Attributes:
        images: how many of each split.
        images_per_world: a world is compiled once for this many images.
        images_per_camera: a camera hangs, and the hall keeps its look, for this many images; the
            number of images in a world is a multiple of it.
        side_fraction: share of side views; the others are top views.
        empty_fraction: share of images without a person.
        people: most persons in an image.
        light_outfit_fraction: share of people in little clothing.
        stretch_fraction: share of people with free hands in postures of sport and stretching.
        sizes: image sizes (width, height) in [px].
        size_weights: how often each size is taken, relative to the others.
        top: ceiling cameras.
        side: cameras that look along the floor.
        sensor: lens, sensor and compression.
    """

    images: dict[str, int]
    images_per_world: int
    images_per_camera: int
    side_fraction: float
    empty_fraction: float
    people: int
    light_outfit_fraction: float
    stretch_fraction: float
    sizes: tuple[tuple[int, int], ...]
    size_weights: tuple[float, ...]
    top: ViewSettings
    side: ViewSettings
    sensor: SensorSettings

    def with_train_images(self, count: int) -> "DatasetSettings":
        """Return the same dataset with `count` train images, val and test in proportion.

        Raises:
            ConfigurationError: `count` is not above 0.
        """
        if count <= 0:
            raise ConfigurationError(f"number of images must be above 0, got {count}")
        scale = count / self.images["train"]
        images = {split: max(1, round(n * scale)) for split, n in self.images.items()}
        return DatasetSettings(**{**vars(self), "images": images})


def load_settings(path: Path) -> DatasetSettings:
    """Read a dataset's YAML file; every key is needed.

    Raises:
        ConfigurationError: a key is missing, unknown, or out of range.
    """
    top = read_section(path)
    top.expect([*DatasetSettings.__dataclass_fields__])
    images = top.section("images")
    images.expect(SPLITS)
    sizes = tuple(_size(text, top.where) for text in top.texts("sizes"))
    return DatasetSettings(
        images={split: images.integer(split, 1, 10_000_000) for split in SPLITS},
        images_per_world=top.integer("images_per_world", 1, 1000),
        images_per_camera=top.integer("images_per_camera", 1, 1000),
        side_fraction=top.number("side_fraction", 0.0, 1.0),
        empty_fraction=top.number("empty_fraction", 0.0, 1.0),
        people=top.integer("people", 1, 20),
        light_outfit_fraction=top.number("light_outfit_fraction", 0.0, 1.0),
        stretch_fraction=top.number("stretch_fraction", 0.0, 1.0),
        sizes=sizes,
        size_weights=top.numbers("size_weights", len(sizes), 0.0, 1e6),
        top=_view(top.section("top")),
        side=_view(top.section("side")),
        sensor=_sensor(top.section("sensor")),
    )


def _view(section: Section) -> ViewSettings:
    section.expect([*ViewSettings.__dataclass_fields__])
    return ViewSettings(
        height_m=_range(section, "height_m", 0.3, 30.0),
        tilt_deg=_range(section, "tilt_deg", 0.0, 120.0),
        hfov_deg=_range(section, "hfov_deg", 10.0, 150.0),
    )


def _sensor(section: Section) -> SensorSettings:
    section.expect([*SensorSettings.__dataclass_fields__])
    return SensorSettings(
        exposure_stops=_range(section, "exposure_stops", -5.0, 5.0),
        white_balance=section.number("white_balance", 0.0, 0.9),
        contrast=_range(section, "contrast", 0.2, 5.0),
        saturation=_range(section, "saturation", 0.0, 3.0),
        grey_fraction=section.number("grey_fraction", 0.0, 1.0),
        vignetting=_range(section, "vignetting", 0.0, 1.0),
        defocus_px=_range(section, "defocus_px", 0.0, 10.0),
        motion_px=_range(section, "motion_px", 0.0, 50.0),
        motion_fraction=section.number("motion_fraction", 0.0, 1.0),
        shot_noise=_range(section, "shot_noise", 0.0, 1.0),
        read_noise=_range(section, "read_noise", 0.0, 1.0),
        jpeg_quality=_range(section, "jpeg_quality", 1.0, 100.0),
    )


def _range(section: Section, key: str, low: float, high: float) -> Range:
    first, second = section.numbers(key, 2, low, high)
    if first > second:
        raise ConfigurationError(
            f"{section.where}: {key} must be [least, most], got [{first:g}, {second:g}]"
        )
    return first, second


def _size(text: str, where: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ConfigurationError(f"{where}: sizes must look like 640x480, got {text!r}")
    return int(width), int(height)


def draw(rng: np.random.Generator, bounds: Range) -> float:
    """Return a number drawn uniformly from `bounds`."""
    return float(rng.uniform(*bounds))
