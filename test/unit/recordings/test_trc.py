"""Marker files of motion capture tools."""

import os
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.recordings.trc import read_trc

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))
REFERENCE = SHARED / "data" / "pose2sim_balancing" / "reference_butterworth.trc"

ROWS = (
    "PathFileType\t4\t(X/Y/Z)\ttest.trc",
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits",
    "60\t60\t2\t2\t{units}",
    "Frame#\tTime\tLAnkle\t\t\tRAnkle\t\t",
    "\t\tX1\tY1\tZ1\tX2\tY2\tZ2",
    "1\t0.0\t1.0\t2.0\t3.0\t\t\t",
    "2\t0.0167\t1.5\t2.5\t3.5\t4.0\t5.0\t6.0",
)


@pytest.fixture
def trc(tmp_path):
    def write(rows=ROWS, units="m"):
        path = tmp_path / "test.trc"
        path.write_text("\n".join(rows).format(units=units) + "\n")
        return path

    return write


@pytest.mark.parametrize(("units", "scale"), [("m", 1.0), ("mm", 1e-3)])
def test_markers_come_in_metres(trc, units, scale):
    trajectories = read_trc(trc(units=units))
    assert (trajectories.names, trajectories.rate_hz) == (("LAnkle", "RAnkle"), 60.0)
    left = np.array([[1.0, 2.0, 3.0], [1.5, 2.5, 3.5]])
    np.testing.assert_allclose(trajectories.marker("LAnkle"), left * scale)


def test_an_absent_marker_is_nan_not_zero(trc):
    right = read_trc(trc()).marker("RAnkle")
    assert np.isnan(right[0]).all()
    np.testing.assert_allclose(right[1], [4.0, 5.0, 6.0])


def test_an_unknown_marker_is_named_with_the_valid_ones(trc):
    with pytest.raises(RecordingError, match="'Hat'; valid: LAnkle, RAnkle"):
        read_trc(trc()).marker("Hat")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello\nworld\n",
        b"\xff\xfe\x00\x81" * 50,
        "\n".join(ROWS).format(units="furlong").encode(),
        "\n".join(ROWS).format(units="m").replace("2.5", "two").encode(),
    ],
    ids=["empty", "text", "binary", "units", "word"],
)
def test_another_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "test.trc"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="not a TRC file") as caught:
        read_trc(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"none\.trc"):
        read_trc(tmp_path / "none.trc")


@pytest.mark.skipif(not REFERENCE.is_file(), reason=f"real data is not here: {REFERENCE}")
def test_a_real_file_has_legs_of_human_length():
    trajectories = read_trc(REFERENCE)
    assert trajectories.positions_m.shape == (100, 21, 3)
    shin = np.linalg.norm(trajectories.marker("LKnee") - trajectories.marker("LAnkle"), axis=1)
    assert ((shin > 0.25) & (shin < 0.55)).all()
