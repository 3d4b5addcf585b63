"""One person's motions, one after the other, joined without a jump."""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.body_pose import BodyPose
from gpss_pose_ros.simulation.motion.motion import Motion
from gpss_pose_ros.simulation.motion.posture import Offset, Posture, solve
from gpss_pose_ros.simulation.motion.prop import Prop, parked
from gpss_pose_ros.simulation.motion.rig import rig_of
from gpss_pose_ros.simulation.motion.rotation import smooth
from gpss_pose_ros.types import FloatArray

_PARKED = tuple(parked(kind) for kind in ("box", "cart"))
_QUICKEST_S, _SLOWEST_S, _SECONDS_PER_SIZE = 0.4, 1.6, 0.9


class Script:
    """A chain of motions of one body; a pure function of time, the last motion holds on.

    It may grow: that changes nothing before its end.

    Where two motions meet, the difference between them is faded out during the later one
    (inertialization: Bollo 2018, "Inertialization: high-performance animation transitions"), so
    the feet stay where both motions have them.

    Raises:
        InputError: no motion, or one that does not start where its predecessor ends.
    """

    def __init__(self, body: Body, motions: Iterable[Motion]) -> None:
        self.body = body
        self.motions: list[Motion] = []
        self._rig = rig_of(body)
        self._ends: list[float] = []
        self._offsets: dict[int, Offset] = {}
        self.extend(motions)
        if not self.motions:
            raise InputError(f"script of {body.name}: needs at least one motion")

    def extend(self, motions: Iterable[Motion]) -> None:
        """Append motions; InputError where one does not start where its predecessor ends."""
        for motion in motions:
            before = self.motions[-1].end if self.motions else motion.start
            if before.feet != motion.start.feet:
                raise InputError(
                    f"script of {self.body.name}: motion {len(self.motions)} starts with its feet "
                    f"at {motion.start.feet}, its predecessor ends at {before.feet}"
                )
            self._ends.append((self._ends[-1] if self._ends else 0.0) + motion.duration_s)
            self.motions.append(motion)

    @property
    def duration_s(self) -> float:
        """Sum of the motions' durations, in [s]."""
        return self._ends[-1]

    def pose(self, t_s: float) -> BodyPose:
        """Return the body's pose at `t_s` in [s]."""
        return solve(self._rig, self._posture(*self._moment(t_s)))

    def place(self, t_s: float) -> tuple[float, float, float]:
        """Return x, y in [m] and yaw in [rad] of the person as a whole at `t_s`."""
        index, local_s = self._moment(t_s)
        return self.motions[index].place(local_s)

    def places(self, times_s: FloatArray) -> FloatArray:
        """Return `place` at ascending times (N,), (N, 3)."""
        index = np.minimum(np.searchsorted(self._ends, times_s, side="right"), len(self._ends) - 1)
        parts = []
        for number in np.unique(index).tolist():
            local = times_s[index == number] - (self._ends[number - 1] if number else 0.0)
            motion = self.motions[number]
            parts.append(motion.places(np.clip(local, 0.0, motion.duration_s)))
        return np.concatenate(parts)

    def props(self, t_s: float) -> tuple[Prop, ...]:
        """Return one prop of every kind, invisible while this person does not use it."""
        index, local_s = self._moment(t_s)
        held = self.motions[index].prop(local_s)
        return tuple(
            held if held is not None and held.kind == rest.kind else rest for rest in _PARKED
        )

    def _moment(self, t_s: float) -> tuple[int, float]:
        """Return the number of the motion at `t_s`, and the time since it began."""
        index = min(bisect_right(self._ends, t_s), len(self._ends) - 1)
        start = self._ends[index - 1] if index else 0.0
        return index, min(max(t_s - start, 0.0), self.motions[index].duration_s)

    def _posture(self, index: int, local_s: float) -> Posture:
        posture = self.motions[index].posture(local_s)
        if index == 0 or local_s >= _SLOWEST_S:
            return posture
        offset = self._offset(index)
        fade_s = min(max(_SECONDS_PER_SIZE * offset.size, _QUICKEST_S), _SLOWEST_S)
        weight = 1.0 - smooth(local_s / fade_s)
        return offset.applied(posture, weight) if weight > 0.0 else posture

    def _offset(self, index: int) -> Offset:
        """Return what remains of the previous motion when motion `index` begins."""
        if index not in self._offsets:
            before = self._posture(index - 1, self.motions[index - 1].duration_s)
            self._offsets[index] = Offset.between(before, self.motions[index].posture(0.0))
        return self._offsets[index]
