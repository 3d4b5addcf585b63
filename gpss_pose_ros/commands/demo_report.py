"""What a demo ends with: figures, tables, a picture of the floor, and the worst images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from gpss_pose_ros.commands.demo_safety import DemoSafety
from gpss_pose_ros.commands.live import memory_line
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.camera_sheet import camera_sheet, fullest_instant
from gpss_pose_ros.evaluation.failure_sheet import failure_sheet
from gpss_pose_ros.evaluation.failures import worst_failures
from gpss_pose_ros.evaluation.foot_keypoints import foot_keypoint_gain
from gpss_pose_ros.evaluation.person_figures import person_figures, run_figures
from gpss_pose_ros.evaluation.person_matches import MatchedInstant, match_instants
from gpss_pose_ros.evaluation.person_plot import save_person_plot
from gpss_pose_ros.evaluation.person_tables import (
    feet_lines,
    feet_table,
    keypoint_lines,
    recall_lines,
)
from gpss_pose_ros.evaluation.replay_figures import delivered_fraction, fate_lines, stage_table
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.nodes.annotate import annotated
from gpss_pose_ros.nodes.demo_listener import DemoListener
from gpss_pose_ros.nodes.safety_listener import SafetyListener
from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.reporting import Figure, Report
from gpss_pose_ros.simulation.factory import Factory
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import ImageArray


@dataclass(frozen=True)
class DemoRun:
    """What was run.

    Attributes:
        world: the factory.
        rate_hz: images a camera takes a second.
        keypoint_sigma: of the pose model, as in Poses2D.
    """

    world: World
    rate_hz: float
    keypoint_sigma: float


def report_demo(listener: DemoListener, run: DemoRun, path: Path | None) -> None:
    """Print the report; write the pictures, and the JSON file if `path` names one."""
    instants = match_instants(listener.truth(), listener.found())
    safety = DemoSafety(listener, run.world) if isinstance(listener, SafetyListener) else None
    figures = (*person_figures(instants, run.rate_hz), *_run_figures(listener))
    report = Report("demo", (*figures, *(safety.figures if safety else ())))
    for paragraph in (
        fate_lines(listener.record),
        [stage_table(listener.record)],
        recall_lines(instants),
        feet_lines(instants),
        _gain_lines(listener, run),
        keypoint_lines(instants),
        *([safety.lines] if safety else []),
        [report.table()],
        [memory_line(listener)],
    ):
        print("", *paragraph, sep="\n")
    if path:
        report.save(path)
        print(f"report: {path}")
    path = path or Path("demo_report.json")
    _draw(listener, run, instants, path)
    if safety:
        safety.draw(path.with_name(f"{path.stem}_safety.png"))


def _run_figures(listener: DemoListener) -> tuple[Figure, ...]:
    record = listener.record
    factor = listener.source_values.get("real_time_factor")
    ages_ms = [result.age_ms for result in record.results.values()]
    return run_figures(
        delivered_fraction(record), ages_ms, None if factor is None else float(factor)
    )


def _gain_lines(listener: DemoListener, run: DemoRun) -> list[str]:
    """Return what foot keypoints bring, where the pose model gives any."""
    order = skeleton(listener.skeleton) if listener.skeleton else None
    if order is None or order.index("left_heel") is None:
        return ["feet from ankles alone: the pose model gives no heels and toes"]
    cameras = {camera.camera_id: camera for camera in run.world.cameras}
    return feet_table(
        foot_keypoint_gain(
            listener.truth(),
            listener.observed(),
            cameras,
            order,
            FusionSettings(),
            run.keypoint_sigma,
        )
    )


def _draw(
    listener: DemoListener, run: DemoRun, instants: Sequence[MatchedInstant], path: Path
) -> None:
    """Draw the floor, the cameras at the fullest instant, and the worst images."""
    factory = Factory(run.world)  # one seed gives the images again as they were

    def image(camera_id: str, simulated_ns: int) -> ImageArray:
        return factory.render(camera_id, simulated_ns / 1e9).pixels

    picture = path.with_suffix(".png")
    save_person_plot(picture, instants, run.world.cameras)
    print(f"picture of the floor: {picture}")
    observed = listener.observed()
    if any(observed.values()):
        stamp_ns, order = fullest_instant(observed), skeleton(listener.skeleton)
        sheet = camera_sheet(
            stamp_ns,
            observed[stamp_ns],
            list(factory.cameras),
            image,
            lambda pixels, poses: annotated(pixels, poses, order),
        )
        _save(path.with_name(f"{path.stem}_cameras.png"), sheet, "what the cameras saw")
    worst = failure_sheet(worst_failures(instants), image, factory.cameras)
    _save(path.with_name(f"{path.stem}_worst.png"), worst, "the worst images")


def _save(path: Path, pixels: ImageArray, what: str) -> None:
    if not cv2.imwrite(str(path), pixels):
        raise ConfigurationError(f"cannot write picture {path}")
    print(f"{what}: {path}")
