"""gpss demo: the whole main job, live, on people in a simulated factory; then how well it went."""

import argparse
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from gpss_pose_ros.arguments import with_defaults
from gpss_pose_ros.bringup import describe_graph, scenario_of
from gpss_pose_ros.commands.demo_report import DemoRun, report_demo
from gpss_pose_ros.commands.demo_safety import safety_words
from gpss_pose_ros.commands.demo_tracks import save_demo_tracks
from gpss_pose_ros.commands.live import age_words, camera_words, follow, wait_until_heard
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.msg import PersonPose
from gpss_pose_ros.nodes.demo_listener import DemoListener
from gpss_pose_ros.nodes.homes import model_path, package_is_installed, prefixes_of, share_directory
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.nodes.safety_listener import SafetyListener
from gpss_pose_ros.nodes.simulation_settings import SIMULATION_NODE, SimulationSettings
from gpss_pose_ros.perception.model_description import PoseDescription, load_model_description
from gpss_pose_ros.simulation.recorder import record_footage
from gpss_pose_ros.simulation.site import site_of, site_text
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.supervisor import Supervisor, use_own_domain
from gpss_pose_ros.types import KEYPOINT_SIGMA

_RATE_HZ = SimulationSettings().rate_hz


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--duration", type=float, default=60.0, metavar="S", help="(default: %(default)g s)"
    )
    parser.add_argument("--headless", action="store_true", help="open no window")
    parser.add_argument("--seed", type=int, default=-1, help="default: the world's own")
    parser.add_argument("--cameras", type=int, default=0, metavar="N", help="the world's first N")
    parser.add_argument("--people", type=int, default=-1, metavar="N", help="default: the world's")
    parser.add_argument(
        "--world",
        default=SimulationSettings().world,
        help="name in config/worlds, or YAML file (default: %(default)s)",
    )
    parser.add_argument("--detector", default="", help="person detector (default: as in config)")
    parser.add_argument("--pose-model", default="", help="pose estimator (default: as in config)")
    parser.add_argument(
        "--safety",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="judge what the robots may do, and measure that (default: yes)",
    )
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument(
        "--tracks",
        type=Path,
        metavar="FOLDER",
        help="write the truth and what was found here, for `eval tracks`",
    )
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FOLDER",
        help="write the footage for `replay` and `bench pipeline` instead of running live",
    )


def run(options: argparse.Namespace) -> int:
    """Simulate, watch, report; Ctrl-C ends early, with the report of what was seen till then."""
    if not options.duration > 0.0:
        raise ConfigurationError(f"--duration must be above 0 s, got {options.duration:g}")
    arguments = _graph_arguments(options)
    world = scenario_of(arguments).load(share_directory())
    if options.record:
        record_footage(options.record, world, _RATE_HZ, options.duration)
        print(f"{len(world.cameras)} cameras, {options.duration:g} s: {options.record}")
        return 0
    listener = _watch(options, world, arguments)
    report_demo(listener, DemoRun(world, _RATE_HZ, _keypoint_sigma(options)), options.report)
    if options.tracks:
        save_demo_tracks(
            options.tracks, listener.truth(), listener.found(), _RATE_HZ, world.cameras
        )
    return 0


def _watch(options: argparse.Namespace, world: World, arguments: dict[str, str]) -> DemoListener:
    """Run the graph; return who listened."""
    if not options.safety:
        listener = DemoListener()
        _run_live(listener, world, arguments, options.duration)
        return listener
    listener = SafetyListener(site_of(world).robots)
    with TemporaryDirectory(prefix="gpss_demo_") as folder:
        zones = Path(folder) / "zones.yaml"
        zones.write_text(site_text(world, f"world {options.world}"), encoding="utf-8")
        switched_on = {**arguments, "safety": "true", "zones": str(zones)}
        _run_live(listener, world, switched_on, options.duration)
    return listener


def _run_live(
    listener: DemoListener, world: World, arguments: Mapping[str, str], duration_s: float
) -> None:
    """Run the graph to its end, or to Ctrl-C once there is something to report."""
    nodes = describe_graph(arguments, share_directory())
    print(
        f"{len(world.cameras)} cameras, {world.people} people, {len(world.robots)} robots,"
        f" {duration_s:g} s; watch from another terminal:"
        f" ROS_DOMAIN_ID={use_own_domain()} ./gpss echo",
        flush=True,
    )
    others = [node for node in nodes if node.name != SIMULATION_NODE]
    (simulation,) = (node for node in nodes if node.name == SIMULATION_NODE)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end the nodes then, too
    with listener, Supervisor(others, prefixes_of(nodes)) as graph:
        try:
            wait_until_heard(listener, graph)
            graph.start(simulation)  # not before we hear the pipeline
            follow(listener, graph, lambda: _summary(listener, world))
        except KeyboardInterrupt:
            if not listener.record.results:
                raise
            print("\ninterrupted: this is what was seen so far")


def _graph_arguments(options: argparse.Namespace) -> dict[str, str]:
    return with_defaults(
        {
            "simulation": options.world,
            "seed": str(options.seed),
            "people": str(options.people),
            "simulated_cameras": str(options.cameras),
            "duration": repr(options.duration),
            "detector": options.detector,
            "pose_model": options.pose_model,
            "rviz": "false" if options.headless or options.record else _rviz(),
        }
    )


def _keypoint_sigma(options: argparse.Namespace) -> float:
    name = options.pose_model or PoseSettings().pose_model
    description = load_model_description(name, model_path())
    return (
        description.keypoint_sigma if isinstance(description, PoseDescription) else KEYPOINT_SIGMA
    )


def _rviz() -> str:
    """Return whether RViz can be opened; say so where it cannot."""
    if not package_is_installed("rviz2"):
        print("RViz needs a native ROS 2: going on without a window")
        return "false"
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("there is no display for RViz: going on without a window")
        return "false"
    return "true"


def _summary(listener: DemoListener, world: World) -> str:
    if not listener.published:
        return "building the factory"
    message = listener.latest
    seen = sum(p.status == PersonPose.CONFIRMED for p in message.persons) if message else 0
    held = sum(p.status == PersonPose.HELD for p in message.persons) if message else 0
    factor = listener.source_values.get("real_time_factor", "-")
    return (
        f"{listener.published / _RATE_HZ:5.1f} s  real-time factor {factor}"
        f"  sets {listener.published}  processed {len(listener.record.results)}"
        f"  age {age_words(listener)}  cameras {camera_words(message)}"
        f"  people seen {seen}, held {held}, there {world.people}{_safety(listener)}"
    )


def _safety(listener: DemoListener) -> str:
    return f"  {safety_words(listener.state)}" if isinstance(listener, SafetyListener) else ""
