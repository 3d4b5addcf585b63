"""gpss bench PART: measure one part of the system."""

import argparse
from pathlib import Path

from gpss_pose_ros.commands import (
    bench_drift,
    bench_fusion,
    bench_pipeline,
    bench_safety,
    bench_tracks,
    bench_transport,
    bench_triangulation,
)
from gpss_pose_ros.reporting import Report

_PARTS = {
    "drift": bench_drift,
    "fusion": bench_fusion,
    "pipeline": bench_pipeline,
    "safety": bench_safety,
    "tracks": bench_tracks,
    "transport": bench_transport,
    "triangulation": bench_triangulation,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="part")
    for name, part in _PARTS.items():
        subparser = parts.add_parser(name, help=part.SUMMARY, description=part.SUMMARY)
        part.add_arguments(subparser)
        subparser.add_argument("--report", type=Path, metavar="FILE.json")


def run(options: argparse.Namespace) -> int:
    """Measure, print the table, save the report."""
    report: Report = _PARTS[options.part].measure(options)
    print(report.table())
    if options.report:
        report.save(options.report)
    return 0
