"""A picture of tracks on the floor: the truth, what was found, and where identities switched."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from gpss_pose_ros.evaluation.clear_matches import ClearMatch
from gpss_pose_ros.evaluation.floor_frame import FloorFrame, IntArray
from gpss_pose_ros.evaluation.floor_plot import draw_cameras, write_picture
from gpss_pose_ros.evaluation.frame_pairs import FramePairs
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray

_COLOURS = 20  # of matplotlib's tab20


def save_track_plot(
    path: Path, paired: FramePairs, matches: Sequence[ClearMatch], cameras: Iterable[Camera] = ()
) -> None:
    """Draw true paths thin, tracks in a colour for each identity, and switches as crosses.

    Raises:
        ConfigurationError: the picture cannot be written.
    """
    figure, axes = plt.subplots(figsize=(10, 8), constrained_layout=True)
    draw_cameras(axes, cameras)
    _draw_found(axes, paired)
    _draw_truth(axes, paired)
    _draw_switches(axes, matches)
    axes.set(aspect="equal", xlabel="x [m]", ylabel="y [m]")
    axes.set_title(f"{len(paired.truth_ids)} people (thin), {len(paired.found_ids)} tracks (wide)")
    axes.grid(alpha=0.3)
    axes.legend(loc="best", fontsize=8)
    write_picture(figure, path, dpi=130)


def _draw_truth(axes: Axes, paired: FramePairs) -> None:
    paths = _paths(len(paired.truth_ids), [(p.truth_rows, p.truth) for p in paired.pairs])
    for k, path in enumerate(paths):
        axes.plot(*path.T, "-", color="k", lw=0.6, label="" if k else "truth")


def _draw_found(axes: Axes, paired: FramePairs) -> None:
    paths = _paths(len(paired.found_ids), [(p.found_rows, p.found) for p in paired.pairs])
    palette = plt.get_cmap("tab20")
    for identity, path in zip(paired.found_ids, paths, strict=True):
        colour = palette(int(identity) % _COLOURS)
        axes.plot(*path.T, ".-", color=colour, lw=2.5, ms=2.5, alpha=0.7)


def _draw_switches(axes: Axes, matches: Sequence[ClearMatch]) -> None:
    places = np.array([match.position_m for match in matches if match.switched]).reshape(-1, 2)
    axes.plot(*places.T, "rx", ms=9, mew=2, label=f"identity switches: {len(places)}")


def _paths(identities: int, frames: Sequence[tuple[IntArray, FloorFrame]]) -> FloatArray:
    """Return (I, F, 2) where everybody is, NaN in frames without them, which leaves a gap."""
    paths = np.full((identities, len(frames), 2), np.nan)
    for k, (rows, frame) in enumerate(frames):
        paths[rows, k] = frame.positions_m
    return paths
