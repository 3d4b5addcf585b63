"""Many small filters at once give what textbook matrices give for each."""

import numpy as np
import pytest

from gpss_pose_ros.fusion.kalman import (
    at_least,
    correct,
    excess,
    heavy_tailed,
    log_determinant,
    log_likelihood,
    misfit,
    predict,
)
from gpss_pose_ros.fusion.small_matrices import inverse_2x2


@pytest.fixture
def random():
    return np.random.default_rng(5)


def covariances(random, count, size):
    roots = random.normal(size=(count, size, size))
    return roots @ roots.swapaxes(1, 2) + 0.1 * np.eye(size)


def test_two_steps_are_one_step_of_their_sum(random):
    means, P = random.normal(size=(6, 4)), covariances(random, 6, 4)
    first, second = random.uniform(0.01, 2.0, (2, 6))
    there = predict(*predict(means, P, first, 1.3), second, 1.3)
    at_once = predict(means, P, first + second, 1.3)
    for a, b in zip(there, at_once, strict=True):
        np.testing.assert_allclose(a, b)


def test_prediction_over_no_time_changes_nothing(random):
    means, P = random.normal(size=(3, 4)), covariances(random, 3, 4)
    same, Q = predict(means, P, np.zeros(3), 1.0)
    np.testing.assert_array_equal(same, means)
    np.testing.assert_allclose(Q, P)


def test_correction_is_the_information_filter(random):
    """Information adds up: the inverse of the covariance, and of the weighted mean."""
    means, P = random.normal(size=(5, 4)), covariances(random, 5, 4)
    z, R = random.normal(size=(5, 2)), covariances(random, 5, 2)
    after, P_after = correct(means, P, z, R)
    H = np.eye(2, 4)
    for i in range(5):
        information = np.linalg.inv(P[i]) + H.T @ np.linalg.inv(R[i]) @ H
        wanted = np.linalg.inv(P[i]) @ means[i] + H.T @ np.linalg.inv(R[i]) @ z[i]
        np.testing.assert_allclose(P_after[i], np.linalg.inv(information), atol=1e-9)
        np.testing.assert_allclose(after[i], np.linalg.solve(information, wanted), atol=1e-9)


def test_small_matrices_are_inverted_and_weighed_as_numpy_does(random):
    S, d = covariances(random, 20, 2), random.normal(size=(20, 2))
    np.testing.assert_allclose(inverse_2x2(S), np.linalg.inv(S))
    np.testing.assert_allclose(log_determinant(S), np.linalg.slogdet(S)[1])
    np.testing.assert_allclose(
        misfit(d, S), [x @ np.linalg.inv(s) @ x for x, s in zip(d, S, strict=True)]
    )


def test_a_heavy_tailed_density_sums_to_one():
    """Midpoints of a fine grid, far enough out that a ten-thousandth is left."""
    across = np.arange(-30.0, 30.0, 0.1) + 0.05
    S = np.array([[0.5, 0.2], [0.2, 0.3]])
    difference = np.stack(np.meshgrid(across, across), axis=-1)
    total = np.exp(log_likelihood(misfit(difference, S), S)).sum() * 0.1**2
    assert total == pytest.approx(1.0, abs=1e-3)


def test_far_off_costs_less_than_normal_errors_would_and_near_counts_fully():
    lengths2 = np.array([0.0, 1.0, 2.0, 16.0, 100.0])
    assert (np.diff(heavy_tailed(lengths2)) > 0.0).all()
    assert heavy_tailed(lengths2[-1:]) < 0.25 * lengths2[-1]
    np.testing.assert_array_equal(excess(lengths2[:3]), 1.0)
    assert (excess(lengths2[3:]) > 3.0).all()


def test_a_floor_of_uncertainty_lifts_only_what_is_below_it(random):
    S = covariances(random, 20, 2) * 0.01
    lifted = at_least(S, 0.1)
    before, after = np.linalg.eigvalsh(S), np.linalg.eigvalsh(lifted)
    np.testing.assert_allclose(after, np.maximum(before, 0.01))
    assert np.linalg.eigvalsh(lifted - S).min() > -1e-12
