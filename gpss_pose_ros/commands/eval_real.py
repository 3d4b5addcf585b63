"""gpss eval real FOLDER: the person in recorded footage, against a peer's keypoints."""

import argparse
from pathlib import Path

from tqdm import tqdm

from gpss_pose_ros.commands.networks import load_networks
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.real_comparison import compare, real_figures, real_lines
from gpss_pose_ros.evaluation.real_footage import reference_images
from gpss_pose_ros.recordings.recording import load_recording
from gpss_pose_ros.reporting import Report

SUMMARY = "the person in recorded footage, against a peer's keypoints"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("folder", type=Path, help="recording with keypoints_associated/")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th image")


def measure(options: argparse.Namespace) -> Report:
    """Look at every image, print where the person was found, return the figures."""
    if options.every < 1:
        raise ConfigurationError(f"--every must be at least 1, got {options.every}")
    recording = load_recording(options.folder)
    detector, estimator = load_networks(options)
    count = len(recording.cameras) * len(range(0, recording.frames, options.every))
    images = tqdm(reference_images(recording, options.every), total=count, unit="image")
    comparisons = [compare(image, detector, estimator) for image in images]
    print("\n".join((*real_lines(comparisons), "")))
    return Report("eval real", real_figures(comparisons))
