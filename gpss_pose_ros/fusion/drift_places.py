"""How much it is worth to see somebody at a place: less, the longer somebody was seen there."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from gpss_pose_ros.types import FloatArray

_CELL_M = 0.5
_LONGEST_S = 3.0
_FORGOTTEN_S = 1e-3


class Places:
    """Time for which people were seen at places of the floor, forgotten as the evidence is.

    Errors of a pose model on somebody who stands still are the same in every image; a thousand
    images of them are one witness.
    """

    def __init__(self) -> None:
        self._seen_s: defaultdict[tuple[int, int], float] = defaultdict(float)

    def forget(self, keep: float) -> None:
        """Keep a share of all time."""
        scaled = ((cell, keep * seen_s) for cell, seen_s in self._seen_s.items())
        kept = {cell: seen_s for cell, seen_s in scaled if seen_s > _FORGOTTEN_S}
        self._seen_s = defaultdict(float, kept)

    def worth_s(self, positions_m: Iterable[FloatArray], seconds: float) -> FloatArray:
        """Return for each position (2,) how many seconds seeing somebody there is worth."""
        worth = []
        for position_m in positions_m:
            x, y = np.floor(np.asarray(position_m) / _CELL_M).tolist()
            cell = (int(x), int(y))
            worth.append(seconds * max(1.0 - self._seen_s[cell] / _LONGEST_S, 0.0))
            self._seen_s[cell] += worth[-1]
        return np.array(worth)
