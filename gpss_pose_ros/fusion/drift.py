"""Tells when a camera is no longer where its calibration says, from the people it sees.

Every person that two cameras see or more compares them. From these comparisons the motion of each
camera since its calibration is estimated (`drift_equations`), over the last half minute in which
people walked (`drift_evidence`), for all cameras together: one that moved makes the others look
wrong, too (`drift_explanation`). A drift is reported, never applied.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from gpss_pose_ros.errors import InputError, unknown_choice
from gpss_pose_ros.fusion.drift_equations import motion_equations
from gpss_pose_ros.fusion.drift_evidence import MotionEvidence
from gpss_pose_ros.fusion.drift_explanation import MotionProblem
from gpss_pose_ros.fusion.drift_floor import FloorResiduals
from gpss_pose_ros.fusion.drift_places import Places
from gpss_pose_ros.fusion.drift_points import point_views, usual_error
from gpss_pose_ros.fusion.drift_report import CameraDrift, DriftState
from gpss_pose_ros.fusion.drift_settings import DriftSettings
from gpss_pose_ros.fusion.drift_verdicts import Verdicts
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray, FloorObservation

__all__ = ["CameraDrift", "DriftMonitor", "DriftSettings", "DriftState"]

_LOOSE_M, _LOOSE_RAD = 0.5, 0.1
"""Standard deviations of the motion of a camera that was knocked."""
_USUAL_S = 600.0
"""Time of people walking over which it is learned where the cameras usually are."""
_WANDER = 0.13
"""By how much that differs from one time to the next, as a share of a calibration's errors."""
_HABIT = 1.5
"""2 if all errors were alike; with 1, cameras at rest were accused in simulation."""


