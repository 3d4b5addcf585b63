"""Truth and output side by side, frame by frame: what every tracking metric starts from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.evaluation.floor_frame import FloorFrame, IntArray, nobody
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class FramePair:
    """One instant of the truth with what was found.

    Attributes:
        truth: the n who were there.
        found: the m who were reported; nobody where there was no report.
        distances_m: (n, m) on the floor, in [m].
        truth_rows: (n,) where in FramePairs.truth_ids each true identity stands.
        found_rows: (m,) likewise in FramePairs.found_ids.
    """

    truth: FloorFrame
    found: FloorFrame
    distances_m: FloatArray
    truth_rows: IntArray
    found_rows: IntArray


@dataclass(frozen=True, eq=False)
class FramePairs:
    """A whole run.

    Attributes:
        pairs: in order of time, one a frame of the truth.
        truth_ids: (I,) every true identity, ascending.
        found_ids: (J,) every identity reported in one of these frames, ascending.
        truth_counts: (I,) frames each true identity is in.
        found_counts: (J,) frames each reported identity is in.
    """

    pairs: tuple[FramePair, ...]
    truth_ids: IntArray
    found_ids: IntArray
    truth_counts: IntArray
    found_counts: IntArray

    @property
    def objects(self) -> int:
        """True persons, counted in every frame."""
        return int(self.truth_counts.sum())

    @property
    def reports(self) -> int:
        """Reported persons, counted in every frame."""
        return int(self.found_counts.sum())


def pair_frames(truth: Sequence[FloorFrame], found: Sequence[FloorFrame]) -> FramePairs:
    """Put beside each frame of the truth what was found at the same stamp.

    A frame of the truth without output counts as one in which nobody was found. Output at a stamp
    that the truth does not know can be neither right nor wrong, and is left out.

    Raises:
        InputError: two frames of one side have the same stamp.
    """
    by_stamp = _by_stamp(found, "output")
    known = [
        (frame, by_stamp.get(stamp, nobody(stamp)))
        for stamp, frame in sorted(_by_stamp(truth, "truth").items())
    ]
    truth_ids, truth_counts = _identities(frame for frame, _ in known)
    found_ids, found_counts = _identities(frame for _, frame in known)
    pairs = tuple(
        FramePair(
            true,
            reported,
            _distances(true.positions_m, reported.positions_m),
            np.searchsorted(truth_ids, true.ids),
            np.searchsorted(found_ids, reported.ids),
        )
        for true, reported in known
    )
    return FramePairs(pairs, truth_ids, found_ids, truth_counts, found_counts)


def _by_stamp(frames: Iterable[FloorFrame], what: str) -> dict[int, FloorFrame]:
    by_stamp: dict[int, FloorFrame] = {}
    for frame in frames:
        if frame.stamp_ns in by_stamp:
            raise InputError(f"{what}: two frames have the stamp {frame.stamp_ns} ns")
        by_stamp[frame.stamp_ns] = frame
    return by_stamp


def _identities(frames: Iterable[FloorFrame]) -> tuple[IntArray, IntArray]:
    ids = [frame.ids for frame in frames]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *ids]), return_counts=True)


def _distances(a: FloatArray, b: FloatArray) -> FloatArray:
    distances: FloatArray = np.linalg.norm(a[:, None] - b[None], axis=2)
    return distances
