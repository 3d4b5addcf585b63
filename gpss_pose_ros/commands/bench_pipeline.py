"""gpss bench pipeline: how many image sets a second the whole pipeline takes."""

import argparse
import os
from pathlib import Path

import cv2

from gpss_pose_ros.commands.networks import add_network_arguments, load_networks
from gpss_pose_ros.errors import ModelError
from gpss_pose_ros.evaluation.pipeline_speed import run_pipeline, speed_figures
from gpss_pose_ros.evaluation.replay_figures import stages_table
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.nodes.homes import model_path
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.perception.load import load_detector
from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.recordings.recording import load_recording
from gpss_pose_ros.reporting import Report

SUMMARY = "the whole pipeline on recorded image sets, decoding excluded, without ROS"

_FOOTAGE = Path("..") / "shared" / "data" / "pose2sim_balancing"
_REFERENCE = "yolox_nano"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "folder", type=Path, nargs="?", default=_FOOTAGE, help="recording (default: %(default)s)"
    )
    parser.add_argument("--sets", type=int, default=60, help="to measure (default: %(default)s)")
    add_network_arguments(parser)


def measure(options: argparse.Namespace) -> Report:
    """Process the sets, print the stages, return the figures."""
    recording = load_recording(options.folder)
    pipeline = Pipeline(*load_networks(options), FusionSettings())
    run = run_pipeline(pipeline, recording, options.sets, _reference(options.threads))
    sizes = sorted({"x".join(map(str, c.video.size)) for c in recording.cameras})
    print(
        f"{len(recording.cameras)} cameras ({', '.join(sizes)}); {options.detector} and"
        f" {options.pose_model}; threads: networks {options.threads or 'as the engine chooses'},"
        f" OpenCV {cv2.getNumThreads()}, of {os.cpu_count()} cores\n"
    )
    print(stages_table(run.stages_ms) + "\n")
    return Report("bench pipeline", speed_figures(run))


def _reference(threads: int) -> Detector | None:
    """Return the detector that every machine is measured by, None where its file is not here."""
    places = model_path()
    try:
        return load_detector(load_model_description(_REFERENCE, places), places, threads=threads)
    except ModelError as error:
        print(f"no reference to compare with: {error}")
        return None
