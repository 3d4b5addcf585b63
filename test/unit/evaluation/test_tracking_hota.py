"""HOTA is what its paper says, and behaves as a figure of merit should."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gpss_pose_ros.evaluation.frame_pairs import pair_frames
from gpss_pose_ros.evaluation.hota import hota

from .tracking_scenes import frames, random_run

ZERO_M = 1.0
SEEDS = st.integers(0, 2**32 - 1)
A, B = (0.0, 0.0), (3.0, 0.0)


def ours(truth, found, zero_m=ZERO_M):
    return hota(pair_frames(truth, found), zero_m)


class ByDefinition:
    """HOTA from its definition: sets of true positives, and all assignments tried."""

    def __init__(self, truth, found):
        self.instants = [
            (
                dict(zip(t.ids, t.positions_m, strict=True)),
                dict(zip(f.ids, f.positions_m, strict=True)),
            )
            for t, f in zip(truth, found, strict=True)
        ]

    def value(self):
        best = [self.best_pairs(k) for k in range(len(self.instants))]
        return 100.0 * np.mean([self.at(alpha / 20.0, best) for alpha in range(1, 20)])

    def similarity(self, k, i, j):
        there, said = self.instants[k]
        return max(0.0, 1.0 - math.dist(there[i], said[j]) / ZERO_M)

    def frames_with(self, side, identity):
        return sum(identity in instant[side] for instant in self.instants)

    def alignment(self, i, j):
        together = 0.0
        for k, (there, said) in enumerate(self.instants):
            if i in there and j in said and self.similarity(k, i, j) > 0.0:
                rivals = sum(self.similarity(k, i, other) for other in said)
                rivals += sum(self.similarity(k, other, j) for other in there)
                together += self.similarity(k, i, j) / (rivals - self.similarity(k, i, j))
        return together / (self.frames_with(0, i) + self.frames_with(1, j) - together)

    def best_pairs(self, k):
        there, said = self.instants[k]
        choices = [*said, *[None] * len(there)]
        candidates = [
            [(i, j) for i, j in zip(there, chosen, strict=True) if j is not None]
            for chosen in permutations(choices, len(there))
        ]
        worth = {
            (i, j): self.alignment(i, j) * self.similarity(k, i, j) for i in there for j in said
        }
        return max(candidates, key=lambda pairs: sum(worth[pair] for pair in pairs))

    def at(self, alpha, best):
        true_positives = [
            pair
            for k, pairs in enumerate(best)
            for pair in pairs
            if self.similarity(k, *pair) >= alpha
        ]
        if not true_positives:
            return 0.0
        people = sum(len(there) + len(said) for there, said in self.instants)
        association = 0.0
        for i, j in true_positives:
            tpa = true_positives.count((i, j))
            fna, fpa = self.frames_with(0, i) - tpa, self.frames_with(1, j) - tpa
            association += tpa / (tpa + fna + fpa)
        return math.sqrt(association / (people - len(true_positives)))


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_it_is_what_its_definition_says(seed):
    truth, found = random_run(seed, most_frames=5, most_people=3)
    assume(any(map(len, (*truth, *found))))
    assert ours(truth, found) == pytest.approx(ByDefinition(truth, found).value(), abs=1e-9)


def test_a_track_cut_in_two_halves_its_association():
    truth = frames(*[{1: A}] * 4)
    found = frames(*[{7: A}] * 2, *[{8: A}] * 2)
    assert ours(truth, found) == pytest.approx(100.0 * math.sqrt(0.5))


def test_people_half_of_whom_are_missed_have_half_the_detection():
    truth, found = frames(*[{1: A, 2: B}] * 3), frames(*[{7: A}] * 3)
    assert ours(truth, found) == pytest.approx(100.0 * math.sqrt(0.5))


@pytest.mark.parametrize(
    ("distance_m", "thresholds"), [(0.0, 19), (0.5, 10), (0.26, 14), (0.95, 1), (0.96, 0), (2.0, 0)]
)
def test_an_offset_counts_up_to_the_threshold_that_its_similarity_reaches(distance_m, thresholds):
    truth, found = frames(*[{1: A}] * 3), frames(*[{7: (distance_m, 0.0)}] * 3)
    assert ours(truth, found) == pytest.approx(100.0 * thresholds / 19.0)


@given(SEEDS, st.floats(0.1, 10.0))
@settings(max_examples=30, deadline=None)
def test_only_distances_over_the_zero_point_matter(seed, scale):
    truth, found = random_run(seed, most_frames=10)
    assume(any(map(len, (*truth, *found))))
    zoomed = [
        [type(f)(f.stamp_ns, f.ids, f.positions_m * scale) for f in run] for run in (truth, found)
    ]
    assert ours(*zoomed, zero_m=scale * ZERO_M) == pytest.approx(ours(truth, found))


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_truth_and_output_exchanged_have_the_same_value(seed):
    truth, found = random_run(seed)
    assume(any(map(len, (*truth, *found))))
    assert ours(truth, found) == pytest.approx(ours(found, truth))
