"""Whether a foot stands on the floor, by its height and how well that is known."""

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.fusion.contact import ContactSettings, grounded

SETTINGS = ContactSettings()
SLANTED = np.array([[0.02, 0.0, 0.015], [0.0, 0.01, 0.0], [0.015, 0.0, 0.02]])


def one(sole_m, covariance, settings=SETTINGS):
    return grounded(np.array([sole_m]), np.array([covariance]), settings)


def test_a_foot_on_the_floor_is_placed_better_than_it_is_triangulated():
    found = one([1.0, 2.0, 0.0], SLANTED)
    assert found.probabilities[0] > SETTINGS.probability
    np.testing.assert_allclose(found.positions_m[0], [1.0, 2.0])
    assert found.covariances_m2[0, 0, 0] < SLANTED[0, 0]


def test_the_floor_puts_a_foot_right_that_seems_to_be_under_it():
    """Where rays err along (x, z) together, a sole at z = -0.1 is also too far back in x."""
    found = one([1.0, 2.0, -0.1], SLANTED)
    assert found.positions_m[0, 0] > 1.05
    assert found.heights_m[0] == 0.0


@pytest.mark.parametrize("height_m", [0.3, 0.6, 1.0])
def test_a_lifted_foot_stays_above_where_it_is(height_m):
    found = one([1.0, 2.0, height_m], SLANTED / 20.0)
    assert found.probabilities[0] < 0.01
    np.testing.assert_allclose(found.positions_m[0], [1.0, 2.0], atol=0.02)
    assert found.heights_m[0] == pytest.approx(height_m, abs=0.03)
    assert found.covariances_m2[0, 0, 0] > 0.9 * SLANTED[0, 0] / 20.0


def test_contact_becomes_less_likely_with_height():
    soles = np.column_stack([np.zeros((50, 2)), np.linspace(0.0, 0.5, 50)])
    found = grounded(soles, np.tile(SLANTED / 10.0, (50, 1, 1)), SETTINGS)
    assert (np.diff(found.probabilities) < 0.0).all()
    assert (np.diff(found.heights_m) > 0.0).all()
    assert (np.linalg.eigvalsh(found.covariances_m2) > 0.0).all()


def test_a_height_nobody_knows_says_nothing_about_contact():
    found = one([0.0, 0.0, 0.4], SLANTED * 1e4)
    assert found.probabilities[0] == pytest.approx(SETTINGS.probability, abs=0.01)


def test_an_unknown_sole_stays_unknown():
    found = one(np.full(3, np.nan), np.full((3, 3), np.nan))
    assert np.isnan(found.positions_m).all()


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_impossible_settings_are_named(value):
    with pytest.raises(ConfigurationError, match="sole_sigma_m"):
        ContactSettings(sole_sigma_m=value)
