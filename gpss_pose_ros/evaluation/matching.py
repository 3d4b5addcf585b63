"""Who is whom: the best one-to-one assignment of two sets within a gate."""

import numpy as np
import numpy.typing as npt

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
    priced = np.where(allowed, cost, forbidden)
    if cost.shape[0] <= cost.shape[1]:
        columns = _cheapest_columns(priced)
        pairs = [(i, int(j)) for i, j in enumerate(columns)]
    else:
        rows = _cheapest_columns(priced.T)
        pairs = sorted((int(i), j) for j, i in enumerate(rows))
    return [(i, j) for i, j in pairs if allowed[i, j]]


def _cheapest_columns(cost: FloatArray) -> npt.NDArray[np.intp]:
    """Return a column (N,) of its own for each row of (N, M), N <= M, at least total cost.

    Kuhn's Hungarian method as shortest augmenting paths (Edmonds and Karp 1972; Tomizawa 1971):
    rows join one after the other, each by the path of least reduced cost to a free column.
    """
    n, m = cost.shape
    column_of, row_of = np.full(n, -1), np.full(m, -1)
    row_price, column_price = np.zeros(n), np.zeros(m)
    for start in range(n):
        reach, came_from = np.full(m, np.inf), np.full(m, -1)
        settled = np.zeros(m, dtype=bool)
        row, travelled = start, 0.0
        while True:
            reduced = travelled + cost[row] - row_price[row] - column_price
            closer = ~settled & (reduced < reach)
            reach[closer], came_from[closer] = reduced[closer], row
            column = int(np.argmin(np.where(settled, np.inf, reach)))
            travelled = float(reach[column])
            if row_of[column] < 0:
                break
            settled[column] = True
            row = row_of[column]
        row_price[start] += travelled
        row_price[row_of[settled]] += travelled - reach[settled]
        column_price[settled] -= travelled - reach[settled]
        while column >= 0:  # along the path every row takes the column it was reached for
            row = came_from[column]
            row_of[column] = row
            column_of[row], column = column, column_of[row]
    return column_of
