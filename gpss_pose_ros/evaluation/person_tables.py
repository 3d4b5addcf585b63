"""The same figures by how well people could be seen, as lines of text."""

from collections.abc import Iterable, Mapping, Sequence

from gpss_pose_ros.evaluation.person_errors import (
    FeetErrors,
    feet_errors,
    keypoint_errors_mm,
    person_matches,
)
from gpss_pose_ros.evaluation.person_matches import MatchedInstant, PersonMatch
from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.perception.skeleton import COCO17_FEET


def recall_lines(instants: Iterable[MatchedInstant]) -> list[str]:
    """Return who was found, by the number of cameras that can see the person."""
    groups: dict[int, list[PersonMatch]] = {}
    for person in person_matches(instants):
        groups.setdefault(person.truth.cameras_with_person, []).append(person)
    lines = [
        f"{'cameras that see the person':<28} {'instants':>9} {'seen':>7} {'held':>7} {'missed':>7}"
    ]
    for cameras, persons in sorted(groups.items()):
        seen = sum(p.seen is not None for p in persons) / len(persons)
        held = sum(p.held is not None for p in persons) / len(persons)
        lines.append(
            f"{cameras:<28} {len(persons):9} {seen:7.1%} {held:7.1%} {1.0 - seen - held:7.1%}"
        )
    return lines


def feet_lines(instants: Iterable[MatchedInstant]) -> list[str]:
    """Return the feet's errors by the number of cameras that show both feet."""
    persons = person_matches(instants)
    groups = {
        "both feet in 2 cameras or more": [p for p in persons if p.truth.cameras_with_feet >= 2],
        "both feet in 1 camera": [p for p in persons if p.truth.cameras_with_feet == 1],
        "in no camera": [p for p in persons if p.truth.cameras_with_feet == 0],
    }
    return feet_table({name: feet_errors(group) for name, group in groups.items()})


def feet_table(rows: Mapping[str, FeetErrors]) -> list[str]:
    """Return a line for each set of feet: error, placed, inside their ellipses."""
    lines = [
        f"{'feet':<32} {'median':>9} {'p95':>9} {'worst':>9}"
        f" {'placed':>8} {'in 95 %':>8} {'feet':>8}"
    ]
    for name, feet in rows.items():
        cells = [_mm(quantile(feet.distances_mm, q)) for q in (0.5, 0.95, 1.0)]
        cells += [f"{_percent(feet.placed_fraction):>8}", f"{_percent(feet.coverage95):>8}"]
        lines.append(f"{name:<32} {' '.join(cells)} {len(feet.errors_m):8}")
    return lines


def keypoint_lines(instants: Sequence[MatchedInstant]) -> list[str]:
    """Return the error in space of each keypoint of the persons seen."""
    errors = keypoint_errors_mm(person_matches(instants))
    lines = [f"{'keypoint in space':<32} {'median':>9} {'p95':>9} {'known':>8}"]
    for name, column in zip(COCO17_FEET.keypoints, errors.T, strict=False):
        known = _percent(float((column == column).mean())) if len(column) else "-"
        cells = " ".join(_mm(quantile(column, q)) for q in (0.5, 0.95))
        lines.append(f"{name:<32} {cells} {known:>8}")
    return lines


def _mm(value: float | None) -> str:
    return f"{'-':>9}" if value is None else f"{value:6.0f} mm"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
