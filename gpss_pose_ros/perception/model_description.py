"""What a neural network file expects and gives, written down in a small YAML file beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError, ModelError
from gpss_pose_ros.perception.skeleton import SKELETONS, Skeleton, skeleton
from gpss_pose_ros.types import KEYPOINT_SIGMA
from gpss_pose_ros.yaml_section import Section, read_section

BACKENDS = ("onnxruntime", "litert")
DETECTOR_FAMILIES = ("yolox", "rtmdet")
POSE_FAMILIES = ("heatmap", "dark", "simcc", "movenet")
DETECTOR_FITS = ("letterbox_top_left", "letterbox_centred")
REFINEMENTS = ("none", "upright")
HEATMAP_SIGMA = 2.0
"""In cells, of most published networks."""

_INPUT_KEYS = ("size", "layout", "dtype", "colour", "mean", "std", "pad")
_COMMON_KEYS = ("task", "family", "backend", "file", "licence", "input", "outputs")
_OPTIONAL_KEYS = ("cpu_file",)
_DETECTOR_KEYS = ("fit", "person_class", "score_threshold", "nms_threshold")
_POSE_KEYS = ("skeleton", "box_padding")
_OPTIONAL_POSE_KEYS = (
    "network_keypoints",
    "heatmap_sigma",
    "keypoint_sigma",
    "refine",
    "person_threshold",
    "newcomer_threshold",
    "same_pose_threshold",
)


@dataclass(frozen=True)
class InputDescription:
    """The tensor a network takes.

    Attributes:
        size: (width, height) in [px].
        layout: `nchw` or `nhwc`.
        dtype: `float32`, `uint8` or `int8`; int8 is quantised as the file itself says.
        colour: `bgr` or `rgb`.
        mean: subtracted from each channel, in the order of `colour`.
        std: divides each channel after that.
        pad: grey value in [0, 255] around the image.
    """

    size: tuple[int, int]
    layout: str
    dtype: str
    colour: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    pad: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one image of the batch."""
        width, height = self.size
        return (3, height, width) if self.layout == "nchw" else (height, width, 3)


@dataclass(frozen=True, kw_only=True)
class ModelDescription:
    """What every model description says.

    Attributes:
        source: the YAML file.
        file: name of the network's file.
        cpu_file: the same network for CPUs, in 8 bits say; None: `file` there, too.
        backend: engine that runs it, one of BACKENDS.
        family: how its outputs are decoded.
        outputs: names of the output tensors in the order the family wants them.
        licence: of the weights.
    """

    source: Path
    file: str
    backend: str
    family: str
    licence: str
    input: InputDescription
    outputs: tuple[str, ...]
    cpu_file: str | None = None

    def find_file(self, search_paths: Sequence[Path | str] = (), on_cpu: bool = False) -> Path:
        """Return where the network's file is: beside the description or in `search_paths`.

        Args:
            search_paths: folders to look in.
            on_cpu: of `cpu_file`, if there is one.

        Raises:
            ModelError: it is nowhere; lists every place looked at.
        """
        file = (self.cpu_file if on_cpu else None) or self.file
        places = [self.source.parent, *(Path(p) for p in search_paths)]
        for place in places:
            if (place / file).is_file():
                return place / file
        raise ModelError(
            f"{self.source}: model file {file} is in none of "
            f"{', '.join(str(p) for p in places)}; copy it into one of these folders, "
            "or add the folder that holds it to the model search paths"
        )


@dataclass(frozen=True, kw_only=True)
class DetectorDescription(ModelDescription):
    """A network that finds persons.

    Attributes:
        fit: where the image lies in the padded input, one of DETECTOR_FITS.
        person_class: index of the class `person`.
        score_threshold: detections below are dropped, in [0, 1].
        nms_threshold: of two boxes that overlap by more (IoU), the weaker is dropped.
    """

    fit: str
    person_class: int
    score_threshold: float
    nms_threshold: float


@dataclass(frozen=True, kw_only=True)
class PoseDescription(ModelDescription):
    """A network that finds the keypoints of the person in a crop.

    Attributes:
        skeleton: which keypoints, in which order.
        network_keypoints: how many the network gives; those of the skeleton come first.
        heatmap_sigma: standard deviation of the peaks that the network was taught, in cells of its
            maps; for the families `heatmap` and `dark`.
        box_padding: the crop is the box times this, widened to the input's aspect.
        keypoint_sigma: standard deviation of the error of a keypoint that scores 0.63, as a
            fraction of the longer side of its box.
        refine: `upright` adds a second pass on a crop turned along the body, for cameras that
            see people lean or lie across the image.
        person_threshold: a box shows nobody if the detector's score times that of the best
            keypoints is less.
        newcomer_threshold: one for which it is less than this shows nobody who is not known yet.
        same_pose_threshold: of two poses that are more alike (OKS), the weaker is dropped.
    """

    skeleton: Skeleton
    network_keypoints: int
    heatmap_sigma: float
    box_padding: float
    keypoint_sigma: float
    refine: str
    person_threshold: float
    newcomer_threshold: float
    same_pose_threshold: float


