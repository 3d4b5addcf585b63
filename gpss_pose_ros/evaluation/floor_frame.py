"""Who is where on the floor at one instant: what trackers are judged by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.types import FloatArray, float_array

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FloorFrame:
    """Everybody at one instant, true or found. A frame without anybody is a statement, too.

    Attributes:
        stamp_ns: the instant in [ns].
        ids: (N,) integers, each once: identities, stable over the frames of a run.
        positions_m: (N, 2) x, y in the factory frame, in [m], finite.
        covariances_m2: (N, 2, 2) of positions_m in [m^2], symmetric and positive definite; None
            where nothing is said of it.
    """

    stamp_ns: int
    ids: IntArray
    positions_m: FloatArray
    covariances_m2: FloatArray | None = None

    def __post_init__(self) -> None:
        where = f"frame at {self.stamp_ns} ns: "
        ids = _identities(self.ids, where)
        positions = float_array(self.positions_m, f"{where}positions_m", (len(ids), 2))
        if not np.isfinite(positions).all():
            raise InputError(f"{where}positions_m must be finite: leave the person out instead")
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "positions_m", positions)
        if self.covariances_m2 is not None:
            covariances = _covariances(self.covariances_m2, len(ids), where)
            object.__setattr__(self, "covariances_m2", covariances)

    def __len__(self) -> int:
        return len(self.ids)


def nobody(stamp_ns: int) -> FloorFrame:
    """Return the frame in which nobody is."""
    return FloorFrame(stamp_ns, np.empty(0, dtype=np.int64), np.empty((0, 2)))


def _identities(value: npt.ArrayLike, where: str) -> IntArray:
    ids = np.asarray(value)
    if ids.ndim != 1 or (len(ids) and not np.can_cast(ids.dtype, np.int64)):
        raise InputError(f"{where}ids must be (N,) integers, got {ids.dtype} {ids.shape}")
    unique, counts = np.unique(ids, return_counts=True)
    if len(unique) < len(ids):
        raise InputError(f"{where}identities given twice: {unique[counts > 1].tolist()}")
    ids = ids.astype(np.int64)
    ids.flags.writeable = False
    return ids


def _covariances(value: npt.ArrayLike, count: int, where: str) -> FloatArray:
    matrices = float_array(value, f"{where}covariances_m2", (count, 2, 2))
    variances = matrices[:, (0, 1), (0, 1)]
    determinants = variances.prod(axis=1) - matrices[:, 0, 1] * matrices[:, 1, 0]
    symmetric = np.isclose(matrices[:, 0, 1], matrices[:, 1, 0], rtol=1e-6, atol=0.0)
    definite = (variances > 0.0).all(axis=1) & (determinants > 0.0) & np.isfinite(determinants)
    wrong = matrices[~(symmetric & definite)]
    if len(wrong):
        raise InputError(
            f"{where}covariances_m2 must be finite, symmetric and positive definite, got"
            f" {wrong[0].tolist()}"
        )
    return matrices
