"""The networks a command uses, named on its command line."""

import argparse

from gpss_pose_ros.nodes.homes import model_path
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.load import load_detector, load_pose_estimator
from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.perception.pose_estimator import PoseEstimator


def add_network_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --detector, --pose-model and --threads; the defaults are those of pose_node."""
    settings, choice = PoseSettings(), "a description in config/models, or the path of one"
    parser.add_argument(
        "--detector", default=settings.detector, help=f"{choice} (default: %(default)s)"
    )
    parser.add_argument(
        "--pose-model", default=settings.pose_model, help=f"{choice} (default: %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=settings.threads, help="of a network; 0: the engine's choice"
    )


def load_networks(options: argparse.Namespace) -> tuple[Detector, PoseEstimator]:
    """Load the detector and the pose estimator that were named."""
    places = model_path()
    return (
        load_detector(
            load_model_description(options.detector, places), places, threads=options.threads
        ),
        load_pose_estimator(
            load_model_description(options.pose_model, places), places, threads=options.threads
        ),
    )
