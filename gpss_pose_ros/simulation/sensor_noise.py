"""The noise of an image sensor: without it a camera over a quiet floor looks frozen."""

import cv2
import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.types import ImageArray

_SIGMA = 2.0  # grey levels, of 8 bits, of an indoor camera in good light
_SPARE_PX = 64


class SensorNoise:
    """Adds noise that is new in every image, and the same in every run.

    One pattern larger than any image is drawn; each image takes a place of its own in it, which
    costs a small part of drawing anew. What brightens and what darkens are kept apart: adding bytes
    to bytes is fast.
    """

    def __init__(self, seed: int, largest_size: tuple[int, int]) -> None:
        """Draw the pattern for images up to `largest_size` (width, height) in [px]."""
        width, height = largest_size
        shape = (height + _SPARE_PX, width + _SPARE_PX, 3)
        self._seed = seed
        noise = np.random.default_rng([seed, 3]).normal(0.0, _SIGMA, shape).round()
        self._brighter = np.maximum(noise, 0.0).astype(np.uint8)
        self._darker = np.maximum(-noise, 0.0).astype(np.uint8)

    def apply(self, pixels: ImageArray, camera: int, index: int) -> ImageArray:
        """Return (H, W, 3) pixels with the noise of a camera's image number `index`.

        Raises:
            InputError: the image is larger than announced.
        """
        height, width = pixels.shape[:2]
        room = (self._darker.shape[0] - height, self._darker.shape[1] - width)
        if min(room) < _SPARE_PX:
            raise InputError(f"noise was drawn for smaller images than {width}x{height} px")
        y, x = np.random.default_rng([self._seed, camera, index]).integers(_SPARE_PX, size=2)
        here = slice(y, y + height), slice(x, x + width)
        noisy = cv2.add(pixels, self._brighter[here])
        return np.asarray(cv2.subtract(noisy, self._darker[here], dst=noisy), dtype=np.uint8)
