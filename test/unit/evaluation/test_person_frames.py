"""A demo's run becomes frames that any tracking metric can score."""

import numpy as np
import pytest

from gpss_pose_ros.commands.demo_tracks import save_demo_tracks
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.mot_text import read_floor_frames
from gpss_pose_ros.evaluation.person_frames import tracking_frames
from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
    TrueView,
)
from gpss_pose_ros.evaluation.tracking import tracking_figures
from gpss_pose_ros.types import Side, TrackStatus

RATE_HZ = 10.0
PERIOD_NS = 100_000_000


def there(person_id, x_m):
    feet = {Side.LEFT: np.array([x_m, 0.1]), Side.RIGHT: np.array([x_m + 0.2, -0.1])}
    return TruePerson(person_id, feet, {"north": TrueView(True, 1.0)})


def said(track_id, x_m, status=TrackStatus.CONFIRMED):
    return FoundPerson(track_id, status, np.array([x_m, 0.0]), {})


def test_people_are_between_their_feet():
    truth = [TrueInstant(7, (there(3, 1.0), there(5, 2.0)))]
    (frame,), _ = tracking_frames(truth, [FoundInstant(7, ())])
    assert frame.stamp_ns == 7
    assert frame.ids.tolist() == [3, 5]
    np.testing.assert_allclose(frame.positions_m, [[1.1, 0.0], [2.1, 0.0]])


def test_what_was_never_processed_is_no_frame_and_what_was_in_vain_is_one():
    truth = [TrueInstant(k, (there(1, 0.0),)) for k in range(3)]
    found = [FoundInstant(0, (said(7, 0.1),)), FoundInstant(2, ())]
    true, reported = tracking_frames(truth, found)
    assert [frame.stamp_ns for frame in true] == [0, 2]
    figures = tracking_figures(true, reported)
    assert (figures.objects, figures.misses) == (2, 1)


def test_the_files_of_a_demo_hold_both_sides(tmp_path, capsys):
    truth = [TrueInstant(k * PERIOD_NS, (there(1, 0.1 * k),) if k < 3 else ()) for k in range(4)]
    found = [FoundInstant(k * PERIOD_NS, (said(7, 0.1 + 0.1 * k),)) for k in range(4)]
    save_demo_tracks(tmp_path / "new" / "tracks", truth, found, RATE_HZ, [])
    files = [tmp_path / "new" / "tracks" / name for name in ("gt.txt", "pred.txt")]
    assert str(files[0]) in capsys.readouterr().out
    assert files[0].with_name("tracks.png").is_file()
    true, reported = (read_floor_frames(file, RATE_HZ) for file in files)
    figures = tracking_figures(true, reported)
    assert (figures.objects, figures.misses, figures.false_positives) == (3, 0, 1)
    assert figures.error_mm_p95 == pytest.approx(0.0, abs=1e-3)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigurationError, match="taken"):
        save_demo_tracks(tmp_path / "taken", [], [], RATE_HZ, [])
