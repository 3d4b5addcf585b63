"""How well people were followed on the floor: the usual figures, against the truth.

Everything is counted over the frames of the truth: misses in a frame without output count, and so
does whoever is reported in a frame in which nobody is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.evaluation.clear_matches import ClearMatch, clear_matches
from gpss_pose_ros.evaluation.coverage import ellipse_coverage
from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.frame_pairs import FramePairs, pair_frames
from gpss_pose_ros.evaluation.hota import hota
from gpss_pose_ros.evaluation.identity import idf1
from gpss_pose_ros.evaluation.nees import nees
from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.types import FloatArray

__all__ = ["GATE_M", "FloorFrame", "TrackingFigures", "tracking_figures"]

GATE_M = 0.5  # WILDTRACK's: reported farther away is a miss and a false positive


@dataclass(frozen=True)
class TrackingFigures:
    """What a tracker's output is worth; a figure that nothing was there for is None.

    Attributes:
        moda: 1 - (misses + false positives) / objects, in percent; below 0 where most is wrong.
        modp: mean of 1 - distance / gate over the matches, in percent.
        mota: as moda, with identity switches as errors, too.
        idf1: in percent, see `identity.idf1`.
        hota: in percent, see `hota.hota`; its zero point is twice the gate.
        error_mm_median: distance of the matches, in [mm].
        error_mm_p95: 95 % of the matches are nearer, in [mm].
        nees_mean: of the matches with a covariance; 2 where covariances tell the truth.
        ellipse95_coverage: fraction of the truths inside the 95 % ellipses.
        misses: true persons not found, counted in every frame.
        false_positives: persons reported with nobody there, counted in every frame.
        identity_switches: times a person was found as somebody else than before.
        objects: true persons, counted in every frame.
    """

    moda: float | None
    modp: float | None
    mota: float | None
    idf1: float | None
    hota: float | None
    error_mm_median: float | None
    error_mm_p95: float | None
    nees_mean: float | None
    ellipse95_coverage: float | None
    misses: int
    false_positives: int
    identity_switches: int
    objects: int


def tracking_figures(
    truth: Sequence[FloorFrame], found: Sequence[FloorFrame], gate_m: float = GATE_M
) -> TrackingFigures:
    """Judge output by the truth, frame by frame of the truth; frames are matched by their stamp.

    MODA, MODP, MOTA and the errors share CLEAR-MOT's matches, see `clear_matches`; IDF1 and HOTA
    match as they define it themselves.

    Args:
        truth: who was there; a frame in which nobody was has to be among them to count.
        found: what was reported; a missing frame is one in which nobody was found.
        gate_m: farther apart is never the same person, in [m].

    Raises:
        InputError: two frames of one side have the same stamp, or the gate is no distance.
    """
    if not (math.isfinite(gate_m) and gate_m > 0.0):
        raise InputError(f"the gate must be above 0 m, got {gate_m}")
    paired = pair_frames(truth, found)
    return figures_of(paired, clear_matches(paired, gate_m), gate_m)


def figures_of(paired: FramePairs, matches: Sequence[ClearMatch], gate_m: float) -> TrackingFigures:
    """Return the figures of frames whose CLEAR-MOT matches are known."""
    misses, false_positives = paired.objects - len(matches), paired.reports - len(matches)
    switches = sum(match.switched for match in matches)
    distances_m = [match.distance_m for match in matches]
    errors_m, covariances_m2 = _judged(matches)
    return TrackingFigures(
        moda=_accuracy(misses + false_positives, paired.objects),
        modp=100.0 * (1.0 - float(np.mean(distances_m)) / gate_m) if matches else None,
        mota=_accuracy(misses + false_positives + switches, paired.objects),
        idf1=idf1(paired, gate_m),
        hota=hota(paired, 2.0 * gate_m),
        error_mm_median=quantile((1e3 * d for d in distances_m), 0.5),
        error_mm_p95=quantile((1e3 * d for d in distances_m), 0.95),
        nees_mean=float(nees(errors_m, covariances_m2).mean()) if len(errors_m) else None,
        ellipse95_coverage=ellipse_coverage(errors_m, covariances_m2),
        misses=misses,
        false_positives=false_positives,
        identity_switches=switches,
        objects=paired.objects,
    )


def _accuracy(mistakes: int, objects: int) -> float | None:
    return 100.0 * (1.0 - mistakes / objects) if objects else None


def _judged(matches: Sequence[ClearMatch]) -> tuple[FloatArray, FloatArray]:
    """Return errors (n, 2) and covariances (n, 2, 2) of the matches that have one."""
    judged = [(m.error_m, m.covariance_m2) for m in matches if m.covariance_m2 is not None]
    errors = np.array([error for error, _ in judged], dtype=np.float64)
    covariances = np.array([covariance for _, covariance in judged], dtype=np.float64)
    return errors.reshape(-1, 2), covariances.reshape(-1, 2, 2)
