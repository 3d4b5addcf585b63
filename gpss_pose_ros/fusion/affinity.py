"""How much likelier two observations are one person than two: log likelihood ratios of pairs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.fusion.association_rays import JointRays
from gpss_pose_ros.fusion.association_settings import AssociationSettings
from gpss_pose_ros.fusion.small_matrices import dot
from gpss_pose_ros.types import FloatArray, FloorObservation

IntArray = npt.NDArray[np.intp]

_SIDES_CONFUSED = np.log(0.2)
"""How often a pose model takes left for right, as a log likelihood."""

_MIDDLE_HEIGHT_M = 1.0
"""Of a person: how far away a person is, is measured from there."""

_WRONG_PLACE = 0.1
"""How often feet are placed nowhere near the person, whatever the covariance says."""

_BODY_SIGMA_M = 0.3
"""By how much two cameras differ in where all joints together put a person."""

_WRONG_KEYPOINT = 0.1
"""How often a keypoint with a good score is somewhere else altogether."""

_DEGREES_OF_FREEDOM = 3.0
"""Of Student's t, which keypoint errors follow: more far off than a normal distribution has."""

_PARALLAX = 0.1
"""Sine of the angle between two rays at which they tell half of what rays across tell."""

_LEAST_SINE2 = 1e-8
"""Of the angle between two rays; below, rounding decides where they come closest."""

_PAIRS_AT_ONCE = 512
"""So that what is computed on stays in the processor's cache."""


def floor_evidence(
    observations: Sequence[FloorObservation], pairs: IntArray, settings: AssociationSettings
) -> tuple[FloatArray, FloatArray]:
    """Return log likelihood ratios (P,) from the floor, and squared Mahalanobis distances (P,).

    One person is seen at two places that differ by N(0, S), where S is the sum of both covariances;
    somebody else, whom the first camera does not see, is anywhere with the same density.
    """
    positions = np.array([o.position_m for o in observations]).reshape(-1, 2)
    covariances = np.array([o.covariance_m2 for o in observations]).reshape(-1, 2, 2)
    i, j = pairs.T
    x, y = (positions[j] - positions[i]).T
    common = settings.calibration_sigma_m**2
    a, b, _, d = (covariances[i] + covariances[j]).reshape(-1, 4).T
    a, d = a + common, d + common
    determinant = a * d - b * b
    distances2 = (d * x * x - 2.0 * b * x * y + a * y * y) / determinant
    log_density = -0.5 * (distances2 + np.log(determinant)) - np.log(2.0 * np.pi)
    return log_density - np.log(settings.single_density_m2), distances2


def place_evidence(
    on_floor: FloatArray, bodies_m: FloatArray, pairs: IntArray, settings: AssociationSettings
) -> FloatArray:
    """Return log likelihood ratios (P,) from the floor, which now and then is wrong altogether.

    Then the places (N, 2) tell at which all joints together put the persons; NaN tells nothing.
    """
    i, j = pairs.T
    distances2 = np.square(bodies_m[j] - bodies_m[i]).sum(axis=1)
    exponent = -0.5 * distances2 / _BODY_SIGMA_M**2
    by_body = exponent - np.log(2.0 * np.pi * _BODY_SIGMA_M**2 * settings.single_density_m2)
    by_body = np.fmax(by_body, 0.0)
    evidence: FloatArray = np.logaddexp(
        on_floor + np.log1p(-_WRONG_PLACE), by_body + np.log(_WRONG_PLACE)
    )
    return evidence


