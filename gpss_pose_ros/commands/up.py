"""gpss up [name:=value ...]: run the graph until Ctrl-C."""

import argparse
import os
import signal
import time

from gpss_pose_ros.arguments import ARGUMENTS, parse_arguments
from gpss_pose_ros.bringup import describe_environment, describe_graph
from gpss_pose_ros.errors import GpssError
from gpss_pose_ros.nodes.homes import prefixes_of, share_directory
from gpss_pose_ros.supervisor import Supervisor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "arguments:\n" + "\n".join(
        f"  {a.name + ':=' + (a.default or '...'):<24} {a.description}" for a in ARGUMENTS
    )
    parser.add_argument("arguments", nargs="*", metavar="name:=value")


def run(options: argparse.Namespace) -> int:
    """Run until Ctrl-C; a node that ends by itself ends the graph and is named."""
    arguments = parse_arguments(options.arguments)
    share = share_directory()
    nodes = describe_graph(arguments, share)
    environment = describe_environment(arguments, share, os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end the nodes then, too
    with Supervisor(nodes, prefixes_of(nodes), environment) as graph:
        try:
            while not (ended := graph.ended()):
                time.sleep(0.2)
        except KeyboardInterrupt:
            return 0
    names = ", ".join(f"{name} (exit code {code})" for name, code in ended.items())
    raise GpssError(f"the graph ended because of {names}")
