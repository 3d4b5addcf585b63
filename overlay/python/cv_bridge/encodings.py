"""What the encodings of sensor_msgs/Image mean."""

import re
from dataclasses import dataclass

import numpy as np

from cv_bridge.errors import CvBridgeError


@dataclass(frozen=True)
class Encoding:
    """The memory of one pixel and, for a colour format, the name OpenCV has for its order."""

    name: str
    dtype: np.dtype
    channels: int
    colour: str = ""

    @property
    def bits(self) -> int:
        """Bits of one channel."""
        return 8 * self.dtype.itemsize


def _colour(name: str, bits: int, channels: int, colour: str) -> tuple[str, Encoding]:
    return name, Encoding(name, np.dtype(f"uint{bits}"), channels, colour)


# OpenCV names a Bayer pattern by pixels two and three of its second row, ROS by its first four.
_BAYER = {"rggb": "BayerBG", "bggr": "BayerRG", "gbrg": "BayerGR", "grbg": "BayerGB"}

_COLOURS = dict(
    [
        *(_colour(f"mono{bits}", bits, 1, "GRAY") for bits in (8, 16)),
        *(_colour(f"bgr{bits}", bits, 3, "BGR") for bits in (8, 16)),
        *(_colour(f"rgb{bits}", bits, 3, "RGB") for bits in (8, 16)),
        *(_colour(f"bgra{bits}", bits, 4, "BGRA") for bits in (8, 16)),
        *(_colour(f"rgba{bits}", bits, 4, "RGBA") for bits in (8, 16)),
        *(_colour(f"bayer_{ros}8", 8, 1, cv) for ros, cv in _BAYER.items()),
        *(_colour(f"bayer_{ros}16", 16, 1, cv) for ros, cv in _BAYER.items()),
        _colour("yuv422", 8, 2, "UYVY"),
        _colour("yuv422_yuy2", 8, 2, "YUY2"),
    ]
)

_DEPTHS = {
    "8U": "uint8",
    "8S": "int8",
    "16U": "uint16",
    "16S": "int16",
    "32S": "int32",
    "32F": "float32",
    "64F": "float64",
}
_GENERIC = re.compile(f"({'|'.join(_DEPTHS)})C([1-9][0-9]*)")


def encoding_of(name: str) -> Encoding:
    """Return what an encoding's name means; `16UC1` and the like have no colour.

    Raises:
        CvBridgeError: the name is unknown.
    """
    if name in _COLOURS:
        return _COLOURS[name]
    match = _GENERIC.fullmatch(name)
    if match is None:
        raise CvBridgeError(
            f"Unrecognized image encoding [{name}]; valid: {', '.join(_COLOURS)}, "
            f"and depth and channels as in 16UC1, with depth one of {', '.join(_DEPTHS)}"
        )
    return Encoding(name, np.dtype(_DEPTHS[match[1]]), int(match[2]))


def generic_name(image: np.ndarray) -> str:
    """Return the colourless encoding of an array (H, W) or (H, W, C).

    Raises:
        CvBridgeError: ROS has no encoding for the array's type.
    """
    names = {numpy: ros for ros, numpy in _DEPTHS.items()}
    if image.dtype.name not in names or image.ndim not in (2, 3):
        raise CvBridgeError(
            f"an array of {image.dtype.name} and shape {image.shape} is no image; valid: "
            f"(H, W) or (H, W, C) of {', '.join(names)}"
        )
    return f"{names[image.dtype.name]}C{1 if image.ndim == 2 else image.shape[2]}"