class DriftMonitor:
    """Watches where cameras are; a verdict stays until there is evidence against it.

    Sets between two periods are passed over; time without people that two cameras see does not
    count.
    """

    def __init__(self, settings: DriftSettings) -> None:
        """Begin with no camera and no evidence."""
        self.settings = settings
        self.drifts: tuple[CameraDrift, ...] = ()
        sigma_m, sigma_rad = settings.position_sigma_m, settings.rotation_sigma_rad
        self._usual = np.repeat([sigma_m, sigma_rad], 3)
        self._loose = np.repeat([_LOOSE_M, _LOOSE_RAD], 3)
        self._evidence = MotionEvidence(self._loose**2)
        self._places, self._floor = Places(), FloorResiduals()
        self._verdicts = Verdicts(settings)
        self._twists = np.zeros((0, 6))
        self._last_ns: int | None = None

    def update(
        self,
        groups: Sequence[Sequence[FloorObservation]],
        cameras: Mapping[str, Camera],
        stamp_ns: int,
    ) -> tuple[CameraDrift, ...]:
        """Take the people of one instant; return every camera met so far.

        Args:
            groups: the observations of each person, at most one a camera.
            cameras: by camera_id, at that instant. One that is calibrated anew starts afresh.
            stamp_ns: capture time. A stamp that goes back does not move time.

        Raises:
            InputError: an observation names a camera that is not among `cameras`.
        """
        unknown = {m.camera_id for members in groups for m in members} - set(cameras)
        if unknown:
            raise InputError(unknown_choice("camera", ", ".join(sorted(unknown)), cameras))
        if not self.is_due(stamp_ns):
            return self.drifts
        for camera_id in self._evidence.meet(cameras):
            self._begin(camera_id)
        seconds = self._elapsed_s(stamp_ns)
        shared = [members for members in groups if len(members) > 1]
        if shared and seconds > 0.0:
            self._learn(shared, seconds)
        self.drifts = self._judge(seconds if shared else 0.0)
        return self.drifts

    def is_due(self, stamp_ns: int) -> bool:
        """Tell whether an update at this time would look at anything."""
        if self._last_ns is None or stamp_ns < self._last_ns:
            return True
        return stamp_ns - self._last_ns >= round(self.settings.period_s * 1e9)

    def _elapsed_s(self, stamp_ns: int) -> float:
        """Return the time since people were last compared; a gap counts as two periods at most."""
        longest_s = 2.0 * self.settings.period_s
        last_ns, self._last_ns = self._last_ns, stamp_ns
        if last_ns is None:
            return self.settings.period_s
        return min(max((stamp_ns - last_ns) / 1e9, 0.0), longest_s)

    def _begin(self, camera_id: str) -> None:
        """Know nothing of a camera that is new or newly calibrated."""
        known = list(self._evidence.cameras)
        twists = np.zeros((len(known), 6))
        twists[: len(self._twists)] = self._twists
        twists[known.index(camera_id)] = 0.0
        self._twists = twists
        self._floor.drop(camera_id)
        self._verdicts.begin(camera_id)

    def _learn(self, groups: Sequence[Sequence[FloorObservation]], seconds: float) -> None:
        """Compare the cameras by the people of one instant."""
        settings, evidence = self.settings, self._evidence
        keep = float(np.exp(-seconds / settings.memory_s))
        for memory in (self._places, self._floor):
            memory.forget(keep)
        places = [np.mean([m.position_m for m in members], axis=0) for members in groups]
        worth_s = self._places.worth_s(places, seconds)
        views = point_views(
            groups,
            evidence.cameras,
            self._twists,
            settings.min_keypoint_score,
            settings.keypoint_sigma,
        )
        alike = np.array([self._alike(members) for members in groups])
        said = motion_equations(views, worth_s * alike, settings.points_per_person)
        if not self._verdicts.accused:  # what a camera that moved shows must not become usual
            evidence.retire(keep, float(np.exp(-seconds / _USUAL_S)))
        b = said.b + said.N @ self._twists.ravel()  # from where the calibration has the cameras
        evidence.add(said.N, b, said.seen @ worth_s, keep)
        for members, weight in zip(groups, worth_s.tolist(), strict=True):
            self._floor.add(members, weight)

    def _alike(self, members: Sequence[FloorObservation]) -> float:
        """Return what a person counts by the network that saw them, at most 1.

        What a network errs beyond the best it mostly does in the same way picture after picture:
        time and keypoints do not average it away.
        """
        settings = self.settings
        errors = [usual_error(member, settings.min_keypoint_score) for member in members]
        return float((settings.keypoint_sigma / max(settings.keypoint_sigma, *errors)) ** _HABIT)

    def _judge(self, seconds: float) -> tuple[CameraDrift, ...]:
        """Say of every camera where it is, after so many seconds of people."""
        evidence, names = self._evidence, list(self._evidence.cameras)
        lately, ever = self._since_before().explain(), self._since_calibration().explain()
        self._twists = self._above_floor(lately.likeliest)
        people_s = dict(zip(names, evidence.people_s.tolist(), strict=True))
        residuals = self._floor.means_m()
        if self._verdicts.update((lately, ever), people_s, seconds):
            evidence.start_again()
        return tuple(
            CameraDrift(
                name,
                *self._verdicts.of[name],
                translation_m=lately.twists[c, :3],
                rotation_rad=lately.twists[c, 3:],
                sigma=lately.sigmas[c],
                floor_residual_m=residuals.get(name, np.full(2, np.nan)),
                people_s=people_s[name],
            )
            for c, name in enumerate(names)
        )

    def _above_floor(self, twists: FloatArray) -> FloatArray:
        """Return the twists (C, 6), 0 of cameras that would be at or under the floor by them."""
        heights = [camera.position_m[2] for camera in self._evidence.cameras.values()]
        return np.where((heights + twists[:, 2] > 0.0)[:, None], twists, 0.0)

    def _since_before(self) -> MotionProblem:
        """Return whether cameras moved lately: from where they usually were."""
        lately = self._evidence.lately
        mean, covariance = self._evidence.background(self._usual**2, (_WANDER * self._usual) ** 2)
        significance = self.settings.significance
        return MotionProblem(lately.N, lately.b, mean, covariance, self._loose, significance)

    def _since_calibration(self) -> MotionProblem:
        """Return whether cameras moved ever, also so slowly that it became usual."""
        lately, before = self._evidence.lately, self._evidence.before
        count = len(self._evidence.cameras)
        return MotionProblem(
            lately.N + before.N,
            lately.b + before.b,
            np.zeros(6 * count),
            np.diag(np.tile(self._usual**2, count)),
            self._loose,
            self.settings.significance,
        )
