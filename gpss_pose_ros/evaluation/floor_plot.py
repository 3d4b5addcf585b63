"""A picture of the floor: cameras, the paths of feet, and the reference."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.ankles import AnkleReference
from gpss_pose_ros.evaluation.replay_record import ReplayRecord
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import COCO17_KEYPOINTS
from gpss_pose_ros.types import FloatArray, Side

_COLOURS = {Side.LEFT: "#2a9d4a", Side.RIGHT: "#d1495b"}
_MARGIN_M = 0.4


def save_floor_plot(
    path: Path, record: ReplayRecord, cameras: Iterable[Camera], reference: AnkleReference | None
) -> None:
    """Draw the whole floor, and the reference person's feet close up."""
    figure, (floor, close) = plt.subplots(1, 2, figsize=(15, 7), constrained_layout=True)
    draw_cameras(floor, cameras)
    for axes in (floor, close):
        _draw_feet(axes, record)
        axes.set(aspect="equal", xlabel="x [m]", ylabel="y [m]")
        axes.grid(alpha=0.3)
    floor.margins(0.15)  # room for the names of the cameras
    floor.set_title("the floor: cameras, and the feet of everybody seen")
    close.set_title("feet on the floor (dots) and triangulated ankles (crosses)")
    if reference is not None:
        _draw_reference(close, reference)
        _zoom(close, np.vstack([p[:, :2] for p in reference.positions_m.values()]))
    close.legend(loc="best", fontsize=8)
    write_picture(figure, path, dpi=110)


def write_picture(figure: Figure, path: Path, dpi: int) -> None:
    """Write a figure and close it; ConfigurationError if the picture cannot be written."""
    try:
        figure.savefig(path, dpi=dpi)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot write picture {path}: {error}") from error
    finally:
        plt.close(figure)


def draw_cameras(axes: Axes, cameras: Iterable[Camera]) -> None:
    """Draw where cameras hang, their names, and which way they look."""
    for camera in cameras:
        x, y, z = camera.position_m
        forward = camera.factory_from_camera.rotation[:2, 2]
        axes.annotate("", (x + forward[0], y + forward[1]), (x, y), arrowprops={"arrowstyle": "->"})
        axes.plot(x, y, "ks")
        label = f"{camera.camera_id}, {z:.1f} m up"
        axes.annotate(label, (x, y), (0, 7), textcoords="offset points", ha="center", fontsize=8)


def _draw_feet(axes: Axes, record: ReplayRecord) -> None:
    persons = [p for _, r in sorted(record.results.items()) for p in r.persons if p.seen]
    for side, colour in _COLOURS.items():
        feet = [p.feet_m[side] for p in persons if side in p.feet_m]
        if feet:
            axes.plot(*np.array(feet).T, ".", color=colour, ms=4, label=f"{side.value}, floor")
        index = COCO17_KEYPOINTS.index(f"{side.value}_ankle")
        ankles = np.array([p.keypoints_m[index, :2] for p in persons]).reshape(-1, 2)
        axes.plot(*ankles.T, "x", color=colour, ms=5, label=f"{side.value}, triangulated")


def _draw_reference(axes: Axes, reference: AnkleReference) -> None:
    for side, positions in reference.positions_m.items():
        label = f"{side.value}, reference"
        axes.plot(positions[:, 0], positions[:, 1], "-", color=_COLOURS[side], lw=2, label=label)


def _zoom(axes: Axes, points_m: FloatArray) -> None:
    low, high = np.nanmin(points_m, axis=0) - _MARGIN_M, np.nanmax(points_m, axis=0) + _MARGIN_M
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
