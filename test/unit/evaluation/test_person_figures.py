"""A run against the truth: misses, inventions and errors are counted where they happen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.evaluation.coverage import ellipse_coverage
from gpss_pose_ros.evaluation.person_figures import (
    ghost_tracks,
    identity_switches,
    person_figures,
    run_figures,
)
from gpss_pose_ros.evaluation.person_matches import match_instants
from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
    TrueView,
)
from gpss_pose_ros.evaluation.person_tables import feet_lines, keypoint_lines, recall_lines
from gpss_pose_ros.reporting import Report
from gpss_pose_ros.types import Foot, FootSource, Side, TrackStatus

NAMES_THAT_SCRIPTS_READ = {
    "recall",
    "false_positives_per_camera_minute",
    "false_positives_per_camera_minute_at_iou_0.5",
    "feet_mm_median",
    "feet_mm_p95",
    "ellipse95_coverage",
    "delivered_fraction",
    "age_ms_p95",
    "real_time_factor",
}
RATE_HZ = 10.0
BOX = np.array([100.0, 100.0, 200.0, 300.0])
STANCE = {Side.LEFT: np.array([0.0, 0.1]), Side.RIGHT: np.array([0.0, -0.1])}
VISIBLE = {"north": TrueView(True, 1.0, BOX[None])}
HIDDEN = {"north": TrueView(False, 0.1, BOX[None])}


def true_person(x_m=0.0, views=VISIBLE, person_id=1, keypoints_m=None):
    feet = {side: np.add(foot, [x_m, 0.0]) for side, foot in STANCE.items()}
    return TruePerson(person_id, feet, views, keypoints_m)


def found_person(x_m=0.0, status=TrackStatus.CONFIRMED, track_id=1, sigma_m=0.05, **rest):
    feet = {
        side: Foot(np.add(foot, [x_m, 0.0]), np.eye(2) * sigma_m**2, FootSource.OBSERVED)
        for side, foot in STANCE.items()
    }
    return FoundPerson(track_id, status, np.array([x_m, 0.0]), rest.pop("feet", feet), **rest)


def run(*instants):
    """Match (true persons, found persons, boxes of camera north), instant by instant."""
    truth = [TrueInstant(k, tuple(there)) for k, (there, *_) in enumerate(instants)]
    found = [
        FoundInstant(k, tuple(said), {"north": np.reshape(boxes, (-1, 4))})
        for k, (_, said, boxes) in enumerate(instants)
    ]
    return match_instants(truth, found)


def values(matched):
    return {f.name: f.value for f in person_figures(matched, RATE_HZ)}


def test_the_names_are_those_that_scripts_read():
    figures = (*person_figures((), RATE_HZ), *run_figures(None, [], None))
    assert {f.name for f in figures} >= NAMES_THAT_SCRIPTS_READ


def test_nothing_measured_has_no_value_and_misses_its_goal():
    figures = (*person_figures((), RATE_HZ), *run_figures(None, [], None))
    assert all(not f.reached for f in figures if f.goal)
    assert "not measured" in Report("demo", figures).table()


def test_perfect_reports_are_perfect():
    figures = person_figures(run(*[([true_person()], [found_person()], BOX)] * 3), RATE_HZ)
    named = {f.name: f for f in figures}
    assert named["recall"].value == 1.0
    assert named["false_positives_per_camera_minute"].value == 0.0
    assert named["feet_mm_worst"].value == pytest.approx(0.0)
    assert named["ghost_tracks"].value == named["identity_switches"].value == 0.0


@pytest.mark.parametrize(
    ("said", "recall", "with_held"),
    [
        ([], 0.0, 0.0),
        ([found_person(0.6)], 0.0, 0.0),
        ([found_person(0.4)], 1.0, 1.0),
        ([found_person(status=TrackStatus.TENTATIVE)], 1.0, 1.0),
        ([found_person(status=TrackStatus.HELD)], 0.0, 1.0),
        ([found_person(status=TrackStatus.LOST)], 0.0, 0.0),
    ],
    ids=["nobody", "too far", "near", "tentative", "held", "lost"],
)
def test_a_person_counts_as_found_only_when_seen_at_the_place(said, recall, with_held):
    found = values(run(([true_person()], said, [])))
    assert (found["recall"], found["recall_with_held"]) == (recall, with_held)


def test_people_whose_feet_no_camera_shows_do_not_count_for_recall():
    hidden = true_person(5.0, HIDDEN, person_id=2)
    found = values(run(([true_person(), hidden], [found_person()], BOX)))
    assert found["recall"] == 1.0


def test_a_held_track_does_not_take_the_place_of_a_person_seen():
    said = [found_person(0.0, TrackStatus.HELD, track_id=7), found_person(0.2, track_id=8)]
    (match,) = run(([true_person()], said, BOX))[0].persons
    assert match.seen.track_id == 8
    assert match.held is None


def test_an_instant_that_was_not_processed_is_left_out_and_an_empty_result_is_not():
    truth = [TrueInstant(k, (true_person(),)) for k in range(3)]
    matched = match_instants(truth, [FoundInstant(0, (found_person(),)), FoundInstant(2, ())])
    assert [m.truth.stamp_ns for m in matched] == [0, 2]
    assert values(matched)["recall"] == 0.5


def test_distances_are_in_millimetres_and_sides_are_not_exchanged():
    swapped = {side: Foot(STANCE[side.other], np.eye(2), FootSource.OBSERVED) for side in STANCE}
    assert values(run(([true_person()], [found_person(0.03)], [])))[
        "feet_mm_median"
    ] == pytest.approx(30.0)
    assert values(run(([true_person()], [found_person(feet=swapped)], [])))[
        "feet_mm_median"
    ] == pytest.approx(200.0)


def test_an_occluded_foot_is_not_placed():
    feet = {
        Side.LEFT: Foot(STANCE[Side.LEFT], np.eye(2), FootSource.INFERRED),
        Side.RIGHT: Foot(np.zeros(2), np.eye(2), FootSource.OCCLUDED),
    }
    found = values(run(([true_person()], [found_person(feet=feet)], [])))
    assert found["feet_placed_fraction"] == 0.5
    assert found["feet_mm_worst"] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("boxes", "false"),
    [
        ([], 0),
        ([BOX], 0),
        ([BOX, BOX + 1.0], 1),
        ([BOX + 300.0], 1),
        ([BOX, BOX + 300.0, BOX + 600.0], 2),
    ],
    ids=["none", "right", "twice", "elsewhere", "right and two elsewhere"],
)
def test_false_detections_are_counted_per_camera_minute(boxes, false):
    one_minute = round(60 * RATE_HZ)
    quiet = ([true_person()], [found_person()], [BOX])
    matched = run(([true_person()], [found_person()], boxes), *[quiet] * (one_minute - 1))
    assert values(matched)["false_positives_per_camera_minute"] == pytest.approx(false)


def test_a_box_drawn_too_loosely_is_wrong_only_as_detectors_are_judged():
    loose = BOX + np.array([0.4, 0.0, 0.4, 0.0]) * (BOX[2] - BOX[0])
    found = values(run(([true_person()], [found_person()], [loose])))
    assert found["false_positives_per_camera_minute"] == 0.0
    assert found["false_positives_per_camera_minute_at_iou_0.5"] == pytest.approx(RATE_HZ * 60)


def test_seeing_somebody_of_whom_little_shows_is_not_wrong():
    matched = run(([true_person(views=HIDDEN)], [found_person()], [BOX]))
    assert values(matched)["false_positives_per_camera_minute"] == 0.0


def test_a_ghost_is_a_confirmed_track_beside_nobody():
    real, ghost = found_person(track_id=1), found_person(3.0, track_id=2)
    brief = found_person(-3.0, TrackStatus.TENTATIVE, track_id=3)
    matched = run(([true_person()], [real, ghost, brief], BOX), ([true_person()], [real], BOX))
    assert ghost_tracks(matched) == {2}
    assert values(matched)["false_persons_per_minute"] == pytest.approx(2 / 2 * RATE_HZ * 60)


def test_a_person_who_changes_tracks_is_noticed_also_after_a_gap():
    instants = [
        ([true_person()], [found_person(track_id=t)] if t else [], BOX) for t in (4, 0, 5, 5)
    ]
    assert identity_switches(run(*instants)) == 1


def test_ellipses_are_judged_by_the_errors_inside():
    right = ([true_person()], [found_person(0.1, sigma_m=0.05)], BOX)
    sure = ([true_person()], [found_person(0.1, sigma_m=0.03)], BOX)
    assert values(run(right, right, right, sure))["ellipse95_coverage"] == pytest.approx(0.75)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_true_covariances_cover_95_percent(seed):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(20_000, 2, 2))
    covariances = factors @ factors.transpose(0, 2, 1) + 1e-3 * np.eye(2)
    errors = np.linalg.cholesky(covariances) @ rng.normal(size=(20_000, 2, 1))
    assert ellipse_coverage(errors[..., 0], covariances) == pytest.approx(0.95, abs=0.01)


def test_tables_tell_the_cases_apart():
    keypoints = np.zeros((23, 3))
    both = {"north": TrueView(True, 1.0), "south": TrueView(True, 0.9)}
    matched = run(
        (
            [
                true_person(keypoints_m=keypoints),
                true_person(3.0, both, 2),
                true_person(6.0, HIDDEN, 3),
            ],
            [
                found_person(0.01, keypoints_m=np.add(keypoints[:17], [0.012, 0.0, 0.0])),
                found_person(3.02),
            ],
            [],
        )
    )
    recall = {row.split()[0]: row.split()[1:] for row in recall_lines(matched)[1:]}
    assert recall == {
        "0": ["1", "0.0%", "0.0%", "100.0%"],
        "1": ["1", "100.0%", "0.0%", "0.0%"],
        "2": ["1", "100.0%", "0.0%", "0.0%"],
    }
    two, one, none = feet_lines(matched)[1:]
    assert ("20 mm" in two, "10 mm" in one, "mm" in none) == (True, True, False)
    _, *rows = keypoint_lines(matched)
    assert len(rows) == 17
    assert "12 mm" in rows[0]
