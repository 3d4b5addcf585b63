"""Takes what is seen of persons into what is known of them: place, feet, and names of the feet."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.fusion.doubles import beside_others
from gpss_pose_ros.fusion.followed import Followed, set_beliefs
from gpss_pose_ros.fusion.foot_filter import FootBelief
from gpss_pose_ros.fusion.footwork import BoolArray, FeetSeen, followed, renamed
from gpss_pose_ros.fusion.handedness import updated_odds
from gpss_pose_ros.fusion.hold import expected
from gpss_pose_ros.fusion.kalman import at_least, correct, excess, log_likelihood, misfit
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings
from gpss_pose_ros.types import FloatArray, PersonObservation

_SHORTEST_S = 1e-3


def take(
    persons: Sequence[Followed], seen: Sequence[PersonObservation], settings: TrackerSettings
) -> None:
    """Correct each person by what is seen of them now."""
    if not persons:
        return
    stamps = [max(p.stamp_ns, o.stamp_ns) for p, o in zip(persons, seen, strict=True)]
    ages_s = np.array([p.age_s(stamp) for p, stamp in zip(persons, stamps, strict=True)])
    alike = 1.0 + settings.correlation_s / np.maximum(ages_s, _SHORTEST_S)
    states, covariances, likelihoods = _places(persons, seen, ages_s, alike, settings)
    # What is wrong now was wrong a moment ago: looks that are alike are no independent evidence.
    ratios = (likelihoods - np.log(_false_m2(persons, seen, settings))) / alike
    belief, odds, crossed = _feet(persons, seen, ages_s, alike, states, covariances)
    set_beliefs(persons, belief, settings)
    for i, person in enumerate(persons):
        person.state, person.covariance = states[i], covariances[i]
        person.evidence += float(ratios[i])
        person.stamp_ns, person.last, person.empty_ns = stamps[i], seen[i], None
        person.odds, person.crossed = float(odds[i]), bool(crossed[i])
        person.note_walk()
        person.note_colours()


def _false_m2(
    persons: Sequence[Followed], seen: Sequence[PersonObservation], settings: TrackerSettings
) -> FloatArray:
    """Return the density (n,) of false sightings where each person is seen, in [1/m^2]."""
    places_m = np.array([o.position_m for o in seen])
    sure = np.array([p.confirmed for p in persons])
    doubles = beside_others(places_m[None] - places_m[:, None], sure, settings)
    density: FloatArray = settings.false_density_m2 + np.diagonal(doubles)
    return density


def begin(persons: Sequence[Followed], settings: TrackerSettings) -> None:
    """Take the feet of persons who are seen for the first time."""
    if not persons:
        return
    now = np.zeros(len(persons))
    beliefs = FootBelief.stacked([p.belief for p in persons])
    odds = np.array([p.odds for p in persons])
    walking = np.array([p.state[2:] for p in persons])
    feet = FeetSeen.of([p.last.feet for p in persons])
    after, _, _ = followed(beliefs, odds, now, walking, feet)
    set_beliefs(persons, after, settings)


def _places(
    persons: Sequence[Followed],
    seen: Sequence[PersonObservation],
    ages_s: FloatArray,
    alike: FloatArray,
    settings: TrackerSettings,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return states (n, 4) and covariances (n, 4, 4) after the observed positions.

    And (n,) the log likelihoods of these, in [1/m^2].
    """
    states, P = expected(
        np.array([p.state for p in persons]),
        np.array([p.covariance for p in persons]),
        ages_s,
        settings,
    )
    noise = np.array([o.covariance_m2 for o in seen]) * alike[:, None, None]
    positions = np.array([o.position_m for o in seen])
    spread = P[:, :2, :2] + noise
    distance2 = misfit(positions - states[:, :2], spread)
    likelihoods = log_likelihood(distance2, spread)
    states, P = correct(states, P, positions, noise * excess(distance2)[:, None, None])
    P[:, :2, :2] = at_least(P[:, :2, :2], settings.min_sigma_m)
    speed = np.linalg.norm(states[:, 2:], axis=1)
    states[:, 2:] *= np.minimum(1.0, settings.max_speed_mps / np.maximum(speed, 1e-9))[:, None]
    return states, P, likelihoods


def _feet(
    persons: Sequence[Followed],
    seen: Sequence[PersonObservation],
    ages_s: FloatArray,
    alike: FloatArray,
    states: FloatArray,
    covariances: FloatArray,
) -> tuple[FootBelief, FloatArray, BoolArray]:
    """Return the belief in the feet, its log odds, and whose feet the observation names wrong."""
    odds = np.array([p.odds for p in persons])
    feet = FeetSeen.of([o.feet for o in seen]).scaled(alike)
    belief, log_ratio, crossed = followed(
        FootBelief.stacked([p.belief for p in persons]), odds, ages_s, states[:, 2:], feet
    )
    odds, wrong = updated_odds(odds, ages_s, log_ratio, belief, states, covariances)
    return renamed(belief, wrong), odds, crossed ^ wrong
