"""The `name:=value` arguments of the graph, for the launch file and `gpss up` alike."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpss_pose_ros.errors import ConfigurationError, unknown_choice


@dataclass(frozen=True)
class Argument:
    """A `name:=value` argument; choices empty means any text."""

    name: str
    default: str
    description: str
    choices: tuple[str, ...] = ()


BOOLEAN = ("true", "false")
ARGUMENTS = (
    Argument("config", "", "parameters of pose_node (YAML); default: config/pipeline.yaml"),
    Argument("cameras", "", "camera names and topics (YAML); default: config/cameras.yaml"),
    Argument("calibration", "", "calibration (TOML) to publish for cameras that do not do it"),
    Argument("recording", "", "folder of recorded footage to replay instead of live cameras"),
    Argument("simulation", "", "world to simulate instead of live cameras: name or YAML file"),
    Argument("seed", "-1", "of the simulation; below 0: as the world's file says"),
    Argument("people", "-1", "in the simulation; below 0: as the world's file says"),
    Argument("simulated_cameras", "0", "use the world's first so many; 0: all"),
    Argument("duration", "0", "of the simulation, in [s]; 0: for ever"),
    Argument("rate", "1.0", "speed of the recording; 1.0 is as recorded"),
    Argument(
        "stamps", "now", "of the recording: now, or original with /clock", ("now", "original")
    ),
    Argument("loop", "false", "replay the recording for ever", BOOLEAN),
    Argument("image_transport", "", "raw or compressed; default: as in the YAML files"),
    Argument("factory_frame", "", "frame of everything published; default: as in config, factory"),
    Argument("detector", "", "person detector; default: as in config"),
    Argument("pose_model", "", "pose estimator; default: as in config"),
    Argument("safety", "false", "also judge what every robot may do: safety_node", BOOLEAN),
    Argument("zones", "", "the site, for safety (YAML); default: config/zones.yaml"),
    Argument("network", "false", "true opens the graph to other machines", BOOLEAN),
    Argument("rviz", "false", "open RViz with our view (needs a native ROS 2 with rviz2)", BOOLEAN),
)


def parse_arguments(words: Iterable[str]) -> dict[str, str]:
    """Return all arguments by name from `name:=value` words.

    Raises:
        ConfigurationError: a word of another form, an unknown name, or an invalid value.
    """
    given = {}
    for word in words:
        name, separator, value = word.partition(":=")
        if not separator:
            raise ConfigurationError(f"expected name:=value, got {word!r}")
        given[name] = value
    return with_defaults(given)


def with_defaults(given: Mapping[str, str]) -> dict[str, str]:
    """Return all arguments by name; ConfigurationError for an unknown name or an invalid value."""
    known = {argument.name: argument for argument in ARGUMENTS}
    for name, value in given.items():
        if name not in known:
            raise ConfigurationError(unknown_choice("argument", name, known))
        choices = known[name].choices
        if choices and value not in choices:
            raise ConfigurationError(unknown_choice(name, value, choices))
    return {name: given.get(name, argument.default) for name, argument in known.items()}


def whole(name: str, value: str) -> int:
    """Return a whole number; ConfigurationError for any other text."""
    try:
        return int(value)
    except ValueError:
        raise ConfigurationError(f"{name} must be a whole number, got {value!r}") from None


def number(name: str, value: str, zero: bool = False) -> float:
    """Return a number above 0, or at least 0 where `zero` is allowed; ConfigurationError else."""
    try:
        result = float(value)
    except ValueError:
        result = math.nan
    if not (0.0 < result < math.inf or (zero and result == 0.0)):
        least = "at least" if zero else "above"
        raise ConfigurationError(f"{name} must be a number {least} 0, got {value!r}")
    return result
