"""gpss bench triangulation: our triangulation against a peer's, and a board of known size."""

import argparse
from pathlib import Path

import numpy as np

from gpss_pose_ros.evaluation.peer_association import peer_agreement
from gpss_pose_ros.evaluation.triangulation_parity import board_errors_mm, feet_errors_mm
from gpss_pose_ros.reporting import Figure, Report

SUMMARY = "triangulated feet against a peer's, triangulated corners against a board"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    data = Path("..") / "shared" / "data"
    parser.add_argument("--feet", type=Path, default=data / "pose2sim_balancing", metavar="DIR")
    parser.add_argument("--board", type=Path, default=data / "caliscope_charuco", metavar="DIR")


def measure(options: argparse.Namespace) -> Report:
    """Triangulate both; associate and fuse everybody in the first, bystanders and all."""
    feet_mm, board_mm = feet_errors_mm(options.feet), board_errors_mm(options.board)
    raw = peer_agreement(options.feet)
    return Report(
        "bench triangulation",
        (
            Figure("feet_mm_median", float(np.median(feet_mm)), "mm", at_most=0.05),
            Figure("feet_mm_p95", float(np.quantile(feet_mm, 0.95)), "mm"),
            Figure("charuco_mm_median", float(np.median(board_mm)), "mm", at_most=0.65),
            Figure("raw_bystanders", float(raw.bystanders.mean()), "1"),
            Figure("raw_same_person", float(raw.same_person.mean()), "1", at_least=0.95),
            Figure("fused_feet_mm_median", float(np.nanmedian(raw.feet_mm)), "mm"),
        ),
    )
