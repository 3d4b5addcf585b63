"""How soon a camera that was knocked is reported: one moves, the others stay, people walk."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from gpss_pose_ros.fusion.association import AssociationSettings, associate
from gpss_pose_ros.fusion.drift import DriftMonitor, DriftSettings
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.types import FloatArray, FloorObservation

Seen = Mapping[str, Sequence[FloorObservation]]
"""What each camera sees at one instant, by camera_id."""


@dataclass(frozen=True, eq=False)
class Knock:
    """A motion of a camera: `twist` (6,), translation in [m] and rotation in [rad]."""

    kind: str
    axis: str
    twist: FloatArray


KNOCKS = tuple(
    Knock(kind, "xyz"[axis], size * np.eye(6)[3 * turns + axis])
    for turns, (kind, size) in enumerate((("5cm", 0.05), ("2deg", np.radians(2.0))))
    for axis in range(3)
)


@dataclass(frozen=True)
class Trial:
    """One camera was knocked.

    Attributes:
        camera_id: which one.
        knock: how.
        after_s: until it was under suspicion, in [s]; None if it never was.
        named: whether it alone is said to have moved in the end.
        innocent: those who are said to have moved in the end, though they did not.
    """

    camera_id: str
    knock: Knock
    after_s: int | None
    named: bool
    innocent: tuple[str, ...]


@dataclass(frozen=True)
class Trials:
    """All of them, and for how long cameras were suspected while none moved, in [s] of one."""

    trials: tuple[Trial, ...]
    suspected_at_rest_s: int


def drift_trials(
    cameras: Mapping[str, Camera], rest: Sequence[Seen], knocked: Mapping[Knock, Sequence[Seen]]
) -> Trials:
    """Knock each camera in each way.

    Args:
        cameras: by camera_id, where they are believed to be.
        rest: what is seen each second while nothing moves.
        knocked: what is seen in its last seconds by cameras that were knocked just before.
    """
    start = len(rest) - max(len(seen) for seen in knocked.values())
    monitor = DriftMonitor(DriftSettings())
    suspected_s = sum(len(suspects) for suspects, _ in _watched(monitor, cameras, rest[:start]))
    trials = []
    for knock, seen in knocked.items():
        for camera_id in cameras:
            after = [
                {**still, camera_id: moved[camera_id]}
                for still, moved in zip(rest[start:], seen, strict=True)
            ]
            verdicts = list(_watched(copy.deepcopy(monitor), cameras, after, start))
            trials.append(_judged(camera_id, knock, verdicts))
    still = _watched(copy.deepcopy(monitor), cameras, rest[start:], start)
    suspected_s += sum(len(suspects) for suspects, _ in still)
    return Trials(tuple(trials), suspected_s)


def drift_figures(trials: Trials) -> tuple[Figure, ...]:
    """Return what part of the knocks is reported, how soon, and who is accused wrongly."""
    figures = []
    for kind in dict.fromkeys(trial.knock.kind for trial in trials.trials):
        after = [trial.after_s for trial in trials.trials if trial.knock.kind == kind]
        reported = [seconds for seconds in after if seconds is not None]
        figures += [
            Figure(f"reported_{kind}", len(reported) / len(after), "1", at_least=1.0),
            Figure(f"seconds_{kind}_median", median(reported) if reported else None, "s"),
            Figure(f"seconds_{kind}_worst", max(reported, default=None), "s", at_most=60.0),
        ]
    named = [trial.named for trial in trials.trials]
    innocent = sum(len(trial.innocent) for trial in trials.trials)
    return (
        *figures,
        Figure("named_alone", sum(named) / len(named), "1"),
        Figure("innocent_accused", innocent, "1", at_most=0.0),
        Figure("suspected_at_rest_s", trials.suspected_at_rest_s, "s", at_most=0.0),
    )


def trials_table(trials: Trials) -> list[str]:
    """Return lines: seconds until each camera was suspected, knock by knock."""
    cameras = list(dict.fromkeys(trial.camera_id for trial in trials.trials))
    lines = ["knocked     " + "".join(f"{name:>10}" for name in cameras)]
    rows: dict[Knock, list[str]] = {}
    for trial in trials.trials:
        said = "-" if trial.after_s is None else f"{trial.after_s} s"
        rows.setdefault(trial.knock, []).append(f"{said:>10}")
    return lines + [f"{f'{k.kind} {k.axis}':12}" + "".join(row) for k, row in rows.items()]


def _watched(
    monitor: DriftMonitor, cameras: Mapping[str, Camera], instants: Iterable[Seen], start: int = 0
) -> Iterator[tuple[set[str], set[str]]]:
    """Yield every second who is suspected, and who of them alone, not with rivals."""
    for second, seen in enumerate(instants, start + 1):
        observations = [o for of_camera in seen.values() for o in of_camera]
        groups = associate(observations, cameras, AssociationSettings())
        people = [[observations[i] for i in members] for members in groups]
        drifts = monitor.update(people, cameras, second * 10**9)
        yield (
            {drift.camera_id for drift in drifts if drift.accused},
            {drift.camera_id for drift in drifts if drift.moved},
        )


def _judged(camera_id: str, knock: Knock, verdicts: Sequence[tuple[set[str], set[str]]]) -> Trial:
    after = (s for s, (suspects, _) in enumerate(verdicts, 1) if camera_id in suspects)
    suspects, accused = verdicts[-1]
    return Trial(
        camera_id,
        knock,
        next(after, None),
        suspects == {camera_id} == accused,
        tuple(sorted(accused - {camera_id})),
    )
