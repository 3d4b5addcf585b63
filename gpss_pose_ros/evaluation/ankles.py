"""How far published ankles are from a reference trajectory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from gpss_pose_ros.evaluation.replay_record import PublishedPerson, ReplayRecord, SeenPerson
from gpss_pose_ros.perception.skeleton import COCO17_KEYPOINTS
from gpss_pose_ros.recordings.trc import read_trc
from gpss_pose_ros.types import FloatArray, Side

REFERENCE_FILE = "reference_butterworth.trc"
_MARKERS = {Side.LEFT: "LAnkle", Side.RIGHT: "RAnkle"}
_KEYPOINTS = {side: COCO17_KEYPOINTS.index(f"{side.value}_ankle") for side in Side}
_SAME_PERSON_M = 1.0

Placed = TypeVar("Placed", SeenPerson, PublishedPerson)


@dataclass(frozen=True)
class AnkleReference:
    """Ankles of the reference person over time.

    Attributes:
        positions_m: by side (F, 3), factory frame, in [m].
        rate_hz: frames per second.
    """

    positions_m: dict[Side, FloatArray]
    rate_hz: float

    def at(self, footage_ns: int) -> dict[Side, FloatArray] | None:
        """Return the ankles (3,) by side at a time of the footage; None past the end."""
        frame = round(footage_ns * self.rate_hz / 1e9)
        if frame >= len(self.positions_m[Side.LEFT]):
            return None
        return {side: positions[frame] for side, positions in self.positions_m.items()}


@dataclass
class AnkleErrors:
    """Distances in space to the reference, in [mm].

    A foot on the floor stands for an ankle above it, at the height that was assumed.

    Attributes:
        by_camera: of each camera's own feet on the floor.
        floor: of the published feet on the floor.
        floor_horizontal: the same without the height.
        triangulated: of the published ankle keypoints.
        person_sets: sets in which the reference person was there.
        found_sets: sets in which a person seen was published within a metre of them.
    """

    by_camera: dict[str, list[float]] = field(default_factory=dict)
    floor: list[float] = field(default_factory=list)
    floor_horizontal: list[float] = field(default_factory=list)
    triangulated: list[float] = field(default_factory=list)
    person_sets: int = 0
    found_sets: int = 0


def read_reference(directory: Path) -> AnkleReference | None:
    """Return the reference of a recording, None where it has none.

    The file's axes are y-up, as the peer toolkit writes them: (X, Y, Z) of the file = (y, z, x).
    """
    path = directory / REFERENCE_FILE
    if not path.is_file():
        return None
    trajectories = read_trc(path)
    positions = {side: trajectories.marker(name)[:, [2, 0, 1]] for side, name in _MARKERS.items()}
    return AnkleReference(positions, trajectories.rate_hz)


def ankle_errors(
    record: ReplayRecord, reference: AnkleReference, ankle_height_m: float
) -> AnkleErrors:
    """Compare every published set with the reference at the same time of the footage.

    Args:
        record: what was published.
        reference: the ankles as they were.
        ankle_height_m: height at which ankles were assumed when projecting to the floor, in [m].
    """
    errors = AnkleErrors()
    for stamp, truth in _timed(record, reference):
        errors.person_sets += 1
        middle = (truth[Side.LEFT] + truth[Side.RIGHT])[:2] / 2.0
        for camera, seen in _nearest_by_camera(record.observations.get(stamp, ()), middle).items():
            alone = _floor_errors(seen.feet_m, truth, ankle_height_m)
            errors.by_camera.setdefault(camera, []).extend(float(e) for e in alone[:, 0])
        candidates = [person for person in record.results[stamp].persons if person.seen]
        person = _nearest(candidates, middle)
        if person is None:
            continue
        errors.found_sets += 1
        fused = _floor_errors(person.feet_m, truth, ankle_height_m)
        errors.floor += [float(e) for e in fused[:, 0]]
        errors.floor_horizontal += [float(e) for e in fused[:, 1]]
        errors.triangulated += _space_errors(person, truth)
    return errors


def _timed(
    record: ReplayRecord, reference: AnkleReference
) -> Iterator[tuple[int, dict[Side, FloatArray]]]:
    for stamp in sorted(record.results):
        footage_ns = record.footage_ns.get(stamp)
        truth = None if footage_ns is None else reference.at(footage_ns)
        if truth is not None:
            yield stamp, truth


def _nearest_by_camera(
    observations: tuple[SeenPerson, ...], middle_m: FloatArray
) -> dict[str, SeenPerson]:
    cameras = sorted({o.camera_id for o in observations})
    nearest = {
        camera: _nearest([o for o in observations if o.camera_id == camera], middle_m)
        for camera in cameras
    }
    return {camera: seen for camera, seen in nearest.items() if seen is not None}


def _nearest(candidates: Sequence[Placed], middle_m: FloatArray) -> Placed | None:
    """Return who stands nearest to a floor position, None where nobody is within a metre."""
    distances = [float(np.hypot(*(c.position_m - middle_m))) for c in candidates]
    if not distances or min(distances) > _SAME_PERSON_M:
        return None
    return candidates[int(np.argmin(distances))]


def _floor_errors(
    feet_m: dict[Side, FloatArray], truth: dict[Side, FloatArray], ankle_height_m: float
) -> FloatArray:
    """Return (n, 2) distances in [mm] of the ankles above feet: in space, and horizontal."""
    errors = []
    for side, position in feet_m.items():
        difference = np.append(position, ankle_height_m) - truth[side]
        errors.append([np.linalg.norm(difference), np.hypot(*difference[:2])])
    return 1e3 * np.array(errors, dtype=np.float64).reshape(-1, 2)


def _space_errors(person: PublishedPerson, truth: dict[Side, FloatArray]) -> list[float]:
    errors = [
        1e3 * float(np.linalg.norm(person.keypoints_m[_KEYPOINTS[side]] - truth[side]))
        for side in Side
    ]
    return [error for error in errors if np.isfinite(error)]
