"""HOTA: detection and association in one figure (Luiten et al. 2021)."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from gpss_pose_ros.evaluation.floor_frame import IntArray
from gpss_pose_ros.evaluation.frame_pairs import FramePair, FramePairs
from gpss_pose_ros.types import FloatArray

_ALPHAS = np.arange(1, 20) / 20.0
_ROUNDING = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class _Matches:
    """Who is matched with whom, all frames together.

    Attributes:
        truth_rows: (n,) identities, as in FramePair.
        found_rows: (n,) likewise.
        similarities: (n,) in [0, 1].
    """

    truth_rows: IntArray
    found_rows: IntArray
    similarities: FloatArray


def hota(paired: FramePairs, zero_m: float) -> float | None:
    """Return HOTA in percent, None where nobody was there and nobody reported.

    The mean over the localisation thresholds alpha = 0.05, 0.10 ... 0.95 of sqrt(DetA AssA), of
    the matches whose similarity is at least alpha. The similarity of two positions is
    max(0, 1 - d / zero_m): TrackEval's convention for distances. There a distance of half the
    zero point is a similarity of 0.5, which is where boxes are taken for the same object; so the
    zero point that belongs to a gate is twice that gate.

    Args:
        paired: truth and output.
        zero_m: distance at which the similarity becomes zero, in [m].
    """
    if not paired.objects + paired.reports:
        return None
    alignment = _alignment(paired, zero_m)
    matches = _matches(paired, zero_m, alignment)
    return 100.0 * float(np.mean([_score(paired, matches, alpha) for alpha in _ALPHAS]))


def _similarity(pair: FramePair, zero_m: float) -> FloatArray:
    similarity: FloatArray = np.maximum(0.0, 1.0 - pair.distances_m / zero_m)
    return similarity


def _alignment(paired: FramePairs, zero_m: float) -> FloatArray:
    """Return (I, J) how far two identities go together over the whole run, in [0, 1].

    The Jaccard index of their frames; a frame counts by their similarity in it, and less where
    they are as similar to others (Luiten et al. 2021, 2.4; as TrackEval weights it).
    """
    together = np.zeros((len(paired.truth_ids), len(paired.found_ids)))
    for pair in paired.pairs:
        similarity = _similarity(pair, zero_m)
        either = similarity.sum(axis=0) + similarity.sum(axis=1)[:, None] - similarity
        share = np.divide(similarity, either, out=np.zeros_like(similarity), where=either > 0.0)
        together[np.ix_(pair.truth_rows, pair.found_rows)] += share
    return together / (paired.truth_counts[:, None] + paired.found_counts - together)


def _matches(paired: FramePairs, zero_m: float, alignment: FloatArray) -> _Matches:
    """Match every frame such that the matches are well aligned and similar."""
    frames = []
    for pair in paired.pairs:
        similarity = _similarity(pair, zero_m)
        score = similarity * alignment[np.ix_(pair.truth_rows, pair.found_rows)]
        i, j = linear_sum_assignment(score, maximize=True)
        frames.append((pair.truth_rows[i], pair.found_rows[j], similarity[i, j]))
    truth_rows, found_rows, similarities = zip(*frames, strict=True)
    return _Matches(
        np.concatenate(truth_rows), np.concatenate(found_rows), np.concatenate(similarities)
    )


def _score(paired: FramePairs, matches: _Matches, alpha: float) -> float:
    """Return sqrt(DetA AssA) of the matches whose similarity is at least alpha."""
    similar = matches.similarities >= alpha - _ROUNDING
    matched = int(similar.sum())
    if not matched:
        return 0.0
    together = np.zeros((len(paired.truth_ids), len(paired.found_ids)))
    np.add.at(together, (matches.truth_rows[similar], matches.found_rows[similar]), 1.0)
    either = paired.truth_counts[:, None] + paired.found_counts - together
    association = float((together * together / either).sum()) / matched
    detection = matched / (paired.objects + paired.reports - matched)
    return math.sqrt(detection * association)
