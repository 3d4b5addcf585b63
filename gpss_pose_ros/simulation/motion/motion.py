"""What every motion offers: a person's posture as a pure function of time."""

from abc import ABC, abstractmethod

import numpy as np

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.body_pose import BodyPose
from gpss_pose_ros.simulation.motion.grip import Free, Grip
from gpss_pose_ros.simulation.motion.posture import Posture, solve
from gpss_pose_ros.simulation.motion.prop import Prop
from gpss_pose_ros.simulation.motion.rig import Rig, rig_of
from gpss_pose_ros.simulation.motion.stance import Stance
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.types import FloatArray

Place = tuple[float, float, float]


class Motion(ABC):
    """One motion of one body, from a stance to a stance.

    Attributes:
        body: who moves.
        style: how.
        grip: what the arms do.
        start, end: the stances before and after; the next motion starts where this one ends.
        duration_s: may be infinite.
    """

    def __init__(
        self, body: Body, start: Stance, end: Stance, duration_s: float, style: Style, grip: Grip
    ) -> None:
        self.body, self.style, self.grip = body, style, grip
        self.start, self.end = start, end
        self.duration_s = duration_s
        self.rig: Rig = rig_of(body)

    @abstractmethod
    def posture(self, t_s: float) -> Posture:
        """Return what is commanded at `t_s` in [s] from the start of this motion."""

    @abstractmethod
    def place(self, t_s: float) -> Place:
        """Return x, y in [m] and yaw in [rad]: where the person is as a whole, without swaying."""

    def places(self, times_s: FloatArray) -> FloatArray:
        """Return `place` at times (N,), (N, 3)."""
        return np.array([self.place(t) for t in times_s.tolist()]).reshape(-1, 3)

    def pose(self, t_s: float) -> BodyPose:
        """Return the pose of the body at `t_s` in [s], limited to the motion's duration."""
        return solve(self.rig, self.posture(min(max(t_s, 0.0), self.duration_s)))

    def prop(self, t_s: float) -> Prop | None:
        """Return what is held at `t_s`."""
        return self.grip.prop(self.rig, self.place(t_s), t_s)


NOTHING_HELD = Free()
AVERAGE = Style()
