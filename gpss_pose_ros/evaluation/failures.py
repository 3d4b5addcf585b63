"""The worst moments of a run: who was missed, who was misplaced, what was taken for a person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.false_detections import false_detections
from gpss_pose_ros.evaluation.person_errors import feet_errors, person_matches
from gpss_pose_ros.evaluation.person_matches import MatchedInstant, PersonMatch
from gpss_pose_ros.types import FloatArray

_APART_NS = 1_000_000_000  # one failure that lasts is shown once a second at most


@dataclass(frozen=True, eq=False)
class Failure:
    """One thing that went wrong, and where to look at it.

    Attributes:
        caption: what went wrong, in a few words.
        severity: larger is worse, among failures of one kind.
        subject: of two failures with the same subject, shortly after each other, one is shown.
        stamp_ns: capture stamp.
        camera_id: the camera that shows it best.
        box_xyxy_px: (4,) the place in its image, in [px].
        instant: everything that was there and was reported.
    """

    caption: str
    severity: float
    subject: tuple[object, ...]
    stamp_ns: int
    camera_id: str
    box_xyxy_px: FloatArray
    instant: MatchedInstant


def worst_failures(instants: Sequence[MatchedInstant], each: int = 4) -> tuple[Failure, ...]:
    """Return the worst misses, then misplaced feet, then false detections, `each` at most."""
    kinds = (_misses(instants), _misplaced(instants), _inventions(instants))
    return tuple(failure for kind in kinds for failure in _worst(kind, each))


def _worst(failures: Iterable[Failure], count: int) -> list[Failure]:
    chosen: list[Failure] = []
    for failure in sorted(failures, key=lambda f: f.severity, reverse=True):
        if len(chosen) == count:
            break
        if not any(_same(failure, other) for other in chosen):
            chosen.append(failure)
    return chosen


def _same(a: Failure, b: Failure) -> bool:
    return a.subject == b.subject and abs(a.stamp_ns - b.stamp_ns) < _APART_NS


def _misses(instants: Sequence[MatchedInstant]) -> Iterator[Failure]:
    """Yield the person-instants that recall counts as missed; the more visible, the worse."""
    for instant, person in _pairs(instants):
        if person.seen is None and person.truth.cameras_with_feet:
            camera = _best_camera(person)
            fraction = person.truth.views[camera].fraction
            caption = f"missed, {fraction:.0%} visible" + (", held" if person.held else "")
            yield _of_person(instant, person, caption, fraction)


def _misplaced(instants: Sequence[MatchedInstant]) -> Iterator[Failure]:
    for instant, person in _pairs(instants):
        if person.seen is not None and person.truth.cameras_with_feet:
            error_mm = float(feet_errors([person]).distances_mm.max(initial=0.0))
            yield _of_person(instant, person, f"foot off by {error_mm:.0f} mm", error_mm)


def _inventions(instants: Sequence[MatchedInstant]) -> Iterator[Failure]:
    for instant in instants:
        for camera, boxes in instant.found.boxes_xyxy_px.items():
            for index in false_detections(instant, camera):
                box = boxes[index]
                size = float(np.prod(box[2:] - box[:2]))
                place = tuple(((box[:2] + box[2:]) // 100.0).tolist())
                stamp_ns = instant.truth.stamp_ns
                yield Failure("nobody here", size, (camera, *place), stamp_ns, camera, box, instant)


def _pairs(instants: Iterable[MatchedInstant]) -> Iterator[tuple[MatchedInstant, PersonMatch]]:
    """Yield everybody whom some camera shows with a box to look at."""
    for instant in instants:
        for person in person_matches([instant]):
            if any(len(view.boxes_xyxy_px) for view in person.truth.views.values()):
                yield instant, person


def _of_person(
    instant: MatchedInstant, person: PersonMatch, caption: str, severity: float
) -> Failure:
    camera = _best_camera(person)
    subject = (person.truth.person_id,)
    box = person.truth.views[camera].boxes_xyxy_px[0]
    return Failure(caption, severity, subject, person.stamp_ns, camera, box, instant)


def _best_camera(person: PersonMatch) -> str:
    """Return the camera that shows both feet, else the most of the person."""
    views = {name: v for name, v in person.truth.views.items() if len(v.boxes_xyxy_px)}
    return max(views, key=lambda name: (views[name].both_feet, views[name].fraction))
