"""The course of a training run as a picture."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from gpss_pose_ros.training.run_folder import Line

_NOT_DRAWN = ("step", "seconds", "learning_rate")


def save_curves(path: Path, lines: list[Line], title: str) -> None:
    """Draw every figure over the steps: fractions, pixels and losses on an axis each.

    Args:
        path: the PNG file.
        lines: metrics of each epoch.
        title: above the picture.
    """
    names = [name for name in lines[-1] if name not in _NOT_DRAWN]
    losses = [name for name in names if name.startswith("loss")]
    pixels = [name for name in names if "_px" in name or name.startswith("px")]
    others = [name for name in names if name not in losses and name not in pixels]
    groups = [(w, n) for w, n in (("loss", losses), ("[px]", pixels), ("[1]", others)) if n]
    figure, axes = pyplot.subplots(
        1, len(groups), figsize=(5.0 * len(groups), 4.0), squeeze=False, layout="constrained"
    )
    for axis, (unit, group) in zip(axes[0], groups, strict=True):
        for name in group:
            drawn = [line for line in lines if name in line]
            axis.plot([m["step"] for m in drawn], [m[name] for m in drawn], ".-", label=name)
        axis.set(xlabel="step", ylabel=unit)
        axis.grid(alpha=0.3)
        axis.legend(fontsize="small")
    figure.suptitle(title)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
