"""A folder of synchronised videos with their calibration."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.errors import CalibrationError, RecordingError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.recordings.video import Video
from gpss_pose_ros.types import ImageArray

_CALIBRATION_PATTERNS = ("Calib*.toml", "calib*.toml", "camera_array.toml")
_VIDEO_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv")
_BLACK = 24  # a black bar stays below this after lossy compression
_FRINGE_PX = 2  # the scaled edge bleeds this far into the bar


@dataclass(frozen=True)
class RecordedCamera:
    """One camera of a recording.

    Attributes:
        camera: calibrated for the images of `video`.
        video: its footage.
        note: how the calibration was adapted to the video, empty when it fits as it is.
    """

    camera: Camera
    video: Video
    note: str = ""


@dataclass(frozen=True)
class Recording:
    """Synchronised footage: image k of every video was taken at the same instant.

    Attributes:
        directory: where it lies.
        cameras: in calibration order.
        rate_hz: image sets per second.
    """

    directory: Path
    cameras: tuple[RecordedCamera, ...]
    rate_hz: float

    @property
    def frames(self) -> int:
        """Number of complete image sets."""
        return min(c.video.frames for c in self.cameras)

    def image_sets(self) -> Iterator[dict[str, ImageArray]]:
        """Yield the images by camera name, set by set."""
        names = [c.camera.camera_id for c in self.cameras]
        for images in zip(*(c.video.images() for c in self.cameras), strict=False):
            yield dict(zip(names, images, strict=True))


def load_recording(directory: Path) -> Recording:
    """Open a recording: a calibration file, and videos beside it or in `videos/`.

    Raises:
        RecordingError: folder, calibration or a camera's video is missing or unreadable.
        CalibrationError: the calibration is unusable, or does not fit a video's image size.
    """
    calibrated = read_calibration(calibration_file(directory))
    videos = _videos(directory)
    cameras = []
    for name, camera in calibrated.items():
        if _key(name) not in videos:
            found = ", ".join(path.name for path in videos.values()) or "none"
            raise RecordingError(f"no video for camera {name} in {directory}; found: {found}")
        cameras.append(_fitted(camera, Video(videos[_key(name)])))
    rates = {c.video.rate_hz for c in cameras}
    if max(rates) - min(rates) > 0.01 * max(rates):
        raise RecordingError(f"videos in {directory} differ in frame rate: {sorted(rates)}")
    return Recording(directory, tuple(cameras), min(rates))


def calibration_file(directory: Path) -> Path:
    """Return the calibration of a recording; RecordingError where there is none."""
    if not directory.is_dir():
        raise RecordingError(f"no folder {directory}")
    for pattern in _CALIBRATION_PATTERNS:
        for path in sorted(directory.glob(pattern)):
            return path
    wanted = ", ".join(_CALIBRATION_PATTERNS)
    raise RecordingError(f"no calibration in {directory}; looked for {wanted}")


def _videos(directory: Path) -> dict[tuple[str, ...], Path]:
    folder = directory / "videos"
    folder = folder if folder.is_dir() else directory
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in _VIDEO_SUFFIXES)
    return {_key(path.stem): path for path in files}


def _key(name: str) -> tuple[str, ...]:
    """Make cam_01, cam01 and Cam-1 the same name."""
    parts = re.findall(r"[a-z]+|\d+", name.lower())
    return tuple(str(int(part)) if part.isdigit() else part for part in parts)


def _fitted(camera: Camera, video: Video) -> RecordedCamera:
    """Return the camera calibrated for the video's size.

    Recorders that write a fixed format resize the image and add black bars. Where the video shows
    just the bars that this would give, the intrinsics are carried over; any other mismatch is an
    error.
    """
    if camera.model.size == video.size:
        return RecordedCamera(camera, video)
    calibrated, actual = "x".join(map(str, camera.model.size)), "x".join(map(str, video.size))
    model = camera.model.letterboxed(video.size)
    if not _bars_are_black(video.first_image, camera.model.size):
        raise CalibrationError(
            f"camera {camera.camera_id} is calibrated at {calibrated} but {video.path.name} is"
            f" {actual}: calibrate at the video's size, or export the video at the calibrated one"
        )
    note = f"{camera.camera_id}: {actual} video letterboxed from {calibrated}; intrinsics adapted"
    return RecordedCamera(replace(camera, model=model), video, note)


def _bars_are_black(image: ImageArray, original_size: tuple[int, int]) -> bool:
    height, width = image.shape[:2]
    scale = min(width / original_size[0], height / original_size[1])
    bar_x = (width - scale * original_size[0]) / 2
    bar_y = (height - scale * original_size[1]) / 2
    x, y = (max(int(bar) - _FRINGE_PX, 0) for bar in (bar_x, bar_y))
    if x == 0 and y == 0:
        return bool(abs(bar_x) < 1.0 and abs(bar_y) < 1.0)  # a plain resize has no bars
    bars = [image[:y], image[height - y :], image[:, :x], image[:, width - x :]]
    return all(float(np.mean(bar)) < _BLACK for bar in bars if bar.size)
