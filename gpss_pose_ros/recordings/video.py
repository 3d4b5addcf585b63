"""Reads frames from video files."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.types import ImageArray


class Video:
    """One video file.

    Attributes:
        path: the file.
        size: (width, height) in [px].
        rate_hz: frames per second.
        frames: number of frames the container announces.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            RecordingError: the file is missing, or no decoder here reads it.
        """
        if not path.is_file():
            raise RecordingError(f"no video {path}")
        self.path = path
        capture = cv2.VideoCapture(str(path))
        readable, first = capture.read()
        if not readable:
            raise RecordingError(f"cannot decode video {path}: is it complete, and H.264 or MJPEG?")
        self._first: ImageArray = np.asarray(first, dtype=np.uint8)
        self.size = (self._first.shape[1], self._first.shape[0])
        self.rate_hz = float(capture.get(cv2.CAP_PROP_FPS))
        self.frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        capture.release()
        if not (self.rate_hz > 0.0 and self.frames > 0):
            raise RecordingError(
                f"video {path} does not say its frame rate and length: {self.rate_hz:g} Hz,"
                f" {self.frames} frames; convert it, e.g. to MP4"
            )

    @property
    def first_image(self) -> ImageArray:
        """(H, W, 3) BGR."""
        return self._first

    def images(self) -> Iterator[ImageArray]:
        """Yield (H, W, 3) BGR images from the first to the last that decodes.

        Raises:
            RecordingError: the file was there, and is not any more.
        """
        capture = cv2.VideoCapture(str(self.path))
        if not capture.isOpened():
            raise RecordingError(f"video {self.path} can no longer be opened")
        try:
            while True:
                readable, image = capture.read()
                if not readable:
                    return
                yield np.asarray(image, dtype=np.uint8)
        finally:
            capture.release()
