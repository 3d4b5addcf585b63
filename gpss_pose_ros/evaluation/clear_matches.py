"""CLEAR-MOT's matches: who was found as whom, in which earlier matches are kept."""

from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.frame_pairs import FramePair, FramePairs
from gpss_pose_ros.evaluation.matching import assign
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class ClearMatch:
    """One true person found in one frame.

    Attributes:
        stamp_ns: the frame.
        truth_id: who was there.
        found_id: who was reported.
        earlier_id: as whom the person was found the last time before, None the first time.
        position_m: (2,) true, in [m].
        error_m: (2,) found minus true, in [m].
        covariance_m2: (2, 2) as reported, None where nothing was said of it.
    """

    stamp_ns: int
    truth_id: int
    found_id: int
    earlier_id: int | None
    position_m: FloatArray
    error_m: FloatArray
    covariance_m2: FloatArray | None

    @property
    def switched(self) -> bool:
        """Whether the person was found as somebody else than before."""
        return self.earlier_id is not None and self.earlier_id != self.found_id

    @property
    def distance_m(self) -> float:
        """Length of the error, in [m]."""
        return float(np.hypot(*self.error_m))


def clear_matches(paired: FramePairs, gate_m: float) -> tuple[ClearMatch, ...]:
    """Return everybody found, frame by frame (Bernardin and Stiefelhagen 2008, 2.1.3).

    In every frame, who was last matched with whom stays so while both are there and within the
    gate, though others be nearer; everybody else is matched as `assign` does. Where two persons
    were last found as the same track, the one it followed more recently keeps it.
    """
    found_as: dict[int, int] = {}  # ordered: who was matched last stands last
    return tuple(match for pair in paired.pairs for match in _match_frame(pair, found_as, gate_m))


def _match_frame(pair: FramePair, found_as: dict[int, int], gate_m: float) -> list[ClearMatch]:
    """Match one frame, and enter its matches into `found_as`."""
    kept = _kept(pair, found_as, gate_m)
    cost = pair.distances_m.copy()
    cost[list(kept)] = np.inf
    cost[:, list(kept.values())] = np.inf
    matches = []
    for i, j in sorted([*kept.items(), *assign(cost, gate_m)]):
        truth_id, found_id = int(pair.truth.ids[i]), int(pair.found.ids[j])
        matches.append(_match(pair, i, j, found_as.pop(truth_id, None)))
        found_as[truth_id] = found_id
    return matches


def _kept(pair: FramePair, found_as: dict[int, int], gate_m: float) -> dict[int, int]:
    """Return the row of the output for each row of the truth that keeps its match."""
    truth_row = {int(identity): i for i, identity in enumerate(pair.truth.ids)}
    found_row = {int(identity): j for j, identity in enumerate(pair.found.ids)}
    kept: dict[int, int] = {}
    for truth_id, found_id in reversed(found_as.items()):
        i, j = truth_row.get(truth_id), found_row.get(found_id)
        if i is not None and j is not None and pair.distances_m[i, j] <= gate_m:
            kept[i] = j
            del found_row[found_id]
    return kept


def _match(pair: FramePair, i: int, j: int, earlier_id: int | None) -> ClearMatch:
    covariances = pair.found.covariances_m2
    return ClearMatch(
        stamp_ns=pair.truth.stamp_ns,
        truth_id=int(pair.truth.ids[i]),
        found_id=int(pair.found.ids[j]),
        earlier_id=earlier_id,
        position_m=pair.truth.positions_m[i],
        error_m=pair.found.positions_m[j] - pair.truth.positions_m[i],
        covariance_m2=None if covariances is None else covariances[j],
    )
