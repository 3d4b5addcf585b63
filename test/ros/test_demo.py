"""`gpss demo` simulates, runs the main job on it, and ends with a report that scripts can read."""

import json
import re
import signal

import cv2
import pytest

PROMISED = (
    "recall",
    "false_positives_per_camera_minute",
    "feet_mm_median",
    "feet_mm_p95",
    "ellipse95_coverage",
    "delivered_fraction",
    "age_ms_p95",
    "real_time_factor",
)
SAFETY = (
    "uncovered_person_seconds",
    "person_seconds_in_zones",
    "longest_blind_gap_s",
    "missed_person_rate",
    "missed_person_rate_high_95",
    "nuisance_stops_per_hour",
    "stop_fraction",
    "unknown_fraction",
    "safety_resets",
)


@pytest.fixture
def demo(drawing, graph, tmp_path):
    """Start the command in the domain of a test."""

    def start(*options):
        report = tmp_path / "demo.json"
        words = ("demo", "--headless", "--cameras", "2", "--report", str(report))
        return graph.command(*words, *options), report

    return start


def check_report(report):
    """Check the files of a report; return its figures by name."""
    figures = json.loads(report.read_text())["figures"]
    assert set(PROMISED) <= set(figures)
    for name in ("demo.png", "demo_cameras.png", "demo_worst.png"):
        assert cv2.imread(str(report.with_name(name))).std() > 10.0
    return {name: figure["value"] for name, figure in figures.items()}


def test_a_demo_ends_by_itself_with_a_report(demo, graph):
    process, report = demo("--duration", "3", "--people", "2", "--seed", "5")
    assert process.exit_code(120.0) == 0, process.output
    graph.forget(process)
    assert "Traceback" not in process.output
    assert "real-time factor" in process.output
    figures = check_report(report)
    assert 0.0 <= figures["recall"] <= 1.0  # how many is up to the networks: truth was there
    assert 0.0 < figures["real_time_factor"] <= 1.0
    assert figures["delivered_fraction"] > 0.5


def test_a_demo_with_safety_judges_it_against_the_truth(demo, graph):
    process, report = demo("--safety", "--duration", "6", "--people", "2", "--seed", "5")
    assert process.exit_code(120.0) == 0, process.output
    graph.forget(process)
    assert "Traceback" not in process.output
    figures = check_report(report)
    assert set(SAFETY) <= set(figures)
    assert 0.0 < figures["safety_judged_s"] <= 6.0
    assert 0.0 < figures["stop_fraction"] <= 1.0  # it starts in a stop
    assert figures["uncovered_person_seconds"] == 0.0
    assert re.search(r"safety: .*atr_01 (clear|warning|protective stop)", process.output)
    assert re.search(r"^atr_02( +\d+\.\d%){5}$", process.output, re.MULTILINE)
    assert cv2.imread(str(report.with_name("demo_safety.png"))).std() > 10.0


def test_ctrl_c_ends_a_demo_with_the_report_of_what_was_seen(demo, graph):
    process, report = demo("--duration", "40", "--people", "1")
    graph.until(lambda: re.search(r"processed [1-9]\d", process.output), seconds=90.0)
    process.popen.send_signal(signal.SIGINT)
    assert process.exit_code(60.0) == 0, process.output
    graph.forget(process)
    assert "interrupted" in process.output
    assert "Traceback" not in process.output
    assert check_report(report)["recall"] is not None
