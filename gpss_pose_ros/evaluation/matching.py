"""Who is whom: the best one-to-one assignment of two sets within a gate."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.types import FloatArray


def assign(cost: FloatArray, gate: float) -> list[tuple[int, int]]:
    """Return the pairs (i, j), by i, of the best one-to-one assignment.

    As many pairs as the gate allows, and among those assignments the one of least total cost.

    Args:
        cost: (N, M), not negative; NaN never pairs.
        gate: a pair that costs more is no pair.
    """
    allowed = cost <= gate
    # Dearer than any number of allowed pairs together: used only where nothing else is left.
    forbidden = (min(cost.shape) + 1) * max(gate, 1e-12)
    rows, columns = linear_sum_assignment(np.where(allowed, cost, forbidden))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if allowed[i, j]]