def load_model_description(
    path_or_name: Path | str, search_paths: Sequence[Path | str] = ()
) -> DetectorDescription | PoseDescription:
    """Read and check a model description.

    Args:
        path_or_name: a YAML file, or the name (without `.yaml`) of one in `search_paths`.
        search_paths: folders to look in.

    Raises:
        ConfigurationError: naming file, key and valid choices.
    """
    path = _find_description(Path(path_or_name), [Path(p) for p in search_paths])
    top = read_section(path)
    known = {*_COMMON_KEYS, *_OPTIONAL_KEYS, *_DETECTOR_KEYS, *_POSE_KEYS, *_OPTIONAL_POSE_KEYS}
    top.expect(("task",), known)
    if top.choice("task", ("detector", "pose")) == "detector":
        return _detector(path, top)
    return _pose(path, top)


def _find_description(path: Path, search_paths: list[Path]) -> Path:
    if path.suffix in (".yaml", ".yml"):
        candidates = [path, *(folder / path for folder in search_paths)]
    else:
        candidates = [folder / f"{path}.yaml" for folder in search_paths]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    known = sorted(f.stem for folder in search_paths for f in folder.glob("*.yaml"))
    looked = ", ".join(str(c) for c in candidates) or "no folder"
    raise ConfigurationError(
        f"no model description {str(path)!r} (looked at {looked}); "
        f"valid: a YAML file or one of {', '.join(known) or 'none'}"
    )


def _detector(path: Path, top: Section) -> DetectorDescription:
    top.expect((*_COMMON_KEYS, *_DETECTOR_KEYS), _OPTIONAL_KEYS)
    return DetectorDescription(
        source=path,
        file=top.text("file"),
        backend=top.choice("backend", BACKENDS),
        family=top.choice("family", DETECTOR_FAMILIES),
        licence=top.text("licence"),
        input=_input(top.section("input")),
        outputs=top.texts("outputs"),
        cpu_file=top.text("cpu_file") if "cpu_file" in top else None,
        fit=top.choice("fit", DETECTOR_FITS),
        person_class=top.integer("person_class", 0, 10_000),
        score_threshold=top.number("score_threshold", 0.0, 1.0),
        nms_threshold=top.number("nms_threshold", 0.0, 1.0),
    )


def _pose(path: Path, top: Section) -> PoseDescription:
    top.expect((*_COMMON_KEYS, *_POSE_KEYS), (*_OPTIONAL_KEYS, *_OPTIONAL_POSE_KEYS))
    keypoints = skeleton(top.choice("skeleton", SKELETONS))
    count = len(keypoints)
    return PoseDescription(
        source=path,
        file=top.text("file"),
        backend=top.choice("backend", BACKENDS),
        family=top.choice("family", POSE_FAMILIES),
        licence=top.text("licence"),
        input=_input(top.section("input")),
        outputs=top.texts("outputs"),
        cpu_file=top.text("cpu_file") if "cpu_file" in top else None,
        skeleton=keypoints,
        network_keypoints=top.integer("network_keypoints", count, 10_000, default=count),
        heatmap_sigma=top.number("heatmap_sigma", 0.5, 10.0, default=HEATMAP_SIGMA),
        box_padding=top.number("box_padding", 0.5, 4.0),
        keypoint_sigma=top.number("keypoint_sigma", 0.0, 1.0, default=KEYPOINT_SIGMA),
        refine=top.choice("refine", REFINEMENTS, default="none"),
        person_threshold=top.number("person_threshold", 0.0, 1.0, default=0.0),
        newcomer_threshold=top.number("newcomer_threshold", 0.0, 1.0, default=0.0),
        same_pose_threshold=top.number("same_pose_threshold", 0.0, 1.0, default=1.0),
    )


def _input(section: Section) -> InputDescription:
    section.expect(_INPUT_KEYS)
    width, height = section.numbers("size", 2, 16, 8192)
    description = InputDescription(
        size=(int(width), int(height)),
        layout=section.choice("layout", ("nchw", "nhwc")),
        dtype=section.choice("dtype", ("float32", "uint8", "int8")),
        colour=section.choice("colour", ("bgr", "rgb")),
        mean=section.numbers("mean", 3, -255.0, 255.0),
        std=section.numbers("std", 3, 1e-6, 255.0),
        pad=section.integer("pad", 0, 255),
    )
    if description.dtype == "uint8" and (any(description.mean) or set(description.std) != {1.0}):
        raise ConfigurationError(
            f"{section.where}: a uint8 input takes raw pixels; "
            "mean must be [0, 0, 0] and std [1, 1, 1]"
        )
    return description
