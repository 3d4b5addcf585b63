"""gpss bench drift: how soon a camera that was knocked is reported, by the networks in use."""

import argparse
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from gpss_pose_ros.commands.networks import add_network_arguments, load_networks
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.drift_trial import (
    KNOCKS,
    Knock,
    Seen,
    drift_figures,
    drift_trials,
    trials_table,
)
from gpss_pose_ros.fusion.drift_points import moved
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.simulation.footage import Footage
from gpss_pose_ros.simulation.scenario import Scenario
from gpss_pose_ros.types import Image, ImageSet

SUMMARY = "how soon a camera that moved by 5 cm or 2 degrees is reported, in rendered images"

_WATCHED_S = 60
_CALIBRATION_SIGMA = np.repeat([0.01, 0.002], 3)
"""Errors of a good calibration: translation in [m], rotation in [rad]."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--world", default="demo", help="name or YAML file (default: %(default)s)")
    parser.add_argument("--people", type=int, default=6, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--seed", type=int, default=51, help="of people and calibration (default: %(default)s)"
    )
    parser.add_argument(
        "--rest", type=int, default=120, metavar="S", help="before the knock (default: %(default)s)"
    )
    add_network_arguments(parser)


def measure(options: argparse.Namespace) -> Report:
    """Knock every camera in every way; print after how long each is suspected."""
    if options.rest < 1:
        raise ConfigurationError(f"--rest must be at least 1 s, got {options.rest}")
    world = Scenario(options.world, options.seed, options.people).load(share_directory())
    copies = {knock: [_knocked(camera, knock) for camera in world.cameras] for knock in KNOCKS}
    everywhere = (*world.cameras, *(camera for there in copies.values() for camera in there))
    footage = Footage(replace(world, cameras=everywhere), rate_hz=1.0)
    pipeline = Pipeline(*load_networks(options), FusionSettings())
    rng = np.random.default_rng(options.seed)
    believed = {
        camera.camera_id: moved(camera, rng.normal(0.0, _CALIBRATION_SIGMA))
        for camera in world.cameras
    }
    rest: list[Seen] = []
    knocked: dict[Knock, list[Seen]] = {knock: [] for knock in KNOCKS}
    for second in tqdm(range(options.rest + _WATCHED_S), unit="s", desc="cameras look"):
        rest.append(_look(pipeline, footage, second, believed, {c: c for c in believed}))
        if second >= options.rest:
            for knock, there in copies.items():
                names = dict(zip(believed, (c.camera_id for c in there), strict=True))
                knocked[knock].append(_look(pipeline, footage, second, believed, names))
    trials = drift_trials(believed, rest, knocked)
    print("\n".join(trials_table(trials)) + "\n")
    return Report("bench drift", drift_figures(trials))


def _knocked(camera: Camera, knock: Knock) -> Camera:
    """Return the camera where it is after a knock, under a name of its own."""
    there = moved(camera, knock.twist)
    name = f"{camera.camera_id} {knock.kind} {knock.axis}"
    return Camera(name, there.model, there.factory_from_camera)


def _look(
    pipeline: Pipeline,
    footage: Footage,
    second: int,
    believed: Mapping[str, Camera],
    names: Mapping[str, str],
) -> Seen:
    """Return what cameras see that are where `names` has them, by where they are believed."""
    images = ImageSet(
        tuple(
            Image(camera_id, second * 10**9, footage.view(name, second).pixels)
            for camera_id, name in names.items()
        )
    )
    observations = pipeline.look(images, believed).observations
    return {c: tuple(o for o in observations if o.camera_id == c) for c in believed}
