"""gpss bench safety: what a cycle of the safety node costs."""

import argparse

import numpy as np

from gpss_pose_ros.evaluation.safety_cost import HALL_M, coverage_ms
from gpss_pose_ros.nodes.safety_latency import verdict_cost
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
    verdict = verdict_cost(_PERSONS, _ROBOTS, _CAMERAS, options.cycles)
    coverage = coverage_ms(_CAMERAS, options.cycles)
    print(
        f"processor time, in a hall of {HALL_M[0]:g} x {HALL_M[1]:g} m with cells of 0.1 m: from a"
        " PersonPoseArray that has arrived to all verdicts (rclpy's own time to take it comes"
        " before); from the death of a camera to the floor still seen\n"
    )
    verdict_p95 = float(np.quantile(verdict.verdict_ms, 0.95))
    return Report(
        "bench safety",
        (
            Figure("verdict_ms_p50_50x20", float(np.median(verdict.verdict_ms)), "ms"),
            Figure("verdict_ms_p95_50x20", verdict_p95, "ms", at_most=5.0),
            Figure("taking_ms_p50_50", float(np.median(verdict.taking_ms)), "ms"),
            Figure("coverage_ms_p50_16", float(np.median(coverage)), "ms"),
            Figure("coverage_ms_p95_16", float(np.quantile(coverage, 0.95)), "ms", at_most=20.0),
        ),
    )
