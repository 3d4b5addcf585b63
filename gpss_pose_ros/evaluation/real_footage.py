"""Recorded footage in which a peer found the person: images and the keypoints to compare with."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.calibration.toml_file import read_calibration
from gpss_pose_ros.evaluation.pck import body_size_px
from gpss_pose_ros.evaluation.peer_keypoints import PEER_SKELETON, read_peer_keypoints
from gpss_pose_ros.recordings.recording import Recording, calibration_file
from gpss_pose_ros.types import FloatArray, ImageArray

_REFERENCE_FOLDER = "keypoints_associated"
_MIN_REFERENCE_SCORE = 0.3


@dataclass(frozen=True, eq=False)
class ReferenceImage:
    """An image in which the peer found the person.

    Attributes:
        camera_id: the camera.
        frame: number of the image.
        pixels: (H, W, 3) BGR.
        keypoints_px: (25, 2) in PEER_SKELETON's order, in [px] of `pixels`.
        known: (25,) which of them the peer is sure of.
    """

    camera_id: str
    frame: int
    pixels: ImageArray
    keypoints_px: FloatArray
    known: npt.NDArray[np.bool_]

    @property
    def box_xyxy_px(self) -> FloatArray:
        """(4,) around the known keypoints."""
        points = self.keypoints_px[self.known]
        return np.concatenate([points.min(axis=0), points.max(axis=0)])


def reference_images(recording: Recording, every: int = 1) -> Iterator[ReferenceImage]:
    """Yield every so many-th image of all cameras, where the peer found the person.

    The peer's keypoints are in pixels of the calibrated image; where the video holds that image
    scaled between bars, they are carried over as the intrinsics are.
    """
    sizes = {
        name: camera.model.size
        for name, camera in read_calibration(calibration_file(recording.directory)).items()
    }
    folder = recording.directory / _REFERENCE_FOLDER
    for frame, images in enumerate(recording.image_sets()):
        if frame % every:
            continue
        for recorded in recording.cameras:
            name, video = recorded.camera.camera_id, recorded.video
            keypoints = read_peer_keypoints(folder, video.path.stem, frame)
            known = keypoints[:, 2] >= _MIN_REFERENCE_SCORE
            pixels = _letterboxed(keypoints[:, :2], sizes[name], video.size)
            if np.isfinite(body_size_px(pixels, known, PEER_SKELETON)):
                yield ReferenceImage(name, frame, images[name], pixels, known)


def _letterboxed(
    points_px: FloatArray, size: tuple[int, int], video_size: tuple[int, int]
) -> FloatArray:
    """Return points (n, 2) of an image in the video that holds it scaled, centred by bars."""
    full, wanted = np.array(size), np.array(video_size)
    scale = (wanted / full).min()
    result: FloatArray = scale * (points_px + 0.5) + (wanted - scale * full) / 2.0 - 0.5
    return result
