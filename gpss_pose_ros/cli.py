"""The commands of `./gpss`, once the environment is ready."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any

from gpss_pose_ros.errors import GpssError

COMMANDS = {
    "demo": "run the main job on people in a simulated factory, and measure it",
    "up": "run the graph until Ctrl-C: up [name:=value ...]",
    "replay": "run the main job on recorded footage, and measure it",
    "echo": "print /gpss/persons of a running graph",
    "bench": "measure a part: bench pipeline, bench transport, bench triangulation",
    "faults": "inject every fault into a running graph, and see what safety makes of it",
    "dataset": "render labelled images of simulated people to train and test on",
    "train": "train a network on them: train detector, train pose",
    "zones": "print the zones.yaml of a simulated world, for its safety",
    "eval": "measure the networks image by image: eval real, eval dataset",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a known error is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="gpss")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    # A command's module is imported when it is asked for: numpy and rclpy take a while.
    words = list(sys.argv[1:] if argv is None else argv)
    for name, summary in COMMANDS.items():
        subparser = commands.add_parser(name, help=summary, description=summary)
        if words[:1] == [name]:
            _module(name).add_arguments(subparser)
    options = parser.parse_args(words)
    try:
        return int(_module(options.command).run(options))
    except GpssError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _module(command: str) -> Any:
    return importlib.import_module(f"gpss_pose_ros.commands.{command}")
