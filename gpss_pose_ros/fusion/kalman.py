"""Kalman filters in the plane, many at once: x, y, vx, vy under white-noise acceleration.

Leading dimensions of all arguments broadcast. Source: Bar-Shalom, Li and Kirubarajan (2001),
section 6.2.2 (discretised continuous white-noise acceleration) and 5.2 (Joseph form).
"""

import numpy as np

from gpss_pose_ros.fusion.small_matrices import inverse_2x2
from gpss_pose_ros.types import FloatArray

_EYE4 = np.eye(4)

_TAIL = 4.0
"""Degrees of freedom of Student's t, which positions of persons follow: a foot that is taken for
another's, or a step that is seen too early, puts a person half a metre off now and then, whatever
the covariance says. A normal distribution would rather believe in somebody new."""


def predict(
    means: FloatArray, covariances: FloatArray, dt_s: FloatArray, change_mps: float
) -> tuple[FloatArray, FloatArray]:
    """Return means (..., 4) and covariances (..., 4, 4) after `dt_s` (...).

    Args:
        means: (..., 4) in [m] and [m/s].
        covariances: (..., 4, 4).
        dt_s: (...), at least 0, in [s].
        change_mps: standard deviation of the change of velocity in a second, in [m/s].
    """
    F = np.zeros((*np.shape(dt_s), 4, 4)) + _EYE4
    F[..., 0, 2] = F[..., 1, 3] = dt_s
    predicted = F @ covariances @ np.swapaxes(F, -1, -2)
    return (F @ means[..., None])[..., 0], predicted + _manoeuvres(dt_s, change_mps)


def _manoeuvres(dt_s: FloatArray, change_mps: float) -> FloatArray:
    """Return the process noise (..., 4, 4)."""
    Q = np.zeros((*np.shape(dt_s), 4, 4))
    Q[..., 0, 0] = Q[..., 1, 1] = dt_s**3 / 3.0
    Q[..., 0, 2] = Q[..., 1, 3] = Q[..., 2, 0] = Q[..., 3, 1] = dt_s**2 / 2.0
    Q[..., 2, 2] = Q[..., 3, 3] = dt_s
    return Q * change_mps**2


def correct(
    means: FloatArray, covariances: FloatArray, positions_m: FloatArray, noise_m2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return means and covariances after positions (..., 2) were measured.

    Args:
        means: (..., 4), predicted to the time of the measurement.
        covariances: (..., 4, 4).
        positions_m: (..., 2) in [m].
        noise_m2: (..., 2, 2) of the measurement, in [m^2].
    """
    gain = covariances[..., :, :2] @ inverse_2x2(covariances[..., :2, :2] + noise_m2)
    surprise = positions_m - means[..., :2]
    kept = np.zeros((*gain.shape[:-1], 4)) + _EYE4
    kept[..., :, :2] -= gain
    P = kept @ covariances @ np.swapaxes(kept, -1, -2)
    P = P + gain @ noise_m2 @ np.swapaxes(gain, -1, -2)
    return means + (gain @ surprise[..., None])[..., 0], (P + np.swapaxes(P, -1, -2)) / 2.0


def misfit(difference_m: FloatArray, covariance_m2: FloatArray) -> FloatArray:
    """Return the squared Mahalanobis lengths (...) of differences (..., 2)."""
    squared: FloatArray = np.einsum(
        "...i,...ij,...j->...", difference_m, inverse_2x2(covariance_m2), difference_m
    )
    return squared


def heavy_tailed(distance2: FloatArray) -> FloatArray:
    """Return what squared Mahalanobis lengths (...) count for where errors have heavy tails.

    Minus twice the logarithm of Student's t in the plane, whose constant is that of the normal
    density there (Kotz and Nadarajah, Multivariate t Distributions, 2004, 1.1).
    """
    cost: FloatArray = (_TAIL + 2.0) * np.log1p(distance2 / _TAIL)
    return cost


def excess(distance2: FloatArray) -> FloatArray:
    """Return by how much (...), at least 1, the covariance was too small for a length that came.

    The inverse of the weight that Student's t gives an observation (Lange, Little and Taylor 1989).
    """
    factor: FloatArray = np.maximum((_TAIL + distance2) / (_TAIL + 2.0), 1.0)
    return factor


def log_likelihood(distance2: FloatArray, covariance_m2: FloatArray) -> FloatArray:
    """Return the logarithms (...) of heavy-tailed densities in the plane, in [1/m^2].

    Args:
        distance2: (...) squared Mahalanobis lengths, see `misfit`.
        covariance_m2: (..., 2, 2).
    """
    spread = log_determinant(covariance_m2) + 2.0 * np.log(2.0 * np.pi)
    density: FloatArray = -(heavy_tailed(distance2) + spread) / 2.0
    return density


def log_determinant(covariance_m2: FloatArray) -> FloatArray:
    """Return the logarithms (...) of the determinants of covariances (..., 2, 2)."""
    logarithm: FloatArray = np.log(_determinant(covariance_m2))
    return logarithm


def at_least(covariance_m2: FloatArray, sigma_m: float) -> FloatArray:
    """Return covariances (..., 2, 2) whose standard deviations are nowhere less than `sigma_m`.

    The eigenvalues of [[m + h, b], [b, m - h]] are m +- r with r = |(h, b)|; its axes stay.
    """
    a, b, d = covariance_m2[..., 0, 0], covariance_m2[..., 0, 1], covariance_m2[..., 1, 1]
    m, h = (a + d) / 2.0, (a - d) / 2.0
    r = np.hypot(h, b)
    most, least = np.maximum(m + r, sigma_m**2), np.maximum(m - r, sigma_m**2)
    m, share = (most + least) / 2.0, (most - least) / (2.0 * np.where(r > 0.0, r, np.inf))
    lifted = np.empty_like(covariance_m2)
    lifted[..., 0, 0], lifted[..., 1, 1] = m + share * h, m - share * h
    lifted[..., 0, 1] = lifted[..., 1, 0] = share * b
    return lifted


def _determinant(covariance_m2: FloatArray) -> FloatArray:
    a, b = covariance_m2[..., 0, 0], covariance_m2[..., 0, 1]
    c, d = covariance_m2[..., 1, 0], covariance_m2[..., 1, 1]
    determinant: FloatArray = a * d - b * c
    return determinant
