"""gpss dataset: make a dataset of simulated images with people in them."""

import argparse
import os
from pathlib import Path

from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.simulation.dataset.generate import generate
from gpss_pose_ros.simulation.dataset.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="new, or one to continue"
    )
    parser.add_argument(
        "--images", type=int, metavar="N", help="for training; val and test grow with it"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: config/dataset.yaml")
    parser.add_argument("--seed", type=int, default=0, help="another seed is another dataset")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )


def run(options: argparse.Namespace) -> int:
    """Generate, or continue where an earlier run stopped."""
    settings = load_settings(options.config or share_directory() / "config" / "dataset.yaml")
    if options.images is not None:
        settings = settings.with_train_images(options.images)
    generate(options.out, settings, options.seed, max(1, options.workers))
    print(f"{options.out}: {', '.join(f'{n} {split}' for split, n in settings.images.items())}")
    return 0
