"""gpss eval tracks GT PRED: how well people were followed, from MOT-style text on the floor."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.clear_matches import clear_matches
from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.frame_pairs import pair_frames
from gpss_pose_ros.evaluation.mot_text import read_floor_frames
from gpss_pose_ros.evaluation.track_plot import save_track_plot
from gpss_pose_ros.evaluation.tracking import GATE_M, figures_of
from gpss_pose_ros.evaluation.tracking_report import report_figures, switch_lines
from gpss_pose_ros.reporting import Report

SUMMARY = "how well people were followed, from MOT-style text on the floor: frame, id, x, y"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("truth", type=Path, metavar="GT", help="text file of the truth")
    parser.add_argument("found", type=Path, metavar="PRED", help="text file of the output")
    parser.add_argument(
        "--gate",
        type=float,
        default=GATE_M,
        metavar="M",
        help="farther apart is never the same person (default: %(default)g m)",
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=10.0,
        metavar="HZ",
        help="frames a second, for times that are printed (default: %(default)g)",
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the tracks")


def measure(options: argparse.Namespace) -> Report:
    """Compare the files, print where identities switched, return the figures."""
    for name in ("gate", "rate"):
        value = getattr(options, name)
        if not (math.isfinite(value) and value > 0.0):
            raise ConfigurationError(f"--{name} must be above 0, got {value:g}")
    truth = read_floor_frames(options.truth, options.rate)
    found = read_floor_frames(options.found, options.rate)
    print(_frames_line(options, truth, found))
    paired = pair_frames(truth, found)
    matches = clear_matches(paired, options.gate)
    print("\n".join((*switch_lines(matches), "")))
    if options.plot:
        save_track_plot(options.plot, paired, matches)
        print(f"picture of the tracks: {options.plot}\n")
    return Report("eval tracks", report_figures(figures_of(paired, matches, options.gate)))


def _frames_line(
    options: argparse.Namespace, truth: Sequence[FloorFrame], found: Sequence[FloorFrame]
) -> str:
    """Return how the frames of both files meet in words; refuse files that never do."""
    true, reported = ({frame.stamp_ns for frame in frames} for frames in (truth, found))
    if not true:
        raise ConfigurationError(f"{options.truth} has no frames")
    if reported and not true & reported:
        raise ConfigurationError(f"no frame of {options.found} is in {options.truth}")
    return (
        f"{len(true)} frames of truth; {len(true - reported)} of them without output: all missed;"
        f" {len(reported - true)} frames of output without truth: left out"
    )
