"""What a demo was and found, as files that `gpss eval tracks` scores, and as a picture."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.clear_matches import clear_matches
from gpss_pose_ros.evaluation.frame_pairs import pair_frames
from gpss_pose_ros.evaluation.mot_text import write_floor_frames
from gpss_pose_ros.evaluation.person_frames import tracking_frames
from gpss_pose_ros.evaluation.person_record import FoundInstant, TrueInstant
from gpss_pose_ros.evaluation.track_plot import save_track_plot
from gpss_pose_ros.evaluation.tracking import GATE_M
from gpss_pose_ros.geometry.camera import Camera


def save_demo_tracks(
    folder: Path,
    truth: Sequence[TrueInstant],
    found: Sequence[FoundInstant],
    rate_hz: float,
    cameras: Iterable[Camera],
) -> None:
    """Write gt.txt, pred.txt and tracks.png into a folder, which is made where it is not there.

    Raises:
        ConfigurationError: the folder or the picture cannot be made.
        RecordingError: a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot make folder {folder}: {error.strerror}") from error
    true, reported = tracking_frames(truth, found)
    true_file, found_file = folder / "gt.txt", folder / "pred.txt"
    write_floor_frames(true_file, true, rate_hz)
    write_floor_frames(found_file, reported, rate_hz)
    print(f"tracks: ./gpss eval tracks {true_file} {found_file} --rate {rate_hz:g}")
    paired = pair_frames(true, reported)
    picture = folder / "tracks.png"
    save_track_plot(picture, paired, clear_matches(paired, GATE_M), cameras)
    print(f"picture of the tracks: {picture}")
