"""Tracking is judged frame by frame of the truth: laws, and the cases that evaluators get wrong."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.evaluation.floor_frame import FloorFrame
from gpss_pose_ros.evaluation.tracking import tracking_figures

from .tracking_scenes import frame, frames, random_run

SEEDS = st.integers(0, 2**32 - 1)
PERCENTAGES = ("moda", "modp", "mota", "idf1", "hota")
A, B = (0.0, 0.0), (3.0, 0.0)


def values(figures):
    return np.array([np.nan if v is None else v for v in vars(figures).values()], dtype=np.float64)


def same(left, right):
    return np.allclose(values(left), values(right), rtol=1e-9, atol=1e-6, equal_nan=True)


def renamed(run, offset):
    return [replace(f, ids=offset - 7 * f.ids) for f in run]


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_truth_itself_is_perfect_whatever_its_names(seed):
    truth, _ = random_run(seed)
    assume(any(map(len, truth)))
    figures = tracking_figures(truth, renamed(truth, 1000))
    assert [getattr(figures, name) for name in PERCENTAGES] == pytest.approx([100.0] * 5)
    assert figures.error_mm_p95 == 0.0
    assert figures.misses == figures.false_positives == figures.identity_switches == 0


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_names_order_and_place_do_not_matter(seed):
    truth, found = random_run(seed)
    rng = np.random.default_rng(seed)
    angle, shift = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(-100.0, 100.0, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def elsewhere(run):
        moved = []
        for f in run:
            order = rng.permutation(len(f))
            moved.append(FloorFrame(f.stamp_ns, f.ids[order], f.positions_m[order] @ turn + shift))
        return [moved[k] for k in rng.permutation(len(moved))]

    other = tracking_figures(renamed(elsewhere(truth), 50), renamed(elsewhere(found), 9))
    assert same(tracking_figures(truth, found), other)


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_what_is_counted_adds_up(seed):
    truth, found = random_run(seed)
    figures = tracking_figures(truth, found)
    objects, reports = sum(map(len, truth)), sum(map(len, found))
    assert figures.objects == objects
    assert objects - figures.misses == reports - figures.false_positives >= 0
    if objects:
        mistakes = figures.misses + figures.false_positives
        assert figures.moda == pytest.approx(100.0 * (1.0 - mistakes / objects))
        switches = 100.0 * figures.identity_switches / objects
        assert figures.mota == pytest.approx(figures.moda - switches)
        assert 0.0 <= figures.idf1 <= 100.0
        assert 0.0 <= figures.hota <= 100.0


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_frames_without_output_are_misses_and_frames_without_people_inventions(seed):
    truth, found = random_run(seed)
    before = tracking_figures(truth, found)
    count = len(truth)
    truth = [*truth, frame(count, {1: A, 2: B}), frame(count + 1, {})]
    after = tracking_figures(truth, [*found, frame(count + 1, {1: A, 2: B, 3: (6.0, 0.0)})])
    assert after.objects == before.objects + 2
    assert after.misses == before.misses + 2
    assert after.false_positives == before.false_positives + 3


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_output_at_a_stamp_that_the_truth_does_not_know_does_not_count(seed):
    truth, found = random_run(seed)
    unknown = frame(len(truth), {1: A, 5000: B})
    assert same(tracking_figures(truth, found), tracking_figures(truth, [*found, unknown]))


def test_no_output_at_all_is_zero_not_nothing():
    figures = tracking_figures(frames({1: A}, {1: A, 2: B}), [])
    assert (figures.moda, figures.mota, figures.idf1, figures.hota) == (0.0, 0.0, 0.0, 0.0)
    assert figures.misses == 3
    assert figures.modp is figures.error_mm_median is figures.nees_mean is None


def test_nobody_there_and_somebody_reported_is_worth_nothing():
    figures = tracking_figures(frames({}, {}), frames({1: A}, {1: A}))
    assert figures.false_positives == 2
    assert figures.moda is figures.mota is None
    assert figures.idf1 == figures.hota == 0.0


def test_nobody_there_and_nobody_reported_says_nothing():
    figures = tracking_figures(frames({}, {}), [])
    assert all(getattr(figures, name) is None for name in PERCENTAGES)


@pytest.mark.parametrize(("distance_m", "misses"), [(0.5, 0), (0.5000001, 1)])
def test_the_gate_is_the_last_distance_that_counts(distance_m, misses):
    figures = tracking_figures(frames({1: A}), frames({1: (distance_m, 0.0)}), gate_m=0.5)
    assert figures.misses == figures.false_positives == misses


def test_precision_is_zero_at_the_gate_and_half_in_the_middle():
    truth = frames({1: A}, {1: A})
    assert tracking_figures(truth, frames({1: (0.5, 0)}, {1: (0.5, 0)})).modp == 0.0
    assert tracking_figures(truth, frames({1: (0.5, 0)}, {1: A})).modp == pytest.approx(50.0)


def test_errors_are_distances_on_the_floor_in_millimetres():
    figures = tracking_figures(frames({1: A, 2: B}), frames({1: (0.03, 0.04), 2: (3.0, 0.1)}))
    assert figures.error_mm_median == pytest.approx(75.0)
    assert figures.error_mm_p95 == pytest.approx(97.5)


def test_an_earlier_match_stays_though_another_is_nearer():
    truth = frames({1: A}, {1: A})
    kept = tracking_figures(truth, frames({7: A}, {7: (0.4, 0.0), 8: A}))
    assert (kept.identity_switches, kept.false_positives) == (0, 1)
    assert kept.error_mm_p95 == pytest.approx(380.0)
    left = tracking_figures(truth, frames({7: A}, {7: (0.6, 0.0), 8: A}))
    assert (left.identity_switches, left.false_positives) == (1, 1)


def test_found_as_somebody_else_after_a_gap_is_a_switch_and_the_same_again_is_none():
    truth = frames({1: A}, {1: A}, {}, {1: A})
    assert tracking_figures(truth, frames({7: A}, {}, {}, {8: A})).identity_switches == 1
    assert tracking_figures(truth, frames({7: A}, {}, {}, {7: A})).identity_switches == 0


def test_two_people_who_are_exchanged_are_two_switches():
    figures = tracking_figures(
        frames(*[{1: A, 2: B}] * 4), frames(*[{7: A, 8: B}] * 2, *[{8: A, 7: B}] * 2)
    )
    assert figures.identity_switches == 2
    assert (figures.moda, figures.mota, figures.idf1) == (100.0, 75.0, 50.0)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_track_that_followed_two_people_stays_with_the_newer_one(order):
    """Both were last found as 7, and both are within its gate; 1 is nearer, 2 had it last."""
    together = {1: (0.1, 0.0), 2: (0.2, 0.0)}
    truth = frames({1: A}, {2: A}, {identity: together[identity] for identity in order})
    figures = tracking_figures(truth, frames({7: A}, {7: A}, {7: A, 8: A}))
    assert figures.identity_switches == 1
    assert figures.error_mm_p95 == pytest.approx(np.quantile([0.0, 0.0, 100.0, 200.0], 0.95))


@given(
    st.floats(0.0, 3.0),
    st.floats(0.0, 2.0 * np.pi),
    st.tuples(st.floats(0.01, 0.2), st.floats(0.01, 0.2), st.floats(-0.9, 0.9)),
)
@settings(deadline=None)
def test_nees_is_the_square_of_the_error_in_standard_deviations(sigmas, angle, spread):
    sx, sy, correlation = spread
    covariance = np.array([[sx**2, correlation * sx * sy], [correlation * sx * sy, sy**2]])
    error = np.linalg.cholesky(covariance) @ [sigmas * np.cos(angle), sigmas * np.sin(angle)]
    found = [frame(0, {7: error}, covariance[None])]
    figures = tracking_figures(frames({1: A}), found, gate_m=10.0)
    assert figures.nees_mean == pytest.approx(sigmas**2, rel=1e-6, abs=1e-9)
    inside = sigmas**2 <= 5.991464547
    if abs(sigmas**2 - 5.991464547) > 1e-6:
        assert figures.ellipse95_coverage == float(inside)


def test_covariances_that_tell_the_truth_contain_95_percent():
    rng = np.random.default_rng(1)
    covariance = np.array([[0.01, 0.004], [0.004, 0.005]])
    places = np.array([(10.0 * k, 0.0) for k in range(20)])
    errors = rng.multivariate_normal(A, covariance, (200, len(places)))
    truth = frames(*[dict(enumerate(places))] * len(errors))
    found = [
        frame(k, dict(enumerate(places + error)), np.tile(covariance, (len(places), 1, 1)))
        for k, error in enumerate(errors)
    ]
    figures = tracking_figures(truth, found, gate_m=2.0)
    assert figures.nees_mean == pytest.approx(2.0, abs=0.1)
    assert figures.ellipse95_coverage == pytest.approx(0.95, abs=0.015)


def test_consistency_is_judged_where_covariances_are_given():
    found = [frame(0, {7: (0.1, 0.0)}, 0.01 * np.eye(2)[None]), frame(1, {7: (0.4, 0.0)})]
    assert tracking_figures(frames({1: A}, {1: A}), found).nees_mean == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("ids", "positions", "covariances", "names"),
    [
        ([1, 1], [A, B], None, r"5 ns: identities given twice: \[1\]"),
        ([1.5], [A], None, "ids must be .* integers"),
        ([1], [A, B], None, "positions_m must have shape"),
        ([1], [(0.0, np.nan)], None, "positions_m must be finite"),
        ([1], [A], [np.zeros((2, 2))], "positive definite"),
        ([1], [A], [[[1.0, 2.0], [2.0, 1.0]]], "positive definite"),
        ([1], [A], [[[-1.0, 0.0], [0.0, -1.0]]], "positive definite"),
        ([1], [A], [[[1.0, 0.1], [0.2, 1.0]]], "symmetric"),
        ([1], [A], [[[np.nan, 0.0], [0.0, 1.0]]], "positive definite"),
        ([1], [A], [[[np.inf, 0.0], [0.0, 1.0]]], "positive definite"),
    ],
)
def test_a_frame_that_is_none_is_refused(ids, positions, covariances, names):
    with pytest.raises(InputError, match=names):
        FloorFrame(5, np.array(ids), np.array(positions), covariances)


def test_two_frames_of_one_stamp_are_refused():
    with pytest.raises(InputError, match="output: two frames have the stamp 0 ns"):
        tracking_figures(frames({1: A}), [frame(0, {}), frame(0, {1: A})])
    with pytest.raises(InputError, match="truth: two frames"):
        tracking_figures([frame(0, {}), frame(0, {1: A})], [])


@pytest.mark.parametrize("gate_m", [0.0, -1.0, np.nan, np.inf])
def test_a_gate_that_is_no_distance_is_refused(gate_m):
    with pytest.raises(InputError, match="gate must be above 0 m"):
        tracking_figures([], [], gate_m)
