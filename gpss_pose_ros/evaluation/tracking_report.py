"""The tracking figures as a report, and who was mistaken for whom as lines of text."""

from collections.abc import Sequence

from gpss_pose_ros.evaluation.clear_matches import ClearMatch
from gpss_pose_ros.evaluation.tracking import TrackingFigures
from gpss_pose_ros.reporting import Figure

_MOST_LINES = 10


def report_figures(figures: TrackingFigures) -> tuple[Figure, ...]:
    """Return the figures by names that scripts read."""
    return (
        Figure("moda", figures.moda, "%"),
        Figure("modp", figures.modp, "%"),
        Figure("mota", figures.mota, "%"),
        Figure("idf1", figures.idf1, "%"),
        Figure("hota", figures.hota, "%"),
        Figure("error_mm_median", figures.error_mm_median, "mm"),
        Figure("error_mm_p95", figures.error_mm_p95, "mm"),
        Figure("nees_mean", figures.nees_mean, "1"),
        Figure("ellipse95_coverage", figures.ellipse95_coverage, "1"),
        Figure("objects", float(figures.objects), "1"),
        Figure("misses", float(figures.misses), "1"),
        Figure("false_positives", float(figures.false_positives), "1"),
        Figure("identity_switches", float(figures.identity_switches), "1"),
    )


def switch_lines(matches: Sequence[ClearMatch]) -> list[str]:
    """Return when and where identities switched, the first few of them."""
    switches = [match for match in matches if match.switched]
    lines = [
        f"{match.stamp_ns / 1e9:9.2f} s  at {match.position_m[0]:6.2f}, {match.position_m[1]:6.2f}"
        f"  person {match.truth_id} was {match.earlier_id}, is {match.found_id}"
        for match in switches[:_MOST_LINES]
    ]
    more = len(switches) - len(lines)
    return ["identity switches:", *lines, *([f"and {more} more"] if more else [])] if lines else []
