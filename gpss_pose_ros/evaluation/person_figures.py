"""The figures of a run against the truth: who was found, who was invented, how far feet are off."""

from collections.abc import Iterable, Sequence

from gpss_pose_ros.evaluation.false_detections import (
    SOMEBODY_IOU,
    camera_minutes,
    false_detections,
)
from gpss_pose_ros.evaluation.person_errors import (
    feet_errors,
    keypoint_errors_mm,
    person_matches,
)
from gpss_pose_ros.evaluation.person_matches import MatchedInstant, PersonMatch
from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.types import TrackStatus

_USUAL_IOU = 0.5


def person_figures(instants: Sequence[MatchedInstant], rate_hz: float) -> tuple[Figure, ...]:
    """Return what the persons reported are worth, by names that scripts read.

    recall: of the person-instants with both feet visible in at least one camera, those reported
    as seen (tentative or confirmed, not held) within SAME_PERSON_M. Feet are judged on the same.

    false_positives_per_camera_minute: detections taken for somebody who is reported (tentative or
    confirmed) in images that show nobody there, or somebody already found there, at an IoU of
    SOMEBODY_IOU; something that stands there for a minute at 10 Hz is 600. With _at_iou_0.5, as
    detectors are usually judged, boxes drawn too loosely count, too. false_persons_per_minute
    counts persons reported as seen with nobody there the same way; ghost_tracks are the tracks.

    Args:
        instants: as match_instants returns them.
        rate_hz: images a camera takes a second.
    """
    persons = [p for p in person_matches(instants) if p.truth.cameras_with_feet]
    feet = feet_errors(persons)
    minutes = len(instants) / rate_hz / 60.0
    false_persons = sum(len(instant.false_persons) for instant in instants)
    return (
        Figure("recall", _fraction(p.seen is not None for p in persons), "1", at_least=0.99),
        Figure("recall_with_held", _fraction(_reported(p) for p in persons), "1"),
        Figure(
            "false_positives_per_camera_minute",
            _false_positive_rate(instants, rate_hz, SOMEBODY_IOU),
            "1/min",
            at_most=1.0,
        ),
        Figure(
            "false_positives_per_camera_minute_at_iou_0.5",
            _false_positive_rate(instants, rate_hz, _USUAL_IOU),
            "1/min",
        ),
        Figure("false_persons_per_minute", false_persons / minutes if minutes else None, "1/min"),
        Figure("ghost_tracks", float(len(ghost_tracks(instants))), "1"),
        Figure("identity_switches", float(identity_switches(instants)), "1"),
        Figure("feet_mm_median", quantile(feet.distances_mm, 0.5), "mm", at_most=50.0),
        Figure("feet_mm_p95", quantile(feet.distances_mm, 0.95), "mm", at_most=150.0),
        Figure("feet_mm_worst", quantile(feet.distances_mm, 1.0), "mm"),
        Figure("feet_placed_fraction", feet.placed_fraction, "1"),
        Figure("ellipse95_coverage", feet.coverage95, "1", at_least=0.90, at_most=0.99),
        Figure("keypoint_mm_median", quantile(keypoint_errors_mm(persons).ravel(), 0.5), "mm"),
    )


def run_figures(
    delivered_fraction: float | None, ages_ms: Iterable[float], real_time_factor: float | None
) -> tuple[Figure, ...]:
    """Return what the run itself was worth.

    Args:
        delivered_fraction: images received of those taken.
        ages_ms: of each result when it arrived.
        real_time_factor: simulated time over wall-clock time.
    """
    ages = list(ages_ms)
    return (
        Figure("delivered_fraction", delivered_fraction, "1", at_least=0.995),
        Figure("age_ms_p50", quantile(ages, 0.5), "ms"),
        Figure("age_ms_p95", quantile(ages, 0.95), "ms"),
        Figure("real_time_factor", real_time_factor, "1"),
    )


def ghost_tracks(instants: Iterable[MatchedInstant]) -> set[int]:
    """Return the tracks that were confirmed, and stood mostly beside nobody while seen."""
    alone: dict[int, int] = {}
    confirmed = set()
    for instant in instants:
        false = {p.track_id for p in instant.false_persons}
        for person in (p for p in instant.found.persons if p.seen):
            track = person.track_id
            alone[track] = alone.get(track, 0) + (1 if track in false else -1)
            if person.status is TrackStatus.CONFIRMED:
                confirmed.add(track)
    return {track for track, balance in alone.items() if balance > 0 and track in confirmed}


def identity_switches(instants: Iterable[MatchedInstant]) -> int:
    """Return how often a person's track was another one than the last time they were seen."""
    last: dict[int, int] = {}
    switches = 0
    for match in person_matches(instants):
        if match.seen is None:
            continue
        person, track = match.truth.person_id, match.seen.track_id
        switches += last.get(person, track) != track
        last[person] = track
    return switches


def _reported(person: PersonMatch) -> bool:
    return person.seen is not None or person.held is not None


def _fraction(outcomes: Iterable[bool]) -> float | None:
    values = list(outcomes)
    return sum(values) / len(values) if values else None


def _false_positive_rate(
    instants: Sequence[MatchedInstant], rate_hz: float, least_iou: float
) -> float | None:
    minutes = camera_minutes(instants, rate_hz)
    false = sum(
        len(false_detections(m, camera, least_iou))
        for m in instants
        for camera in m.found.boxes_xyxy_px
    )
    return false / minutes if minutes else None
