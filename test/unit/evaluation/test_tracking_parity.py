"""MOTA, MOTP, IDF1 and every count are those of motmetrics."""

import motmetrics
import numpy as np
import pytest

from gpss_pose_ros.evaluation.tracking import tracking_figures

from .tracking_scenes import random_run

GATE_M = 0.5
METRICS = (
    "mota",
    "motp",
    "idf1",
    "num_switches",
    "num_misses",
    "num_false_positives",
    "num_objects",
)


def theirs(truth, found):
    """Where two objects were last one track, motmetrics favours the one given first: the newer."""
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for there, said in zip(truth, found, strict=True):
        last = [accumulator.last_match.get(identity, -1) for identity in there.ids]
        order = np.argsort(last, kind="stable")[::-1]
        away = there.positions_m[order][:, None] - said.positions_m[None]
        distances = np.linalg.norm(away, axis=2)
        distances[distances > GATE_M] = np.nan
        accumulator.update(there.ids[order], said.ids, distances)
    return motmetrics.metrics.create().compute(accumulator, metrics=METRICS, name="run").loc["run"]


@pytest.mark.parametrize("seed", range(25))
def test_the_figures_are_those_of_motmetrics(seed):
    truth, found = random_run(seed)
    ours, other = tracking_figures(truth, found, GATE_M), theirs(truth, found)
    assert ours.misses == other.num_misses
    assert ours.false_positives == other.num_false_positives
    assert ours.identity_switches == other.num_switches
    assert ours.objects == other.num_objects
    if ours.objects:
        assert ours.mota == pytest.approx(100.0 * other.mota)
        assert ours.idf1 == pytest.approx(100.0 * other.idf1)
    if ours.modp is not None:
        assert ours.modp == pytest.approx(100.0 * (1.0 - other.motp / GATE_M))
