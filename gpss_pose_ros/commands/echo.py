"""gpss echo: print /gpss/persons of a running graph until Ctrl-C."""

import argparse

from gpss_pose_ros.nodes.echo import echo_persons


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line: there is nothing to say."""


def run(options: argparse.Namespace) -> int:
    """Print until Ctrl-C."""
    echo_persons()
    return 0
