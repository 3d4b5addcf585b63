"""Writes a folder of synchronised videos with their calibration."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2

from gpss_pose_ros.calibration.toml_file import write_calibration
from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import ImageArray

_QUALITY = 95  # of JPEG


def write_recording(
    directory: Path,
    cameras: Sequence[Camera],
    rate_hz: float,
    image_sets: Iterable[Mapping[str, ImageArray]],
) -> None:
    """Write `Calib.toml` and a video of JPEG images for each camera, readable by `load_recording`.

    Args:
        directory: made where it is missing.
        cameras: calibrated for their images.
        rate_hz: image sets per second.
        image_sets: (H, W, 3) BGR by camera name, set by set.

    Raises:
        RecordingError: a file cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        write_calibration(directory / "Calib.toml", cameras)
    except OSError as error:
        raise RecordingError(f"cannot write to {directory}: {error.strerror}") from error
    writers = {c.camera_id: _writer(directory, c, rate_hz) for c in cameras}
    try:
        for images in image_sets:
            for name, writer in writers.items():
                writer.write(images[name])
    finally:
        for writer in writers.values():
            writer.release()


def _writer(directory: Path, camera: Camera, rate_hz: float) -> cv2.VideoWriter:
    path = directory / f"{camera.camera_id}.avi"
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    # OpenCV's own encoder: the one of FFmpeg cannot be told a quality, and blurs what is small.
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, codec, rate_hz, camera.model.size)
    if not (writer.isOpened() and writer.set(cv2.VIDEOWRITER_PROP_QUALITY, _QUALITY)):
        raise RecordingError(f"cannot write video {path}")
    return writer
