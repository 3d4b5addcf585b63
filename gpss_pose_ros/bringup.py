"""The one description of the graph: which nodes run, with which parameters.

`launch/pipeline.launch.py` turns it into launch_ros actions, `gpss up` and `gpss replay` into
supervised processes. Both take the same `name:=value` arguments.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.recordings.recording import calibration_file

PACKAGE = "gpss_pose_ros"
_FACTORY_FRAME = "factory"
PROFILE_VARIABLES = (
    "FASTDDS_DEFAULT_PROFILES_FILE",
    "FASTRTPS_DEFAULT_PROFILES_FILE",
)  # new and old name


@dataclass(frozen=True)
class Argument:
    """A `name:=value` argument; choices empty means any text."""

    name: str
    default: str
    description: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeSpec:
    """One node to run.

    Attributes:
        package: ROS package.
        executable: in that package.
        name: of the node.
        parameter_files: read first, in order.
        parameters: override the files.
        arguments: further command line arguments.
        essential: whether the graph ends when this node does.
    """

    package: str
    executable: str
    name: str
    parameter_files: tuple[Path, ...] = ()
    parameters: tuple[tuple[str, Any], ...] = ()
    arguments: tuple[str, ...] = ()
    essential: bool = True


BOOLEAN = ("true", "false")
ARGUMENTS = (
    Argument("config", "", "parameters of pose_node (YAML); default: config/pipeline.yaml"),
    Argument("cameras", "", "camera names and topics (YAML); default: config/cameras.yaml"),
    Argument("calibration", "", "calibration (TOML) to publish for cameras that do not do it"),
    Argument("recording", "", "folder of recorded footage to replay instead of live cameras"),
    Argument("rate", "1.0", "speed of the recording; 1.0 is as recorded"),
    Argument(
        "stamps", "now", "of the recording: now, or original with /clock", ("now", "original")
    ),
    Argument("loop", "false", "replay the recording for ever", BOOLEAN),
    Argument("image_transport", "", "raw or compressed; default: as in the YAML files"),
    Argument("factory_frame", "", "frame of everything published; default: as in config, factory"),
    Argument("detector", "", "person detector; default: as in config"),
    Argument("pose_model", "", "pose estimator; default: as in config"),
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


def describe_graph(arguments: Mapping[str, str], share: Path) -> tuple[NodeSpec, ...]:
    """Return the nodes of the graph.

    Args:
        arguments: all of ARGUMENTS by name.
        share: the package's share directory, where config/ lies.

    Raises:
        ConfigurationError, CalibrationError, RecordingError: an argument names something unusable.
    """
    nodes = [_pose_node(arguments, share)]
    if arguments["recording"]:
        nodes.insert(0, _replay_node(arguments))
    if arguments["calibration"]:
        parameters = {
            "file": str(_existing("calibration", arguments["calibration"])),
            "factory_frame": arguments["factory_frame"] or _FACTORY_FRAME,
        }
        nodes.append(
            NodeSpec(PACKAGE, "calibration_node", "calibration_node", (), tuple(parameters.items()))
        )
    if arguments["rviz"] == "true":
        view = str(share / "config" / "gpss.rviz")
        nodes.append(NodeSpec("rviz2", "rviz2", "rviz", arguments=("-d", view), essential=False))
    return tuple(nodes)


def describe_environment(
    arguments: Mapping[str, str], share: Path, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables the nodes need beside `environ`: on this machine alone by default.

    Images need the profile with the big shared-memory segment. What the user has set stays, unless
    they ask for the network.
    """
    network = arguments["network"] == "true"
    profile = str(share / "config" / ("fastdds_network.xml" if network else "fastdds.xml"))
    scope = "SUBNET" if network else "LOCALHOST"
    wanted = {"ROS_AUTOMATIC_DISCOVERY_RANGE": scope}
    if network or not any(name in environ for name in PROFILE_VARIABLES):
        wanted |= dict.fromkeys(PROFILE_VARIABLES, profile)
    return {name: value for name, value in wanted.items() if network or name not in environ}


def _pose_node(arguments: Mapping[str, str], share: Path) -> NodeSpec:
    files = [
        _existing(name, arguments[name]) if arguments[name] else share / "config" / default
        for name, default in (("config", "pipeline.yaml"), ("cameras", "cameras.yaml"))
    ]
    parameters: dict[str, Any] = {}
    for name in ("factory_frame", "detector", "pose_model", "image_transport"):
        if arguments[name]:
            parameters[name] = arguments[name]
    if arguments["recording"]:
        parameters["cameras"] = _recorded_cameras(_recording(arguments))
        parameters["use_sim_time"] = arguments["stamps"] == "original"
        parameters |= _replay_topics(arguments)  # whatever cameras.yaml says of the live ones
    return NodeSpec(PACKAGE, "pose_node", "pose_node", tuple(files), tuple(parameters.items()))


def _replay_node(arguments: Mapping[str, str]) -> NodeSpec:
    parameters: dict[str, Any] = {
        "directory": str(_recording(arguments)),
        "rate": _speed(arguments["rate"]),
        "loop": arguments["loop"] == "true",
        "stamps": arguments["stamps"],
        "transport": _replay_topics(arguments)["image_transport"],
        "factory_frame": arguments["factory_frame"] or _FACTORY_FRAME,
        "wait_for_subscribers_s": 60.0,
    }
    return NodeSpec(PACKAGE, "replay_node", "replay_node", (), tuple(parameters.items()))


def _speed(value: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        rate = math.nan
    if not 0.0 < rate < math.inf:
        raise ConfigurationError(f"rate must be a number above 0, got {value!r}")
    return rate


def _replay_topics(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return where a replay publishes: replay_node's defaults."""
    return {
        "image_topic": "/{camera}/image_raw",
        "camera_info_topic": "/{camera}/camera_info",
        "image_transport": arguments["image_transport"] or "raw",
    }


def _recording(arguments: Mapping[str, str]) -> Path:
    return Path(arguments["recording"]).expanduser().resolve()


def _recorded_cameras(directory: Path) -> list[str]:
    return list(read_calibration(calibration_file(directory)))


def _existing(argument: str, value: str) -> Path:
    path = Path(value).expanduser().resolve()
    if not path.is_file():
        raise ConfigurationError(f"{argument}:={value} names no file")
    return path
