"""Whom a verdict on a camera's place accuses."""

import numpy as np
import pytest

from gpss_pose_ros.fusion.drift_report import CameraDrift, DriftState


@pytest.mark.parametrize(
    ("state", "moved", "accused"),
    [
        (DriftState.UNKNOWN, False, False),
        (DriftState.STEADY, False, False),
        (DriftState.DISAGREES, False, True),
        (DriftState.MOVED, True, True),
    ],
)
def test_who_may_have_moved_is_accused_and_who_must_have_moved_is_named(state, moved, accused):
    drift = CameraDrift("west", state, (), np.zeros(3), np.zeros(3), np.ones(6), np.zeros(2), 9.0)
    assert (drift.moved, drift.accused) == (moved, accused)
