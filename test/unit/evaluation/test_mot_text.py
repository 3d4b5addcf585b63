"""Tracks survive a trip through text, and text that is none is refused by file and line."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import InputError, RecordingError
from gpss_pose_ros.evaluation.floor_frame import FloorFrame, nobody
from gpss_pose_ros.evaluation.mot_text import read_floor_frames, write_floor_frames

from .tracking_scenes import frame

RATE_HZ = 10.0
METRES = st.floats(-1000.0, 1000.0)
SPREADS = st.tuples(st.floats(0.001, 5.0), st.floats(0.001, 5.0), st.floats(-0.9, 0.9))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tracks.txt"


def read(file, text):
    file.write_text(text)
    return read_floor_frames(file, RATE_HZ)


def covariance(spread):
    sx, sy, correlation = spread
    return [[sx**2, correlation * sx * sy], [correlation * sx * sy, sy**2]]


@st.composite
def runs(draw):
    """Frames of several people; all with covariances or none; some frames empty."""
    known = draw(st.booleans())
    run = []
    for number in draw(st.lists(st.integers(-5, 10_000), unique=True, min_size=1, max_size=6)):
        ids = draw(st.lists(st.integers(-3, 2**40), unique=True, max_size=4))
        positions = [draw(st.tuples(METRES, METRES)) for _ in ids]
        matrices = [covariance(draw(SPREADS)) for _ in ids]
        run.append(
            FloorFrame(
                number * 100_000_000,
                np.array(ids, dtype=int),
                np.reshape(positions, (-1, 2)),
                np.reshape(matrices, (-1, 2, 2)) if known else None,
            )
        )
    return run


@given(runs())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_again(file, run):
    write_floor_frames(file, run, RATE_HZ)
    again = read_floor_frames(file, RATE_HZ)
    ordered = sorted(run, key=lambda f: f.stamp_ns)
    assert [f.stamp_ns for f in again] == [f.stamp_ns for f in ordered]
    for ours, theirs in zip(again, ordered, strict=True):
        assert ours.ids.tolist() == theirs.ids.tolist()
        np.testing.assert_allclose(ours.positions_m, theirs.positions_m, atol=1e-6)
        if len(theirs) and theirs.covariances_m2 is not None:
            np.testing.assert_allclose(ours.covariances_m2, theirs.covariances_m2, rtol=1e-8)
        else:
            assert ours.covariances_m2 is None


def test_an_outside_file_needs_no_header_no_order_and_no_commas(file):
    first, last = read(file, "12, 3, 1.5, -2\n# a remark\n\n7 4 0 1e0\n12,2,0.25,0\n")
    assert (first.stamp_ns, last.stamp_ns) == (700_000_000, 1_200_000_000)
    assert first.ids.tolist() == [4]
    assert last.ids.tolist() == [3, 2]
    assert last.positions_m.tolist() == [[1.5, -2.0], [0.25, 0.0]]
    assert last.covariances_m2 is None


def test_covariances_are_the_last_three_columns(file):
    (only,) = read(file, "0, 1, 0, 0, 4, 1, 2\n")
    assert only.covariances_m2.tolist() == [[[4.0, 1.0], [1.0, 2.0]]]


def test_a_frame_with_nobody_in_it_is_written_and_read(file):
    write_floor_frames(file, [nobody(300_000_000), frame(5, {1: (0.0, 0.0)})], RATE_HZ)
    assert "# frame 3: nobody" in file.read_text()
    empty, full = read_floor_frames(file, RATE_HZ)
    assert (empty.stamp_ns, len(empty), len(full)) == (300_000_000, 0, 1)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1, 2, 3\n", "line 1: 3 columns; valid: 4 .* or 7"),
        ("1, 2, 0, 0\n1, 3, 0, 0, 1, 0\n", "line 2: 6 columns"),
        ("1, 2, 0, 0, \n", "line 1: 5 columns"),
        ("# x\n1.5, 2, 0, 0\n", "line 2: frame and id must be integers, got '1.5, 2, 0, 0'"),
        ("1, two, 0, 0\n", "line 1: frame and id must be integers"),
        ("1, 2, here, 0\n", "line 1: not a number in '1, 2, here, 0'"),
        ("1, 2, , 0\n", "line 1: not a number"),
        ("1, 2, nan, 0\n", "line 1: .*must be finite"),
        ("1, 2, 0, 0\n1, 3, 0, nan\n1, 4, 0, 0\n", "line 2: .*must be finite"),
        ("1, 2, 0, inf\n", "line 1: .*must be finite"),
        ("4, 2, 0, 0\n5, 2, 0, 0\n4, 2, 1, 1\n", r"line 3: .*given twice: \[2\]"),
        ("1, 2, 0, 0\n1, 3, 0, 0, 1, 0, 1\n", "line 2: covariances are for all lines"),
        ("1, 2, 0, 0, 1, 0, 1\n1, 3, 0, 0, 1, 2, 1\n", "line 2: .*positive definite"),
        ("3, 1, 0, 0\n# frame 3: nobody\n", "line 2: nobody is in frame 3, but line 1"),
        ("# frame 3: nobody\n3, 1, 0, 0\n", "line 1: nobody is in frame 3, but line 2"),
        ("1, 99999999999999999999, 0, 0\n", "line 1: .*integers"),
    ],
)
def test_what_is_no_track_is_refused_by_file_and_line(file, text, names):
    with pytest.raises(RecordingError, match=rf"tracks\.txt, {names}"):
        read(file, text)


def test_files_that_cannot_be_read_or_written_are_named(tmp_path):
    with pytest.raises(RecordingError, match=r"absent\.txt"):
        read_floor_frames(tmp_path / "absent.txt", RATE_HZ)
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\xff")
    with pytest.raises(RecordingError, match=r"picture\.txt"):
        read_floor_frames(tmp_path / "picture.txt", RATE_HZ)
    with pytest.raises(RecordingError, match=r"absent.*tracks\.txt"):
        write_floor_frames(tmp_path / "absent" / "tracks.txt", [nobody(0)], RATE_HZ)


def test_a_rate_too_low_to_tell_frames_apart_is_refused(file):
    with pytest.raises(InputError, match=r"at 1 Hz two frames have the number 1"):
        write_floor_frames(file, [nobody(1_000_000_000), nobody(1_100_000_000)], 1.0)
