"""The one description of the graph: which nodes run, with which parameters.

`launch/pipeline.launch.py` turns it into launch_ros actions, `gpss up`, `gpss replay` and
`gpss demo` into supervised processes. All take the same `name:=value` arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpss_pose_ros.arguments import number, whole
from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.recordings.recording import calibration_file
from gpss_pose_ros.simulation.scenario import Scenario

PACKAGE = "gpss_pose_ros"
_FACTORY_FRAME = "factory"
_BEHIND_CAMERAS = 5  # real cameras draw nothing on our cores: who simulates them goes first
PROFILE_VARIABLES = (
    "FASTDDS_DEFAULT_PROFILES_FILE",
    "FASTRTPS_DEFAULT_PROFILES_FILE",
)  # new and old name


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
        niceness: how far it steps back behind other processes, as nice(1) has it.
    """

    package: str
    executable: str
    name: str
    parameter_files: tuple[Path, ...] = ()
    parameters: tuple[tuple[str, Any], ...] = ()
    arguments: tuple[str, ...] = ()
    essential: bool = True
    niceness: int = 0


def describe_graph(arguments: Mapping[str, str], share: Path) -> tuple[NodeSpec, ...]:
    """Return the nodes of the graph.

    Args:
        arguments: all of arguments.ARGUMENTS by name.
        share: the package's share directory, where config/ lies.

    Raises:
        ConfigurationError, CalibrationError, RecordingError: an argument names something unusable.
    """
    if arguments["recording"] and arguments["simulation"]:
        raise ConfigurationError("recording:= and simulation:= exclude each other: choose one")
    nodes = [_pose_node(arguments, share)]
    if arguments["recording"]:
        nodes.insert(0, _replay_node(arguments))
    if arguments["simulation"]:
        nodes.insert(0, _simulation_node(arguments))
    if arguments["calibration"]:
        parameters = {
            "file": str(_existing("calibration", arguments["calibration"])),
            "factory_frame": arguments["factory_frame"] or _FACTORY_FRAME,
        }
        nodes.append(
            NodeSpec(PACKAGE, "calibration_node", "calibration_node", (), tuple(parameters.items()))
        )
    if arguments["safety"] == "true":
        nodes.append(_safety_node(arguments, share))
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
    parameters: dict[str, Any] = {}
    for name in ("factory_frame", "detector", "pose_model", "image_transport"):
        if arguments[name]:
            parameters[name] = arguments[name]
    if arguments["recording"]:
        parameters["cameras"] = _recorded_cameras(_recording(arguments))
        parameters["use_sim_time"] = arguments["stamps"] == "original"
        parameters |= _own_topics(arguments)
    if arguments["simulation"]:
        world = scenario_of(arguments).load(share)
        parameters["cameras"] = [camera.camera_id for camera in world.cameras]
        parameters |= _own_topics(arguments)
    return NodeSpec(
        PACKAGE,
        "pose_node",
        "pose_node",
        _parameter_files(arguments, share),
        tuple(parameters.items()),
        niceness=_BEHIND_CAMERAS if arguments["simulation"] else 0,
    )


def _safety_node(arguments: Mapping[str, str], share: Path) -> NodeSpec:
    parameters: dict[str, Any] = {
        "zones": str(_file_of("zones", "zones.yaml", arguments, share)),
        "factory_frame": arguments["factory_frame"] or _FACTORY_FRAME,
    }
    if arguments["recording"]:
        parameters["use_sim_time"] = arguments["stamps"] == "original"
    if arguments["recording"] or arguments["simulation"]:
        parameters["camera_info_topic"] = _own_topics(arguments)["camera_info_topic"]
    return NodeSpec(
        PACKAGE,
        "safety_node",
        "safety_node",
        (share / "config" / "safety.yaml", *_parameter_files(arguments, share)),
        tuple(parameters.items()),
    )


def _replay_node(arguments: Mapping[str, str]) -> NodeSpec:
    parameters: dict[str, Any] = {
        "directory": str(_recording(arguments)),
        "rate": number("rate", arguments["rate"]),
        "loop": arguments["loop"] == "true",
        "stamps": arguments["stamps"],
        "transport": _own_topics(arguments)["image_transport"],
        "factory_frame": arguments["factory_frame"] or _FACTORY_FRAME,
        "wait_for_subscribers_s": 60.0,
    }
    return NodeSpec(PACKAGE, "replay_node", "replay_node", (), tuple(parameters.items()))


def _simulation_node(arguments: Mapping[str, str]) -> NodeSpec:
    scenario = scenario_of(arguments)
    parameters: dict[str, Any] = {
        "world": scenario.world,
        "seed": scenario.seed,
        "people": scenario.people,
        "cameras": scenario.cameras,
        "duration_s": number("duration", arguments["duration"], zero=True),
        "transport": _own_topics(arguments)["image_transport"],
        "factory_frame": arguments["factory_frame"] or _FACTORY_FRAME,
        "wait_for_subscribers_s": 60.0,
    }
    return NodeSpec(PACKAGE, "simulation_node", "simulation_node", (), tuple(parameters.items()))


def scenario_of(arguments: Mapping[str, str]) -> Scenario:
    """Return what is to be simulated; ConfigurationError for a value that is no whole number."""
    world = Path(arguments["simulation"]).expanduser()
    return Scenario(
        str(world.resolve()) if world.is_file() else arguments["simulation"],
        *(whole(name, arguments[name]) for name in ("seed", "people", "simulated_cameras")),
    )


def _own_topics(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return where our sources of images publish, whatever cameras.yaml says of live cameras."""
    return {
        "image_topic": "/{camera}/image_raw",
        "camera_info_topic": "/{camera}/camera_info",
        "image_transport": arguments["image_transport"] or "raw",
    }


def _recording(arguments: Mapping[str, str]) -> Path:
    return Path(arguments["recording"]).expanduser().resolve()


def _recorded_cameras(directory: Path) -> list[str]:
    return list(read_calibration(calibration_file(directory)))


def _parameter_files(arguments: Mapping[str, str], share: Path) -> tuple[Path, ...]:
    """Return the files of parameters; each node takes what stands under its name."""
    defaults = (("config", "pipeline.yaml"), ("cameras", "cameras.yaml"))
    return tuple(_file_of(name, default, arguments, share) for name, default in defaults)


def _file_of(name: str, default: str, arguments: Mapping[str, str], share: Path) -> Path:
    """Return the file that an argument names, or ours."""
    value = arguments[name]
    return _existing(name, value) if value else share / "config" / default


def _existing(argument: str, value: str) -> Path:
    path = Path(value).expanduser().resolve()
    if not path.is_file():
        raise ConfigurationError(f"{argument}:={value} names no file")
    return path
