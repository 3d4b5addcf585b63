"""IDF1: how much of a run has the right identity, when each person may have one track only."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.evaluation.frame_pairs import FramePairs


def idf1(paired: FramePairs, gate_m: float) -> float | None:
    """Return IDF1 in percent, None where nobody was there and nobody reported.

    Over the whole run every true identity is given at most one reported one, such that together
    they are in as many frames as possible within the gate: IDTP. IDF1 = 2 IDTP / (true persons +
    reported persons), counted in every frame (Ristani et al. 2016, equation 11).
    """
    everybody = paired.objects + paired.reports
    if not everybody:
        return None
    together = np.zeros((len(paired.truth_ids), len(paired.found_ids)))
    for pair in paired.pairs:
        i, j = np.nonzero(pair.distances_m <= gate_m)
        together[pair.truth_rows[i], pair.found_rows[j]] += 1.0
    idtp = together[linear_sum_assignment(together, maximize=True)].sum()
    return float(200.0 * idtp / everybody)
