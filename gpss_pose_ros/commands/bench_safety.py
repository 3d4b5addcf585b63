"""gpss bench safety: what a cycle of the safety node costs."""

import argparse

import numpy as np

from gpss_pose_ros.evaluation.safety_cost import HALL_M, coverage_ms, verdict_ms
from gpss_pose_ros.reporting import Figure, Report

SUMMARY = "time of the verdict for 50 persons and 20 robots, and of the coverage of 16 cameras"

_PERSONS, _ROBOTS, _CAMERAS = 50, 20, 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--cycles", type=int, default=500, help="to measure of each (default: %(default)s)"
    )


def measure(options: argparse.Namespace) -> Report:
    """Measure both."""
    verdict = verdict_ms(_PERSONS, _ROBOTS, options.cycles)
    coverage = coverage_ms(_CAMERAS, options.cycles)
    print(
        f"processor time, in a hall of {HALL_M[0]:g} x {HALL_M[1]:g} m with cells of 0.1 m: from a"
        " report of persons to all verdicts; from the death of a camera to the floor still seen\n"
    )
    return Report(
        "bench safety",
        (
            Figure("verdict_ms_p50_50x20", float(np.median(verdict)), "ms"),
            Figure("verdict_ms_p95_50x20", float(np.quantile(verdict, 0.95)), "ms", at_most=5.0),
            Figure("coverage_ms_p50_16", float(np.median(coverage)), "ms"),
            Figure("coverage_ms_p95_16", float(np.quantile(coverage, 0.95)), "ms", at_most=20.0),
        ),
    )
