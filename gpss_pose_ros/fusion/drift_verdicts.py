"""The verdict on every camera: not changed by one odd moment, nor for want of evidence."""

from collections.abc import Mapping, Sequence

import numpy as np

from gpss_pose_ros.fusion.drift_explanation import Explanation
from gpss_pose_ros.fusion.drift_report import DriftState
from gpss_pose_ros.fusion.drift_settings import DriftSettings
from gpss_pose_ros.types import FloatArray

_ACCUSED = (DriftState.MOVED, DriftState.DISAGREES)
_CONFIRM_S = 3.0
_RELEASE = 0.5
"""An accused camera is in its place again below this share of the motion that accuses it."""

Verdict = tuple[DriftState, tuple[str, ...]]


class Verdicts:
    """State and rivals of every camera.

    A camera is accused when it has been suspected for some seconds on end, and cleared when it has
    not been for as long as evidence is remembered; both in time of people seen.

    Attributes:
        of: state and rivals, by camera_id.
    """

    def __init__(self, settings: DriftSettings) -> None:
        self.of: dict[str, Verdict] = {}
        self._settings = settings
        self._against_s: dict[str, float] = {}
        self._for_s: dict[str, float] = {}

    @property
    def accused(self) -> set[str]:
        """The cameras that moved, or may have."""
        return {name for name, (state, _) in self.of.items() if state in _ACCUSED}

    def begin(self, name: str) -> None:
        """Know nothing of a camera; accuse none any longer that it was a rival of."""
        for other, (_, rivals) in list(self.of.items()):
            if other == name or name in rivals:
                self.of[other] = (DriftState.UNKNOWN, ())
                self._against_s[other] = self._for_s[other] = 0.0
        self.of[name] = (DriftState.UNKNOWN, ())
        self._against_s[name] = self._for_s[name] = 0.0

    def update(
        self, explanations: Sequence[Explanation], people_s: Mapping[str, float], seconds: float
    ) -> bool:
        """Take what the evidence says now; return whether a camera is accused that was not.

        Args:
            explanations: the first that suspects a camera counts.
            people_s: by camera_id, how long people were compared.
            seconds: since the last time; 0 if nothing was seen.
        """
        suspected = next((s for e in explanations if (s := self._suspected(e, list(people_s)))), {})
        before = self.accused
        for name, known_s in people_s.items():
            if seconds > 0.0 and known_s >= self._settings.min_people_s:
                self._weigh(name, suspected.get(name), seconds)
        return not self.accused <= before

    def _weigh(self, name: str, suspicion: Verdict | None, seconds: float) -> None:
        """Change the verdict on a camera when evidence has spoken for long enough."""
        if suspicion is None:
            self._against_s[name] = 0.0
            self._for_s[name] += seconds
            if name not in self.accused or self._for_s[name] >= self._settings.memory_s:
                self.of[name] = (DriftState.STEADY, ())
        else:
            self._for_s[name] = 0.0
            self._against_s[name] += seconds
            if self._against_s[name] >= _CONFIRM_S:
                self.of[name] = suspicion

    def _suspected(self, found: Explanation, names: Sequence[str]) -> dict[str, Verdict]:
        """Return the verdict on every camera that moved, or may have, too far."""
        verdicts = {}
        for camera, others in zip(found.moved, found.rivals, strict=True):
            suspects = (camera, *others)
            if not any(self._too_far(names[c], found.motions[c]) for c in suspects):
                continue
            state = DriftState.DISAGREES if others else DriftState.MOVED
            for c in suspects:
                verdicts[names[c]] = (state, tuple(names[r] for r in suspects if r != c))
        return verdicts

    def _too_far(self, name: str, motion: FloatArray) -> bool:
        """Tell whether a camera has moved too far; one that had needs to be well within again."""
        share = _RELEASE if name in self.accused else 1.0
        moved_m, turned_rad = np.linalg.norm(motion[:3]), np.linalg.norm(motion[3:])
        settings = self._settings
        return bool(
            moved_m > share * settings.max_translation_m
            or turned_rad > share * settings.max_rotation_rad
        )
