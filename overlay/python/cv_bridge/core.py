"""The bridge: messages to arrays and back."""

import array
import sys

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from cv_bridge.conversion import convert
from cv_bridge.encodings import Encoding, encoding_of, generic_name
from cv_bridge.errors import CvBridgeError

_COMPRESSED_AS = {1: "mono", 3: "bgr", 4: "bgra"}


class CvBridge:
    """Converts images; `passthrough` keeps the encoding, any other name is converted to."""

    def imgmsg_to_cv2(self, img_msg: Image, desired_encoding: str = "passthrough") -> np.ndarray:
        """Return the image as (H, W) for one channel, else (H, W, C), in native byte order.

        With `passthrough` and no padding the array shares the memory of the message.

        Raises:
            CvBridgeError: unknown encoding, no such conversion, or too little data.
        """
        source = encoding_of(img_msg.encoding)
        image = _pixels(img_msg, source)
        if desired_encoding == "passthrough":
            return image
        return convert(image, source, encoding_of(desired_encoding))

    def cv2_to_imgmsg(
        self, cvim: np.ndarray, encoding: str = "passthrough", header: Header | None = None
    ) -> Image:
        """Return a message of the same pixels; nothing is converted.

        Raises:
            TypeError: `cvim` is not an array.
            CvBridgeError: the array does not have the type that `encoding` says.
        """
        _check_array(cvim)
        generic = generic_name(cvim)
        msg = Image(height=cvim.shape[0], width=cvim.shape[1], encoding=generic)
        if encoding != "passthrough":
            named, actual = encoding_of(encoding), encoding_of(generic)
            if (named.dtype, named.channels) != (actual.dtype, actual.channels):
                raise CvBridgeError(
                    f"encoding specified as {encoding}, but image has incompatible type {generic}"
                )
            msg.encoding = encoding
        if header is not None:
            msg.header = header
        msg.is_bigendian = int(_is_bigendian(cvim.dtype))
        msg.step = cvim.nbytes // max(cvim.shape[0], 1)
        msg.data = _bytes(cvim)
        return msg

    def compressed_imgmsg_to_cv2(
        self, cmprs_img_msg: CompressedImage, desired_encoding: str = "passthrough"
    ) -> np.ndarray:
        """Return the decoded image; colours come as bgr8 or bgra8 unless another is desired.

        Raises:
            CvBridgeError: the data is no image that OpenCV can read, or no such conversion.
        """
        data = np.frombuffer(cmprs_img_msg.data, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if image is None:
            raise CvBridgeError(
                f"{data.size} bytes of format '{cmprs_img_msg.format}' are no image OpenCV reads"
            )
        if desired_encoding == "passthrough":
            return image
        channels = 1 if image.ndim == 2 else image.shape[2]
        source = encoding_of(f"{_COMPRESSED_AS[channels]}{8 * image.itemsize}")
        return convert(image, source, encoding_of(desired_encoding))

    def cv2_to_compressed_imgmsg(
        self, cvim: np.ndarray, dst_format: str = "jpg"
    ) -> CompressedImage:
        """Return the image compressed as `dst_format`, an extension that OpenCV writes (jpg, png).

        Raises:
            TypeError: `cvim` is not an array.
            CvBridgeError: OpenCV cannot write this image in this format.
        """
        _check_array(cvim)
        try:
            written, data = cv2.imencode(f".{dst_format}", cvim)
        except cv2.error as error:
            raise CvBridgeError(f"cannot write format '{dst_format}': {error}") from error
        if not written:
            raise CvBridgeError(f"cannot write this image in format '{dst_format}'")
        return CompressedImage(format=dst_format, data=_bytes(data))


def _check_array(image: object) -> None:
    if not isinstance(image, np.ndarray):
        raise TypeError(f"an image must be a numpy array, not {type(image).__name__}")


def _is_bigendian(dtype: np.dtype) -> bool:
    return dtype.byteorder == ">" or (dtype.byteorder == "=" and sys.byteorder == "big")


def _bytes(image: np.ndarray) -> "array.array[int]":
    """Copy into the type message fields take without checking every element."""
    data = array.array("B")
    data.frombytes(np.ascontiguousarray(image).reshape(-1).view(np.uint8).data)
    return data


def _pixels(msg: Image, encoding: Encoding) -> np.ndarray:
    """Wrap the data, drop the padding, and turn the bytes round if need be."""
    pixel_bytes = encoding.dtype.itemsize * encoding.channels
    if msg.step < msg.width * pixel_bytes or len(msg.data) < msg.height * msg.step:
        raise CvBridgeError(
            f"Image is wrongly formed: {msg.height} rows of step {msg.step} B, {len(msg.data)} B "
            f"in all, do not hold {msg.width}x{msg.height} pixels of {msg.encoding}"
        )
    rows = np.frombuffer(msg.data, np.uint8, msg.height * msg.step)
    rows = rows.reshape(msg.height, msg.step)[:, : msg.width * pixel_bytes]
    wire = encoding.dtype.newbyteorder(">" if msg.is_bigendian else "<")
    image = np.ascontiguousarray(rows).view(wire).astype(encoding.dtype, copy=False)
    shape = (msg.height, msg.width, encoding.channels)
    return image.reshape(shape[:2] if encoding.channels == 1 else shape)
