"""Image messages to BGR arrays and back, without copies where the encoding allows.

cv_bridge's compiled part is bound to one NumPy and OpenCV, so standard encodings are converted
here; it is asked, lazily, only for encodings beyond those.
"""

import array

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.errors import ImageError, unknown_choice
from gpss_pose_ros.types import ImageArray

# An orientation tag would turn the picture away from its calibration.
_AS_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION

# encoding: (channels, OpenCV conversion to BGR or None)
_ENCODINGS: dict[str, tuple[int, int | None]] = {
    "bgr8": (3, None),
    "8UC3": (3, None),
    "rgb8": (3, cv2.COLOR_RGB2BGR),
    "bgra8": (4, cv2.COLOR_BGRA2BGR),
    "8UC4": (4, cv2.COLOR_BGRA2BGR),
    "rgba8": (4, cv2.COLOR_RGBA2BGR),
    "mono8": (1, cv2.COLOR_GRAY2BGR),
    "8UC1": (1, cv2.COLOR_GRAY2BGR),
    "bayer_rggb8": (1, cv2.COLOR_BayerBG2BGR),  # OpenCV names the pattern by its second row
    "bayer_bggr8": (1, cv2.COLOR_BayerRG2BGR),
    "bayer_gbrg8": (1, cv2.COLOR_BayerGR2BGR),
    "bayer_grbg8": (1, cv2.COLOR_BayerGB2BGR),
    "uyvy": (2, cv2.COLOR_YUV2BGR_UYVY),
    "yuv422": (2, cv2.COLOR_YUV2BGR_UYVY),
    "yuyv": (2, cv2.COLOR_YUV2BGR_YUY2),
    "yuv422_yuy2": (2, cv2.COLOR_YUV2BGR_YUY2),
}


def pixels_from(message: ImageMessage | CompressedImage) -> ImageArray:
    """Return (H, W, 3) uint8 BGR; a view of the message's data where it is BGR already.

    Raises:
        ImageError: the data does not decode, or does not fit what the message says of it.
    """
    if isinstance(message, CompressedImage):
        return _decompressed(message)
    if message.encoding not in _ENCODINGS:
        return _through_cv_bridge(message)
    channels, conversion = _ENCODINGS[message.encoding]
    raw = _rows(message, channels)
    if conversion is None:
        return raw
    try:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(raw), conversion), dtype=np.uint8)
    except cv2.error as error:  # e.g. an odd width in an encoding of pixel pairs
        size = f"{message.width}x{message.height}"
        raise ImageError(f"{size} image of encoding {message.encoding}: {error.err}") from error


def image_message(pixels: ImageArray) -> ImageMessage:
    """Return a bgr8 message of (H, W, 3) pixels; header left to the caller."""
    message = ImageMessage()
    message.height, message.width = pixels.shape[:2]
    message.encoding = "bgr8"
    message.step = 3 * message.width
    data = array.array("B")  # a list would be slow, and bytes would be copied element by element
    data.frombytes(memoryview(np.ascontiguousarray(pixels)).cast("B"))
    message.data = data
    return message


def compressed_message(pixels: ImageArray, quality: int = 90) -> CompressedImage:
    """Return a JPEG message of (H, W, 3) pixels; header left to the caller."""
    encoded, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not encoded:
        raise ImageError(f"cannot encode an image of shape {pixels.shape} as JPEG")
    message = CompressedImage()
    message.format = "bgr8; jpeg compressed bgr8"
    message.data = array.array("B", data.tobytes())
    return message


def _rows(message: ImageMessage, channels: int) -> ImageArray:
    """View the data as (H, W) or (H, W, channels), honouring rows padded to `step`."""
    height, width, step = message.height, message.width, message.step
    if not height or not width:
        raise ImageError(f"image is empty: {width}x{height}")
    row = width * channels
    if step < row:
        raise ImageError(
            f"step is {step} bytes but {width} px of {message.encoding} need {row} a row"
        )
    data = np.frombuffer(message.data, dtype=np.uint8)
    if data.size < step * height:
        raise ImageError(
            f"data has {data.size} bytes but {height} rows of {step} need {step * height}"
        )
    rows = data[: step * height].reshape(height, step)[:, :row]
    return rows if channels == 1 else rows.reshape(height, width, channels)


def _decompressed(message: CompressedImage) -> ImageArray:
    data = np.frombuffer(message.data, dtype=np.uint8)
    try:
        pixels = cv2.imdecode(data, _AS_STORED) if data.size else None
    except cv2.error:  # e.g. a header that announces more pixels than OpenCV accepts
        pixels = None
    if pixels is None:
        raise ImageError(
            f"compressed image (format {message.format!r}, {data.size} bytes) cannot be decoded"
        )
    return np.asarray(pixels, dtype=np.uint8)


def _through_cv_bridge(message: ImageMessage) -> ImageArray:
    try:
        from cv_bridge import CvBridge, CvBridgeError
    except ImportError as error:
        raise ImageError(_unknown_encoding(message)) from error
    try:
        return np.asarray(CvBridge().imgmsg_to_cv2(message, "bgr8"), dtype=np.uint8)
    except (CvBridgeError, ValueError, KeyError, TypeError, cv2.error) as error:
        raise ImageError(_unknown_encoding(message)) from error


def _unknown_encoding(message: ImageMessage) -> str:
    return unknown_choice("image encoding", message.encoding, _ENCODINGS)
