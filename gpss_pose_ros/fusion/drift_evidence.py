"""What is known of the cameras' motion: what was seen lately, and what was usual before."""

from collections.abc import Mapping

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray

_SAME = 1e-5
"""Calibrations that differ by less, in [m], [px / px] and [rad], are the same."""


class NormalEquations:
    """N xi = b of the twists xi (6 C,) of C cameras, starting with none."""

    def __init__(self) -> None:
        self.N = np.zeros((0, 0))
        self.b = np.zeros(0)

    def append(self) -> None:
        """Make room for another camera, of which nothing is known."""
        self.N = np.pad(self.N, (0, 6))
        self.b = np.pad(self.b, (0, 6))

    def add(self, N: FloatArray, b: FloatArray, keep: float) -> None:
        """Keep a share of what is known, and add to it."""
        self.N = keep * self.N + N
        self.b = keep * self.b + b

    def marginalise(self, index: int, variances: FloatArray) -> None:
        """Remove what is known of one camera (Schur complement), given its variances (6,)."""
        own = slice(6 * index, 6 * index + 6)
        to_own = self.N[:, own] @ np.linalg.inv(self.N[own, own] + np.diag(1.0 / variances))
        self.N, self.b = self.N - to_own @ self.N[own], self.b - to_own @ self.b[own]
        self.N[own] = self.N[:, own] = 0.0
        self.b[own] = 0.0


class MotionEvidence:
    """Evidence of all cameras met; what is forgotten lately becomes what was usual before.

    Attributes:
        cameras: by camera_id, in the order of the equations.
        lately, before: the evidence.
        people_s: (C,) how long people were lately seen by the camera and by another, in [s] of one
            person.
    """

    def __init__(self, loose: FloatArray) -> None:
        """Begin with no camera; `loose` (6,) are the variances of a camera that moved anywhere."""
        self.cameras: dict[str, Camera] = {}
        self.lately, self.before = NormalEquations(), NormalEquations()
        self.people_s = np.zeros(0)
        self._loose = loose

    def meet(self, cameras: Mapping[str, Camera]) -> list[str]:
        """Take the cameras of this instant; return those that are new or newly calibrated.

        What is known of the others stays: a camera that was calibrated anew is marginalised.
        """
        fresh = []
        for camera_id, camera in cameras.items():
            known = self.cameras.get(camera_id)
            if known is camera or (known is not None and _same(known, camera)):
                continue
            if known is None:
                self._append()
            else:
                self._forget(list(self.cameras).index(camera_id))
            self.cameras[camera_id] = camera
            fresh.append(camera_id)
        return fresh

    def add(self, N: FloatArray, b: FloatArray, people_s: FloatArray, keep: float) -> None:
        """Add what was seen now; all but a share `keep` of the rest is no longer lately."""
        self.lately.add(N, b, keep)
        self.people_s = keep * self.people_s + people_s

    def retire(self, keep: float, keep_before: float) -> None:
        """Pass on to `before` what the next `add` will forget."""
        self.before.add((1.0 - keep) * self.lately.N, (1.0 - keep) * self.lately.b, keep_before)

    def start_again(self) -> None:
        """Count only what is seen from now on: what was seen before a motion blurs it."""
        self.lately.add(0.0 * self.lately.N, 0.0 * self.lately.b, 0.0)
        self.people_s = 0.0 * self.people_s

    def background(self, calibration: FloatArray, wander: FloatArray) -> tuple[FloatArray, ...]:
        """Return the usual twists (6 C,) and their covariance (6 C, 6 C).

        Args:
            calibration: (6,) variances of a good calibration.
            wander: (6,) variances by which what is usual differs from one time to the next.
        """
        count = len(self.cameras)
        N, tight = self.before.N, np.tile(calibration, count)
        # (N + P^-1)^-1 = P (I + N P)^-1, for P = diag(tight)
        covariance = tight[:, None] * np.linalg.inv(np.eye(len(N)) + N * tight)
        covariance = (covariance + covariance.T) / 2.0
        return covariance @ self.before.b, covariance + np.diag(np.tile(wander, count))

    def _append(self) -> None:
        self.lately.append()
        self.before.append()
        self.people_s = np.pad(self.people_s, (0, 1))

    def _forget(self, index: int) -> None:
        self.lately.marginalise(index, self._loose)
        self.before.marginalise(index, self._loose)
        self.people_s[index] = 0.0


def _same(a: Camera, b: Camera) -> bool:
    """Tell whether two calibrations of a camera are the same, but for rounding."""
    if a.model.model != b.model.model or a.model.size != b.model.size:
        return False
    pairs = (
        (a.factory_from_camera.as_matrix(), b.factory_from_camera.as_matrix()),
        (a.model.K, b.model.K),
        (a.model.distortion, b.model.distortion),
    )
    return all(x.shape == y.shape and np.allclose(x, y, rtol=_SAME, atol=_SAME) for x, y in pairs)
