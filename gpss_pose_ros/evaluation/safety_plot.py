"""A picture of safety: the floor that cameras see, the zones of persons, and the robots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch, Polygon

from gpss_pose_ros.evaluation.floor_plot import draw_cameras, write_picture
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.settings import Occluder
from gpss_pose_ros.safety.values import Robot, RobotVerdict, Verdict, Zone
from gpss_pose_ros.types import FloatArray

_FLOOR = {
    "seen by nobody": "#8d939c",
    "human-free": "#b9cfe8",
    "seen by one camera": "#e4f2e1",
    "by two": "#c5e5c0",
    "by three or more": "#a3d69d",
}
"""Colours of cells."""
_HUMAN_FREE, _SEEN = 1, 2
_MARGIN_M = 1.0
_OCCLUDER, _REACH, _SEPARATION = "#26282b", "#f08c1a", "#c92f2f"
_VERDICTS = {
    Verdict.CLEAR: "#1f8a3b",
    Verdict.WARNING: "#e0b000",
    Verdict.UNKNOWN: "#8246af",
    Verdict.PROTECTIVE_STOP: "#d11f1f",
}
_CIRCLE = np.exp(1j * np.arange(64) * (2.0 * np.pi / 64))[:, None].view(np.float64)


@dataclass(frozen=True, eq=False)
class SafetyScene:
    """What there is to draw.

    Attributes:
        coverage: the floor that live cameras see.
        zones: of all persons.
        robots: where they are.
        verdicts: of the robots.
        cameras: that look.
        occluders: what hides floor from them.
    """

    coverage: Coverage
    zones: Sequence[Zone] = ()
    robots: Sequence[Robot] = ()
    verdicts: Sequence[RobotVerdict] = ()
    cameras: Sequence[Camera] = ()
    occluders: Sequence[Occluder] = ()


def save_safety_plot(path: Path, scene: SafetyScene) -> None:
    """Draw coverage, zones and robots over the floor.

    Raises:
        ConfigurationError: the picture cannot be written.
    """
    figure, axes = plt.subplots(figsize=(13, 8), constrained_layout=True)
    draw_coverage(axes, scene.coverage)
    for occluder in scene.occluders:
        axes.add_patch(Polygon(occluder.corners_m, facecolor=_OCCLUDER, zorder=2))
    draw_zones(axes, scene.zones)
    draw_robots(axes, scene.robots, scene.verdicts)
    draw_cameras(axes, scene.cameras)
    (left, bottom), (right, top) = scene.coverage.grid.low_m, scene.coverage.grid.high_m
    axes.set(aspect="equal", xlabel="x [m]", ylabel="y [m]", title=_title(scene))
    axes.set(xlim=(left - _MARGIN_M, right + _MARGIN_M), ylim=(bottom - _MARGIN_M, top + _MARGIN_M))
    axes.legend(handles=_legend(scene), loc="center left", bbox_to_anchor=(1.0, 0.5))
    write_picture(figure, path, dpi=110)


def draw_coverage(axes: Axes, coverage: Coverage) -> None:
    """Draw who sees which cell; what is human-free counts as that only where nobody sees it."""
    grid = coverage.grid
    cells = np.minimum(coverage.seen_by, 3).astype(int) + (_SEEN - 1)
    cells[coverage.seen_by == 0] = np.where(coverage.unseen, 0, _HUMAN_FREE)[coverage.seen_by == 0]
    extent = (grid.low_m[0], grid.high_m[0], grid.low_m[1], grid.high_m[1])
    colours, last = ListedColormap(list(_FLOOR.values())), len(_FLOOR) - 1
    axes.imshow(cells, colours, vmin=0, vmax=last, origin="lower", extent=extent, zorder=1)


def draw_zones(axes: Axes, zones: Iterable[Zone]) -> None:
    """Draw reach zones filled and separation zones as lines, dashed of persons who are held."""
    for zone in zones:
        style = "--" if zone.held else "-"
        for radius, colour, alpha in (
            (zone.separation_m, _SEPARATION, 0.08),
            (zone.reach_m, _REACH, 0.45),
        ):
            outline = _grown(zone.core_m, radius)
            axes.add_patch(Polygon(outline, facecolor=colour, alpha=alpha, zorder=3))
            axes.add_patch(Polygon(outline, fill=False, ec=colour, ls=style, lw=1.5, zorder=3))
        axes.add_patch(Polygon(_grown(zone.core_m, 0.05), facecolor="k", zorder=4))
        axes.annotate(
            str(zone.track_id), _point(zone.core_m.mean(axis=0)), (5, 5), textcoords="offset points"
        )


def draw_robots(axes: Axes, robots: Iterable[Robot], verdicts: Iterable[RobotVerdict]) -> None:
    """Draw robots in the colour of their verdicts, one second of their way, and allowed speeds."""
    said = {verdict.robot_id: verdict for verdict in verdicts}
    for robot in robots:
        verdict = said.get(robot.robot_id)
        colour = "w" if verdict is None else _VERDICTS[verdict.verdict]
        axes.add_patch(Polygon(robot.footprint_m, facecolor=colour, ec="k", lw=1.2, zorder=5))
        axes.annotate(
            "",
            _point(robot.position_m + robot.velocity_mps),
            _point(robot.position_m),
            arrowprops={"arrowstyle": "-|>", "lw": 1.5},
            zorder=6,
        )
        speed = "" if verdict is None else f"\n{verdict.allowed_speed_mps:.2f} m/s allowed"
        axes.annotate(
            f"{robot.robot_id}{speed}",
            _point(robot.position_m),
            (0, -24),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
            zorder=7,
            bbox={"facecolor": "w", "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
        )


def _grown(core_m: FloatArray, radius_m: float) -> FloatArray:
    """Return the outline (V, 2) of all that is at most `radius_m` from a convex core (H, 2)."""
    return convex_hull((core_m[:, None] + radius_m * _CIRCLE).reshape(-1, 2))


def _point(position_m: FloatArray) -> tuple[float, float]:
    x, y = position_m.tolist()
    return x, y


def _title(scene: SafetyScene) -> str:
    seen = 1.0 - float(scene.coverage.unseen.mean())
    return f"{seen:.0%} of the floor is seen or human-free; what is not seen is not free"


def _legend(scene: SafetyScene) -> list[Patch]:
    """Return what the colours mean that are in the picture."""
    given = {verdict.verdict for verdict in scene.verdicts}
    return [
        *(Patch(facecolor=colour, ec="0.6", label=text) for text, colour in _FLOOR.items()),
        Patch(facecolor=_OCCLUDER, label="solid"),
        Patch(facecolor=_REACH, alpha=0.6, label="reach of a person"),
        Patch(facecolor="none", ec=_SEPARATION, label="separation, dashed: held"),
        *(
            Patch(facecolor=colour, ec="k", label=verdict.name.replace("_", " ").lower())
            for verdict, colour in _VERDICTS.items()
            if verdict in given
        ),
    ]
