"""Which foot is the left one, over time: networks confuse sides for single instants.

A track keeps the log odds that its feet are named right. Every instant's own names are a vote, and
so is walking: people mostly walk forward, and the left foot is then on the left.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from gpss_pose_ros.fusion import gait
from gpss_pose_ros.fusion.foot_filter import FootBelief
from gpss_pose_ros.types import FloatArray

LABEL_TRUST = 0.8
"""Probability that one instant names the feet right. Neighbouring instants err alike: this is less
than how often networks are right."""
FIRST_ODDS = float(np.log(LABEL_TRUST / (1.0 - LABEL_TRUST)))
"""Log odds that feet seen once are named right."""
_FORWARD_TRUST = 0.75
_MEMORY_S = 0.8
_INSTANT_S = 0.1
_FLIP_ODDS = -1.0  # not at 0: names shall not flicker


def vote(log_ratio: FloatArray, trust: float) -> FloatArray:
    """Return the log odds that a witness who is right with probability `trust` adds to a claim.

    Args:
        log_ratio: (...) log likelihood ratio of the witness having made that claim.
        trust: in (0.5, 1); no vote is more than log(trust / (1 - trust)).
    """
    right, wrong = np.log(trust), np.log(1.0 - trust)
    pro, contra = np.logaddexp(right + log_ratio, wrong), np.logaddexp(wrong + log_ratio, right)
    return np.asarray(pro - contra)


def updated_odds(
    odds: FloatArray,
    dt_s: FloatArray,
    log_ratio: FloatArray,
    feet: FootBelief,
    states: FloatArray,
    covariances: FloatArray,
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return log odds (n,) that feet are named right, and (n,) whether they must be renamed.

    Args:
        odds: (n,) before.
        dt_s: (n,) since then, in [s].
        log_ratio: (n,) of an instant's feet being named as the track's, by their positions.
        feet: (n, 2 feet).
        states: (n, 4) x, y, vx, vy of the persons.
        covariances: (n, 4, 4) of them.
    """
    walking = vote(_left_is_left(feet, states, covariances), _FORWARD_TRUST)
    votes = vote(log_ratio, LABEL_TRUST) + walking
    share = np.minimum(dt_s / _INSTANT_S, 1.0)  # of an instant: more pictures are not more news
    odds = odds * np.exp(-dt_s / _MEMORY_S) + share * votes
    renamed = odds < _FLIP_ODDS
    return np.where(renamed, -odds, odds), renamed


def _left_is_left(feet: FootBelief, states: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return the log odds (n,) that the left foot is left of the direction of travel.

    They say nothing (0) about a person who hardly moves.
    """
    velocity = states[:, 2:]
    speed = np.maximum(np.linalg.norm(velocity, axis=1), gait.WALK_MPS)
    ahead = velocity / speed[:, None]
    left = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    apart = feet.position_m[:, 0] - feet.position_m[:, 1]
    aside = np.einsum("ni,ni->n", apart, left)
    along = np.einsum("ni,ni->n", apart, ahead)
    turn2 = np.einsum("ni,nij,nj->n", left, covariances[:, 2:, 2:], left) / speed**2
    blur = feet.covariance_m2.sum(axis=1)
    sigma = np.sqrt(np.einsum("ni,nij,nj->n", left, blur, left) + along**2 * turn2 + 1e-6)
    clear = aside / sigma
    walks = np.linalg.norm(velocity, axis=1) > gait.WALK_MPS
    return np.where(walks, log_ndtr(clear) - log_ndtr(-clear), 0.0)
