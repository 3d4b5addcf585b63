"""Real footage: a peer's points from the same keypoints, and a board of known size."""

import numpy as np
import pytest

from gpss_pose_ros.evaluation.peer_association import peer_agreement
from gpss_pose_ros.evaluation.triangulation_parity import board_errors_mm, feet_errors_mm


def test_feet_of_the_balancing_recording_equal_the_peers(shared):
    errors_mm = feet_errors_mm(shared / "data" / "pose2sim_balancing")
    assert errors_mm.shape == (100, 8)
    assert np.isfinite(errors_mm).all()
    assert np.median(errors_mm) <= 0.05
    assert np.mean(errors_mm <= 0.05) > 0.9  # we also leave out a camera that stands out


@pytest.mark.parametrize("refine", [False, True])
def test_triangulated_corners_keep_the_boards_distances(shared, refine):
    errors_mm = board_errors_mm(shared / "data" / "caliscope_charuco", refine=refine)
    assert len(errors_mm) > 1000
    assert np.median(errors_mm) <= 0.65


def test_the_person_among_bystanders_is_the_peers(shared):
    found = peer_agreement(shared / "data" / "pose2sim_balancing")
    assert found.bystanders.mean() > 1.0
    assert found.same_person.mean() >= 0.95
    # The peer leaves the lens's distortion out, weighs cameras in another way, and drops some.
    assert np.nanmedian(found.feet_mm) < 10.0
    assert np.isfinite(found.feet_mm).mean() > 0.95
