"""gpss eval SUBJECT: how well the networks see, image by image; how well people are followed."""

import argparse
from pathlib import Path

from gpss_pose_ros.commands import eval_dataset, eval_real, eval_tracks
from gpss_pose_ros.commands.networks import add_network_arguments
from gpss_pose_ros.reporting import Report

_ON_IMAGES = {"real": eval_real, "dataset": eval_dataset}
_SUBJECTS = {**_ON_IMAGES, "tracks": eval_tracks}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="subject")
    for name, subject in _SUBJECTS.items():
        subparser = subjects.add_parser(name, help=subject.SUMMARY, description=subject.SUMMARY)
        subject.add_arguments(subparser)
        if name in _ON_IMAGES:
            add_network_arguments(subparser)
        subparser.add_argument("--report", type=Path, metavar="FILE.json")


def run(options: argparse.Namespace) -> int:
    """Evaluate, print the tables, save the report."""
    if options.subject in _ON_IMAGES:
        print(f"{options.detector} and {options.pose_model} on {options.folder}", flush=True)
    report: Report = _SUBJECTS[options.subject].measure(options)
    print(report.table())
    if options.report:
        report.save(options.report)
    return 0
