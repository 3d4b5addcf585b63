"""gpss eval tracks: two text files in, figures by name, a picture and a report out."""

import argparse
import json

import cv2
import pytest

from gpss_pose_ros.commands import eval_tracks
from gpss_pose_ros.errors import ConfigurationError, GpssError
from gpss_pose_ros.evaluation.mot_text import write_floor_frames

from .tracking_scenes import frames, random_run

NAMES_THAT_SCRIPTS_READ = {
    "moda",
    "modp",
    "mota",
    "idf1",
    "hota",
    "error_mm_median",
    "error_mm_p95",
    "misses",
    "false_positives",
    "identity_switches",
}
A, B = (0.0, 0.0), (3.0, 0.0)


@pytest.fixture
def evaluate(tmp_path):
    """Write two runs, evaluate them with options; return the report."""

    def evaluate(truth, found, *options):
        files = [str(tmp_path / name) for name in ("gt.txt", "pred.txt")]
        for file, run in zip(files, (truth, found), strict=True):
            write_floor_frames(tmp_path / file, run, 10.0)
        parser = argparse.ArgumentParser()
        eval_tracks.add_arguments(parser)
        return eval_tracks.measure(parser.parse_args([*files, *options]))

    return evaluate


def test_the_report_has_the_names_that_scripts_read(evaluate, tmp_path):
    report = evaluate(*random_run(3))
    report.save(tmp_path / "report.json")
    figures = json.loads((tmp_path / "report.json").read_text())["figures"]
    assert figures.keys() >= NAMES_THAT_SCRIPTS_READ


def test_switches_are_told_with_time_and_place(evaluate, capsys):
    truth, found = frames(*[{1: A, 2: B}] * 4), frames(*[{7: A, 8: B}] * 3, {7: A, 9: (3.0, 0.1)})
    evaluate(truth, found, "--rate", "2")
    assert "1.50 s  at   3.00,   0.00  person 2 was 8, is 9" in capsys.readouterr().out


def test_a_wider_gate_finds_more(evaluate):
    truth, found = frames({1: A}), frames({1: (0.8, 0.0)})
    misses = [
        {f.name: f.value for f in evaluate(truth, found, *options).figures}["misses"]
        for options in ((), ("--gate", "1.0"))
    ]
    assert misses == [1.0, 0.0]


def test_the_picture_shows_tracks_in_colour_over_a_truth_without(evaluate, tmp_path):
    def coloured(found, name):
        evaluate(truth, found, "--plot", str(tmp_path / name))
        pixels = cv2.imread(str(tmp_path / name)).astype(int)
        return (pixels.max(axis=2) - pixels.min(axis=2) > 60).sum()

    walk = [(0.1 * k, 0.05 * k) for k in range(30)]
    truth = frames(*[{1: place} for place in walk])
    cross_of_the_legend = coloured([], "truth.png")
    assert coloured(frames(*[{7: place} for place in walk]), "found.png") > 10 * cross_of_the_legend


def test_files_that_never_meet_are_a_mistake_not_a_bad_tracker(evaluate):
    truth = frames({1: A}, {1: A})
    with pytest.raises(ConfigurationError, match=r"no frame of .*pred\.txt is in .*gt\.txt"):
        evaluate(truth[:1], truth[1:])
    with pytest.raises(ConfigurationError, match=r"gt\.txt has no frames"):
        evaluate([], truth)


def test_an_output_of_nothing_is_all_missed(evaluate):
    figures = {f.name: f.value for f in evaluate(frames({1: A}), []).figures}
    assert (figures["moda"], figures["misses"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("option", "value"), [("--gate", "0"), ("--gate", "nan"), ("--rate", "-1"), ("--rate", "inf")]
)
def test_options_out_of_range_are_refused(evaluate, option, value):
    with pytest.raises(ConfigurationError, match=f"{option} must be above 0"):
        evaluate(frames({1: A}), frames({1: A}), option, value)


def test_a_picture_that_cannot_be_written_is_named(evaluate, tmp_path):
    with pytest.raises(GpssError, match=r"absent.*tracks\.png"):
        evaluate(*random_run(3), "--plot", str(tmp_path / "absent" / "tracks.png"))
