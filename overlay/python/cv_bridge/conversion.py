"""Changing the encoding of an array."""

import cv2
import numpy as np

from cv_bridge.encodings import Encoding
from cv_bridge.errors import CvBridgeError

_FULL_16_BY_FULL_8 = 65535 / 255
_PLAIN_COLOURS = ("GRAY", "BGR", "RGB", "BGRA", "RGBA")
_BAYER_TARGETS = ("GRAY", "BGR", "RGB")


def convert(image: np.ndarray, source: Encoding, target: Encoding) -> np.ndarray:
    """Return a copy in another encoding: first the order of colours, then the depth.

    Between 8 and 16 bits full white stays full white; any other change of depth keeps the numbers.

    Raises:
        CvBridgeError: there is no such conversion.
    """
    if source.name == target.name:
        return image.copy()
    if source.colour and target.colour:
        if source.colour != target.colour or target.colour not in _PLAIN_COLOURS:
            image = cv2.cvtColor(image, _colour_code(source, target))
    elif target.colour:
        raise CvBridgeError(
            f"[{source.name}] is not a color format. but [{target.name}] is. "
            "The conversion does not make sense"
        )
    elif source.channels != target.channels:
        raise CvBridgeError(
            f"[{source.name}] and [{target.name}] do not have the same number of channels"
        )
    return _change_depth(image, source.bits, target)


def _colour_code(source: Encoding, target: Encoding) -> int:
    """Return OpenCV's number of a change of colours; nothing converts to Bayer or packed YUV."""
    possible = _BAYER_TARGETS if source.colour.startswith("Bayer") else _PLAIN_COLOURS
    if target.colour not in possible:
        raise CvBridgeError(f"Unsupported conversion from [{source.name}] to [{target.name}]")
    if source.colour in ("UYVY", "YUY2"):
        return getattr(cv2, f"COLOR_YUV2{target.colour}_{source.colour}")
    return getattr(cv2, f"COLOR_{source.colour}2{target.colour}")


def _change_depth(image: np.ndarray, source_bits: int, target: Encoding) -> np.ndarray:
    if image.dtype == target.dtype or target.dtype.kind == "f":
        return image.astype(target.dtype)
    numbers = image.astype(np.float64)
    if source_bits == 8 and target.bits == 16:
        numbers *= _FULL_16_BY_FULL_8
    elif source_bits == 16 and target.bits == 8:
        numbers /= _FULL_16_BY_FULL_8
    limits = np.iinfo(target.dtype)
    return np.clip(np.rint(numbers), limits.min, limits.max).astype(target.dtype)
