"""gpss zones: print the zones.yaml of a simulated world, to run its safety or to start a site's."""

import argparse

from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.simulation_settings import SimulationSettings
from gpss_pose_ros.simulation.scenario import Scenario
from gpss_pose_ros.simulation.site import site_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--world",
        default=SimulationSettings().world,
        help="name in config/worlds, or YAML file (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Print it."""
    world = Scenario(options.world).load(share_directory())
    print(site_text(world, f"world {options.world}"), end="")
    return 0
