"""A picture of a run against the truth: paths on the floor, and how far feet are off."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from gpss_pose_ros.evaluation.floor_plot import draw_cameras
from gpss_pose_ros.evaluation.person_errors import feet_errors, person_matches
from gpss_pose_ros.evaluation.person_matches import MatchedInstant
from gpss_pose_ros.geometry.camera import Camera

_MOST_MM = 300.0


def save_person_plot(
    path: Path, instants: Sequence[MatchedInstant], cameras: Iterable[Camera]
) -> None:
    """Draw true paths and reported feet on the floor, and the feet's errors as they add up."""
    figure, (floor, errors) = plt.subplots(1, 2, figsize=(15, 7), constrained_layout=True)
    draw_cameras(floor, cameras)
    _draw_floor(floor, instants)
    _draw_errors(errors, instants)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_floor(axes: Axes, instants: Sequence[MatchedInstant]) -> None:
    """True paths as lines, one colour a person; reported feet as dots; what is wrong as crosses."""
    persons = person_matches(instants)
    for number, who in enumerate(sorted({p.truth.person_id for p in persons})):
        colour = f"C{number % 10}"
        own = [p for p in persons if p.truth.person_id == who]
        axes.plot(*np.array([p.truth.position_m for p in own]).T, "-", color=colour, lw=1)
        feet = [foot.position_m for p in own if p.seen for foot in p.seen.feet.values()]
        axes.plot(*np.array(feet).reshape(-1, 2).T, ".", color=colour, ms=2, alpha=0.5)
    missed = [p.truth.position_m for p in persons if p.seen is None and p.truth.cameras_with_feet]
    axes.plot(*np.array(missed).reshape(-1, 2).T, "kx", ms=4, label="missed")
    false = [p.position_m for instant in instants for p in instant.false_persons]
    axes.plot(*np.array(false).reshape(-1, 2).T, "r+", ms=5, label="nobody there")
    axes.set(aspect="equal", xlabel="x [m]", ylabel="y [m]")
    axes.set_title("true paths (lines) and reported feet (dots)")
    axes.grid(alpha=0.3)
    axes.legend(loc="best", fontsize=8)


def _draw_errors(axes: Axes, instants: Sequence[MatchedInstant]) -> None:
    persons = person_matches(instants)
    for label, wanted in (("2 cameras or more", (2, 99)), ("1 camera", (1, 1))):
        group = [p for p in persons if wanted[0] <= p.truth.cameras_with_feet <= wanted[1]]
        distances = np.sort(feet_errors(group).distances_mm)
        fractions = np.arange(1, len(distances) + 1) / max(len(distances), 1)
        axes.plot(distances, fractions, label=f"both feet in {label}: {len(distances)} feet")
    for limit, fraction in ((50.0, 0.5), (150.0, 0.95)):
        axes.plot(limit, fraction, "k*", ms=10)
    axes.set(xlim=(0.0, _MOST_MM), ylim=(0.0, 1.0), xlabel="error of a foot on the floor [mm]")
    axes.set_title("fraction of feet with at most this error; stars: the goals")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=8)
