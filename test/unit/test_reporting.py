"""Reports: one shape, in JSON and as a table, in which a missed goal cannot be overlooked."""

import json

import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.reporting import Figure, Report, machine
from gpss_pose_ros.version import VERSION

FIGURES = (
    Figure("delivered_fraction", 0.999, "1", at_least=0.995),
    Figure("age_ms_p95", 120.0, "ms", at_most=100.0),
    Figure("rss_mb", 512.25, "MB"),
    Figure("ankle_mm", None, "mm", at_most=60.0),
)


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (Figure("f", 1.0, "1", at_least=1.0), True),
        (Figure("f", 0.99, "1", at_least=1.0), False),
        (Figure("f", 1.0, "1", at_most=1.0), True),
        (Figure("f", 1.01, "1", at_most=1.0), False),
        (Figure("f", 0.0, "1", at_most=1.0), True),
        (Figure("f", float("nan"), "1", at_most=1.0), False),
        (Figure("f", float("nan"), "1", at_least=1.0), False),
        (Figure("f", None, "1", at_least=0.0), False),
        (Figure("f", None, "1", at_most=0.0), False),
        (Figure("f", None, "1"), True),
        (Figure("f", 7.0, "1"), True),
    ],
)
def test_a_goal_is_reached_only_by_a_measured_value(figure, reached):
    assert figure.reached is reached


def test_a_goal_with_two_sides_names_both():
    figure = Figure("ellipse95_coverage", 0.95, "1", at_least=0.9, at_most=0.99)
    assert figure.goal == ">= 0.9, <= 0.99"
    assert figure.reached
    assert Figure("f", 0.5, "1").goal == ""


def test_the_json_has_the_shape_that_scripts_read(tmp_path):
    path = tmp_path / "report.json"
    Report("replay", FIGURES).save(path)
    assert json.loads(path.read_text()) == {
        "command": "replay",
        "version": VERSION,
        "machine": machine(),
        "figures": {
            "delivered_fraction": {"value": 0.999, "unit": "1", "goal": ">= 0.995"},
            "age_ms_p95": {"value": 120.0, "unit": "ms", "goal": "<= 100"},
            "rss_mb": {"value": 512.25, "unit": "MB", "goal": ""},
            "ankle_mm": {"value": None, "unit": "mm", "goal": "<= 60"},
        },
    }


def test_the_table_shows_each_figure_and_what_was_missed():
    header, *rows = Report("replay", FIGURES).table().splitlines()
    assert header.split() == ["figure", "value", "unit", "goal"]
    assert [row.split()[0] for row in rows] == [figure.name for figure in FIGURES]
    assert [row.endswith("MISSED") for row in rows] == [False, True, False, True]
    assert "not measured" in rows[3]
    columns = {
        row.index(f.unit, header.index("unit")) for row, f in zip(rows, FIGURES, strict=True)
    }
    assert columns == {header.index("unit")}


def test_a_report_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "nowhere" / "report.json"
    with pytest.raises(ConfigurationError, match=r"cannot write report .*report\.json"):
        Report("replay", FIGURES).save(path)
