"""A replay's figures: stable names, right arithmetic, and no value where nothing was measured."""

import numpy as np
import pytest

from gpss_pose_ros.evaluation.ankles import AnkleErrors
from gpss_pose_ros.evaluation.replay_figures import fate_lines, replay_figures, stage_table
from gpss_pose_ros.evaluation.replay_record import PublishedPerson, PublishedSet, ReplayRecord
from gpss_pose_ros.reporting import Report

NAMES_THAT_SCRIPTS_READ = {
    "delivered_fraction",
    "sets_processed",
    "inference_ms_p50",
    "overhead_ratio",
    "age_ms_p95",
    "reprojection_px_median",
    "ankle_mm_median_triangulated",
    "ankle_mm_median_floor",
    "rss_mb",
}


def someone(seen=True):
    return PublishedPerson(1, seen, np.zeros(2), {}, np.full((17, 3), np.nan), ())


def processed(age_ms, inference_ms, rest_ms, people=()):
    return PublishedSet(age_ms, {"inference": inference_ms, "rest": rest_ms}, people)


@pytest.fixture
def record():
    """Ten sets published of two cameras, three processed, one image lost."""
    return ReplayRecord(
        footage_ns={k: k for k in range(10)},
        results={
            0: processed(100.0, 80.0, 20.0, (someone(), someone(seen=False))),
            1: processed(200.0, 100.0, 50.0, (someone(),)),
            2: processed(300.0, 120.0, 12.0),
        },
        idle_cycles=4,
        counts={"sets": 9, "complete": 8, "processed": 3, "replaced": 6, "late": 1},
        received={"north": 10, "south": 9},
        memory_mb={"pose_node": 300.0, "replay_node": 200.0},
    )


def values(record, reprojection_px=(), ankles=None):
    return {f.name: f.value for f in replay_figures(record, reprojection_px, ankles)}


def test_the_names_are_those_that_scripts_read(record):
    assert set(values(record, [1.0], AnkleErrors())) >= NAMES_THAT_SCRIPTS_READ


def test_the_figures_are_right(record):
    ankles = AnkleErrors(
        {"north": [10.0, 30.0]}, [40.0, 60.0], [30.0, 50.0], [20.0, 22.0, 90.0], 4, 3
    )
    found = values(record, [3.0, 5.0, 100.0, float("nan")], ankles)
    expected = {
        "delivered_fraction": 19 / 20,
        "sets_published": 10,
        "sets_processed": 3,
        "inference_ms_p50": 100.0,
        "overhead_ratio": 0.25,
        "age_ms_p50": 200.0,
        "age_ms_p95": 290.0,
        "reprojection_px_median": 5.0,
        "person_found_fraction": 0.75,
        "ankle_mm_median_one_camera": 20.0,
        "ankle_mm_median_floor": 50.0,
        "ankle_mm_median_triangulated": 22.0,
        "rss_mb": 500.0,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_what_was_not_measured_has_no_value_and_misses_its_goal():
    figures = replay_figures(ReplayRecord(), [], AnkleErrors())
    counted = {"sets_published", "sets_processed"}
    assert {f.name for f in figures if f.value is not None} == counted
    missed = {f.name for f in figures if not f.reached}
    assert missed == {f.name for f in figures if f.goal}
    assert missed >= {"delivered_fraction", "ankle_mm_median_triangulated"}
    assert "not measured" in Report("replay", figures).table()


def test_a_recording_without_a_reference_has_no_ankle_figures(record):
    assert not any(name.startswith("ankle") for name in values(record))


def test_the_fate_of_every_set_is_told(record):
    text = "\n".join(fate_lines(record))
    for part in (
        "published 10",
        "grouped 9 (complete 8)",
        "processed 3",
        "busy 6",
        "late 1",
        "without an image set: 4",
    ):
        assert part in text
    assert "people seen per set: 0 people in 1, 1 people in 2" in text
    assert "future" not in text


def test_stages_are_told_with_median_and_p95(record):
    rows = {row.split()[0]: row.split()[1:] for row in stage_table(record).splitlines()}
    assert rows["inference"] == ["100.0", "118.0"]
    assert rows["rest"] == ["20.0", "47.0"]
