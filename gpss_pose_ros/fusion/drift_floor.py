"""How far each camera places people from where the others place them."""

from collections.abc import Mapping, Sequence

import numpy as np

from gpss_pose_ros.types import FloatArray, FloorObservation

_HUBER = 2.0
_LEAST_M2 = 1e-6
_LEAST_INFORMATION = 1e-6


class FloorResiduals:
    """Each camera's floor position of a person less the fusion of the others', a running mean."""

    def __init__(self) -> None:
        self._information: dict[str, FloatArray] = {}
        self._weighted: dict[str, FloatArray] = {}

    def forget(self, keep: float) -> None:
        """Keep a share of the past."""
        for camera_id in tuple(self._information):
            self._information[camera_id] *= keep
            self._weighted[camera_id] *= keep
            if np.trace(self._information[camera_id]) < _LEAST_INFORMATION:
                self.drop(camera_id)

    def drop(self, camera_id: str) -> None:
        """Forget all about one camera."""
        self._information.pop(camera_id, None)
        self._weighted.pop(camera_id, None)

    def add(self, members: Sequence[FloorObservation], weight: float) -> None:
        """Compare every camera that sees a person with the others that do."""
        covariances = np.array([m.covariance_m2 for m in members]) + _LEAST_M2 * np.eye(2)
        positions = np.array([m.position_m for m in members])
        information = np.linalg.inv(covariances)
        other = 1.0 - np.eye(len(members))
        others = np.linalg.inv(np.einsum("mn,nij->mij", other, information))
        means = np.einsum("mij,mn,njk,nk->mi", others, other, information, positions)
        residuals = positions - means
        sharp = np.linalg.inv(covariances + others)
        distances = np.sqrt(np.einsum("mi,mij,mj->m", residuals, sharp, residuals))
        sharp *= (weight * _HUBER / np.maximum(distances, _HUBER))[:, None, None]
        for m, own, pull in zip(
            members, sharp, np.einsum("mij,mj->mi", sharp, residuals), strict=True
        ):
            self._information[m.camera_id] = self._information.get(m.camera_id, 0.0) + own
            self._weighted[m.camera_id] = self._weighted.get(m.camera_id, 0.0) + pull

    def means_m(self) -> Mapping[str, FloatArray]:
        """Return the mean residual (2,) in [m] of every camera that was compared."""
        return {
            camera_id: np.asarray(np.linalg.solve(information, self._weighted[camera_id]))
            for camera_id, information in self._information.items()
        }
