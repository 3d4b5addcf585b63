"""gpss eval dataset FOLDER: the persons of a simulated dataset, top and side views apart."""

import argparse
from pathlib import Path

from tqdm import tqdm

from gpss_pose_ros.commands.networks import load_networks
from gpss_pose_ros.evaluation.dataset_figures import dataset_figures, look_at
from gpss_pose_ros.evaluation.dataset_images import read_dataset
from gpss_pose_ros.reporting import Report

SUMMARY = "the persons of a simulated dataset, top and side views apart"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("folder", type=Path, help="as ./gpss dataset makes it")
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")


def measure(options: argparse.Namespace) -> Report:
    """Look at every image, return the figures."""
    images = read_dataset(options.folder, options.split)
    detector, estimator = load_networks(options)
    results = [look_at(image, detector, estimator) for image in tqdm(images, unit="image")]
    return Report("eval dataset", dataset_figures(results))