def joint_evidence(
    rays: JointRays, places_m: FloatArray, pairs: IntArray, settings: AssociationSettings
) -> FloatArray:
    """Return log likelihood ratios (P,) from the joints; 0 where a pair has none in common.

    Args:
        rays: at the joints of N persons.
        places_m: (N, 2) on the floor, about where these are.
        pairs: (P, 2) of them.
        settings: how exact keypoints and calibration are.
    """
    from_m = np.vstack([places_m.T, np.full(len(places_m), _MIDDLE_HEIGHT_M)]) - rays.origins
    sigmas_m = rays.sigmas_rad * np.linalg.norm(from_m, axis=0)
    evidence = np.zeros(len(pairs))
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        i, j = pairs[start : start + _PAIRS_AT_ONCE].T
        variances = sigmas_m[i] ** 2 + sigmas_m[j] ** 2 + settings.calibration_sigma_m**2
        evidence[start : start + _PAIRS_AT_ONCE] = _pose_evidence(
            rays.only(i), rays.only(j), variances[:, None], settings
        )
    return evidence


def _pose_evidence(
    a: JointRays, b: JointRays, variances_m2: FloatArray, settings: AssociationSettings
) -> FloatArray:
    """Return log likelihood ratios (P,), the sides as given or exchanged, whichever fits better."""
    evidence = _ray_evidence(a, b.both_ways(), variances_m2, settings)
    direct, exchanged = _tempered(evidence, settings.independent_keypoints)
    better: FloatArray = np.maximum(direct, exchanged + _SIDES_CONFUSED)
    return better


def _tempered(evidence: FloatArray, limit: float) -> FloatArray:
    """Return the sum (...) of (..., J), counted as at most `limit` independent joints; NaN is none.

    A pose is wrong as a whole rather than joint by joint.
    """
    told = np.isfinite(evidence)
    share = np.minimum(1.0, limit / np.maximum(told.sum(axis=-1), 1))
    total: FloatArray = np.where(told, evidence, 0.0).sum(axis=-1) * share
    return total


def _ray_evidence(
    a: JointRays, b: JointRays, variances_m2: FloatArray, settings: AssociationSettings
) -> FloatArray:
    """Return log likelihood ratios (..., P, J) of rays; NaN where either is missing.

    Of one person, the gap between two rays, and how far above the tallest person or under the floor
    they come closest, follow Student's t with variances_m2 (P, 1) of the keypoints. Of two, the gap
    has besides the distance of neighbours. Rays that are nearly parallel tell little.
    """
    along_a, along_b, gap2, sine2 = _closest(a, b)
    rise_a, rise_b = a.directions[2], b.directions[2]
    heights_a = a.origins[2][:, None] + along_a * rise_a
    height = (heights_a + b.origins[2][:, None] + along_b * rise_b) / 2.0
    outside = np.maximum(np.maximum(-height, height - settings.max_height_m), 0.0)
    height_variance = variances_m2 * (rise_a**2 + rise_b**2) / (2.0 * sine2)
    misfit = gap2 / variances_m2 + outside**2 / height_variance
    wide = variances_m2 + settings.neighbour_gap_m**2
    nu = _DEGREES_OF_FREEDOM
    ratio: FloatArray = ((1.0 + gap2 / (nu * wide)) / (1.0 + misfit / nu)) ** ((nu + 1.0) / 2.0)
    ratio *= np.sqrt(wide / variances_m2)
    told = np.log((1.0 - _WRONG_KEYPOINT) * ratio + _WRONG_KEYPOINT)
    return told * (sine2 / (sine2 + _PARALLAX**2))


def _closest(a: JointRays, b: JointRays) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return where rays come closest: metres along each, squared gap and squared sine (..., P, J).

    With unit directions u, v and the baseline w from a to b, the gap w + t v - s u is least where
    it is perpendicular to both rays:

        s = (u.w - (u.v) v.w) / sine^2,  t = ((u.v) u.w - v.w) / sine^2,  sine^2 = 1 - (u.v)^2

    and its square is then w.(w + t v - s u).
    """
    w = (b.origins - a.origins)[:, :, None]
    uv = dot(a.directions, b.directions)
    uw, vw = dot(a.directions, w), dot(b.directions, w)
    sine2 = np.maximum(1.0 - uv * uv, _LEAST_SINE2)
    s = (uw - uv * vw) / sine2
    t = (uv * uw - vw) / sine2
    return s, t, np.maximum(dot(w, w) + t * vw - s * uw, 0.0), sine2
