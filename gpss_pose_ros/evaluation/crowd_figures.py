"""The figures of a crowd followed: with good detections, and with everything that goes wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gpss_pose_ros.evaluation.crowd_run import CrowdRun, found_instants
from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.person_errors import FeetErrors, feet_errors, person_matches
from gpss_pose_ros.evaluation.person_frames import tracking_frames
from gpss_pose_ros.evaluation.person_matches import match_instants
from gpss_pose_ros.evaluation.person_record import TrueInstant
from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.evaluation.tracking import TrackingFigures, tracking_figures
from gpss_pose_ros.reporting import Figure

_TRACKING = {  # name: unit, at least
    "moda": ("%", 97.0),
    "modp": ("%", None),
    "mota": ("%", None),
    "idf1": ("%", 95.0),
    "hota": ("%", None),
    "error_mm_median": ("mm", None),
    "error_mm_p95": ("mm", None),
    "nees_mean": ("1", None),
    "misses": ("1", None),
    "false_positives": ("1", None),
    "identity_switches": ("1", None),
    "objects": ("1", None),
}


@dataclass(frozen=True, eq=False)
class CrowdFigures:
    """What a run is worth.

    Attributes:
        tracking: of the tracks on the floor.
        feet: of everybody seen with both feet in a camera.
        fusion_ms_p50: median time from floor observations to tracks.
        frames: truth and tracks as they were judged.
    """

    tracking: TrackingFigures
    feet: FeetErrors
    fusion_ms_p50: float | None
    frames: tuple[list[FloorFrame], list[FloorFrame]]

    @classmethod
    def of(cls, truth: Sequence[TrueInstant], run: CrowdRun) -> "CrowdFigures":
        """Judge a run."""
        found = found_instants(run)
        frames = tracking_frames(truth, found)
        persons = person_matches(match_instants(truth, found))
        return cls(
            tracking_figures(*frames),
            feet_errors(p for p in persons if p.truth.cameras_with_feet),
            quantile(run.fusion_ms, 0.5),
            frames,
        )


def clean_figures(clean: CrowdFigures) -> tuple[Figure, ...]:
    """Return what scripts read of the run with good detections, with the goals of the project."""
    feet_mm = clean.feet.distances_mm
    return (
        *(
            Figure(name, getattr(clean.tracking, name), unit, at_least=goal)
            for name, (unit, goal) in _TRACKING.items()
        ),
        Figure("feet_mm_median", quantile(feet_mm, 0.5), "mm", at_most=40.0),
        Figure("feet_mm_p95", quantile(feet_mm, 0.95), "mm", at_most=120.0),
        Figure("feet_placed_fraction", clean.feet.placed_fraction, "1"),
        Figure("ellipse95_coverage", clean.feet.coverage95, "1", at_least=0.93, at_most=0.97),
        Figure("set_ms_p50", clean.fusion_ms_p50, "ms"),
    )


def corrupted_figures(clean: CrowdFigures, corrupted: CrowdFigures) -> tuple[Figure, ...]:
    """Return what is left with corrupted detections, and how far MODA falls."""
    before, after = clean.tracking.moda, corrupted.tracking.moda
    fall = None if before is None or after is None else before - after
    return (
        Figure("corrupted_moda", after, "%"),
        Figure("corrupted_idf1", corrupted.tracking.idf1, "%"),
        Figure("moda_fall", fall, "%", at_most=5.0),
    )


def comparison(runs: Mapping[str, CrowdFigures]) -> list[str]:
    """Return every figure of several runs side by side, as lines of text."""
    rows = {name: clean_figures(run) for name, run in runs.items()}
    lines = [f"{'':<24}" + "".join(f"{name:>14}" for name in rows)]
    for same in zip(*rows.values(), strict=True):
        cells = ("-" if f.value is None else f"{f.value:.4g}" for f in same)
        lines.append(f"{same[0].name:<24}" + "".join(f"{cell:>14}" for cell in cells))
    return lines
