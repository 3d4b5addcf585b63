"""gpss bench tracks: association, fusion and tracking of simulated people, without networks."""

import argparse
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.crowd import Crowd, planned_crowd
from gpss_pose_ros.evaluation.crowd_detections import DetectionErrors
from gpss_pose_ros.evaluation.crowd_figures import (
    CrowdFigures,
    clean_figures,
    comparison,
    corrupted_figures,
)
from gpss_pose_ros.evaluation.crowd_run import run_crowd, true_instants, turned
from gpss_pose_ros.evaluation.crowd_sight import Sight, sight
from gpss_pose_ros.evaluation.mot_text import write_floor_frames
from gpss_pose_ros.evaluation.person_record import TrueInstant
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.simulation.scenario import Scenario

SUMMARY = "association, fusion and tracking of simulated people, clean and corrupted, no networks"

_RATE_HZ = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--world", default="demo", help="name or YAML file (default: %(default)s)")
    parser.add_argument("--people", type=int, default=12, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--duration", type=float, default=300.0, metavar="S", help="(default: %(default)g s)"
    )
    parser.add_argument(
        "--seed", type=int, default=90210, help="of people and errors (default: %(default)s)"
    )
    parser.add_argument(
        "--keypoint-sigma",
        type=float,
        default=DetectionErrors().keypoint_sigma,
        help="error of a keypoint, of the longer side of its box (default: %(default)s)",
    )
    parser.add_argument(
        "--believed-sigma",
        type=float,
        help="what the pipeline takes it for (default: what it is without the noise below)",
    )
    parser.add_argument(
        "--tracks",
        type=Path,
        metavar="FOLDER",
        help="write gt.txt, pred.txt and pred_corrupted.txt for `eval tracks` there",
    )
    corrupted = parser.add_argument_group("what the second run suffers")
    corrupted.add_argument(
        "--dropped", type=float, default=0.2, help="part of the detections (default: %(default)s)"
    )
    corrupted.add_argument(
        "--false", type=float, default=0.1, help="detections of nobody (default: %(default)s)"
    )
    corrupted.add_argument(
        "--pixel-noise", type=float, default=5.0, metavar="PX", help="(default: %(default)g px)"
    )
    corrupted.add_argument(
        "--miscalibrated-deg",
        type=float,
        default=1.0,
        metavar="DEG",
        help="of the first camera (default: %(default)g)",
    )


@dataclass(frozen=True, eq=False)
class _Hall:
    """Who is there, and what each camera truly sees of them."""

    crowd: Crowd
    sights: tuple[Sight, ...]
    truth: list[TrueInstant]

    @property
    def cameras(self) -> dict[str, Camera]:
        return {sight.camera.camera_id: sight.camera for sight in self.sights}


def measure(options: argparse.Namespace) -> Report:
    """Follow the same people twice; print both, return the figures."""
    hall = _hall(options)
    rng = np.random.default_rng([options.seed, 3])
    usual, worse = _errors(options)
    cameras = hall.cameras
    first = next(iter(cameras.values()))
    wrong = turned(first, math.radians(options.miscalibrated_deg), rng)
    runs = {
        "clean": _followed(hall, cameras, usual, rng, "clean"),
        "corrupted": _followed(hall, {**cameras, first.camera_id: wrong}, worse, rng, "corrupted"),
    }
    print("\n".join(comparison(runs)) + "\n")
    if options.tracks:
        _write(options.tracks, runs)
    clean, corrupted = runs.values()
    return Report("bench tracks", (*clean_figures(clean), *corrupted_figures(clean, corrupted)))


def _errors(options: argparse.Namespace) -> tuple[DetectionErrors, DetectionErrors]:
    """Return those of the clean and of the corrupted run."""
    believed = options.keypoint_sigma if options.believed_sigma is None else options.believed_sigma
    usual = DetectionErrors(keypoint_sigma=options.keypoint_sigma, believed_sigma=believed)
    return usual, replace(
        usual, dropped=options.dropped, false=options.false, pixel_noise_px=options.pixel_noise
    )


def _hall(options: argparse.Namespace) -> _Hall:
    if not options.duration > 0.0:
        raise ConfigurationError(f"--duration must be above 0 s, got {options.duration:g}")
    world = Scenario(options.world, options.seed, options.people).load(share_directory())
    times_s = np.arange(round(options.duration * _RATE_HZ)) / _RATE_HZ
    crowd = planned_crowd(world, tqdm(times_s.tolist(), unit="instant", desc="people"))
    sights = tuple(sight(crowd, camera, world.obstacles) for camera in world.cameras)
    return _Hall(crowd, sights, true_instants(crowd, sights))


def _followed(
    hall: _Hall,
    cameras: Mapping[str, Camera],
    errors: DetectionErrors,
    rng: np.random.Generator,
    name: str,
) -> CrowdFigures:
    stamps: Iterable[int] = tqdm(hall.crowd.stamps_ns.tolist(), unit="set", desc=name)
    return CrowdFigures.of(hall.truth, run_crowd(stamps, hall.sights, cameras, errors, rng))


def _write(folder: Path, runs: Mapping[str, CrowdFigures]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    truth, found = runs["clean"].frames
    files = {"gt": truth, "pred": found, "pred_corrupted": runs["corrupted"].frames[1]}
    for name, frames in files.items():
        write_floor_frames(folder / f"{name}.txt", frames, _RATE_HZ)
    print(f"./gpss eval tracks {folder / 'gt.txt'} {folder / 'pred.txt'}\n")
