"""What cv_bridge promises: passes with the overlay and with the real package."""

import cv2
import numpy as np
import pytest
from cv_bridge import CvBridge, CvBridgeError
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

HEIGHT, WIDTH = 6, 8
COLOURS = {"mono": 1, "bgr": 3, "rgb": 3, "bgra": 4, "rgba": 4}
BAYER = ["rggb", "bggr", "gbrg", "grbg"]
ENCODINGS = {
    **{f"{name}8": ("uint8", c) for name, c in COLOURS.items()},
    **{f"{name}16": ("uint16", c) for name, c in COLOURS.items()},
    **{f"bayer_{name}8": ("uint8", 1) for name in BAYER},
    **{f"bayer_{name}16": ("uint16", 1) for name in BAYER},
    "yuv422": ("uint8", 2),
    "yuv422_yuy2": ("uint8", 2),
    "8UC1": ("uint8", 1),
    "8UC2": ("uint8", 2),
    "8UC3": ("uint8", 3),
    "8UC4": ("uint8", 4),
    "8SC1": ("int8", 1),
    "16UC1": ("uint16", 1),
    "16SC3": ("int16", 3),
    "32SC1": ("int32", 1),
    "32FC1": ("float32", 1),
    "32FC3": ("float32", 3),
    "64FC1": ("float64", 1),
}
WIDE = [name for name, (dtype, _) in ENCODINGS.items() if np.dtype(dtype).itemsize > 1]

every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


@pytest.fixture
def bridge() -> CvBridge:
    return CvBridge()


def picture(encoding: str) -> np.ndarray:
    """Noise over the whole range of an encoding's type."""
    dtype, channels = ENCODINGS[encoding]
    shape = (HEIGHT, WIDTH) if channels == 1 else (HEIGHT, WIDTH, channels)
    random = np.random.default_rng(0)
    if np.dtype(dtype).kind == "f":
        return random.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def message_of(pixels: np.ndarray, encoding: str, padding: int = 0, order: str = "<") -> Image:
    """Lay a message out by hand, byte by byte."""
    dtype = pixels.dtype.newbyteorder(order)
    rows = [row.astype(dtype).tobytes() + b"\xaa" * padding for row in pixels]
    return Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=int(order == ">"),
        step=len(rows[0]),
        data=b"".join(rows),
    )


def same(actual: np.ndarray, expected: np.ndarray) -> None:
    assert actual.dtype == expected.dtype
    assert actual.dtype.isnative
    np.testing.assert_array_equal(actual, expected)


@every_encoding
def test_there_and_back(bridge: CvBridge, encoding: str) -> None:
    pixels = picture(encoding)
    header = Header(frame_id="camera")
    message = bridge.cv2_to_imgmsg(pixels, encoding, header)
    assert message == message_of(pixels, encoding).__class__(
        header=header,
        height=HEIGHT,
        width=WIDTH,
        encoding=encoding,
        is_bigendian=0,
        step=pixels.nbytes // HEIGHT,
        data=pixels.tobytes(),
    )
    same(bridge.imgmsg_to_cv2(message), pixels)


@every_encoding
@pytest.mark.parametrize("padding", [0, 8, 24])
def test_padding_at_the_end_of_rows_is_dropped(
    bridge: CvBridge, encoding: str, padding: int
) -> None:
    pixels = picture(encoding)
    pixel_bytes = pixels.itemsize * (pixels.shape[2] if pixels.ndim == 3 else 1)
    message = message_of(pixels, encoding, padding=padding * pixel_bytes)
    same(bridge.imgmsg_to_cv2(message), pixels)


@pytest.mark.parametrize("encoding", WIDE)
def test_big_endian_messages(bridge: CvBridge, encoding: str) -> None:
    pixels = picture(encoding)
    same(bridge.imgmsg_to_cv2(message_of(pixels, encoding, order=">")), pixels)


@pytest.mark.parametrize("encoding", WIDE)
def test_big_endian_arrays(bridge: CvBridge, encoding: str) -> None:
    pixels = picture(encoding)
    message = bridge.cv2_to_imgmsg(pixels.astype(pixels.dtype.newbyteorder(">")), encoding)
    assert message.is_bigendian
    same(bridge.imgmsg_to_cv2(message), pixels)


def test_byte_order_is_of_no_concern_to_bytes(bridge: CvBridge) -> None:
    message = message_of(picture("bgr8"), "bgr8")
    message.is_bigendian = 1
    same(bridge.imgmsg_to_cv2(message, "rgb8"), picture("bgr8")[..., ::-1])


@pytest.mark.parametrize(
    ("encoding", "generic"), [("mono8", "8UC1"), ("bgr8", "8UC3"), ("16UC1", "16UC1")]
)
def test_without_a_name_the_encoding_is_the_type(
    bridge: CvBridge, encoding: str, generic: str
) -> None:
    assert bridge.cv2_to_imgmsg(picture(encoding)).encoding == generic


def test_a_view_of_an_array(bridge: CvBridge) -> None:
    pixels = picture("bgr8")[::2, 1:5, ::-1]
    same(bridge.imgmsg_to_cv2(bridge.cv2_to_imgmsg(pixels, "bgr8")), pixels)


def test_the_result_may_be_drawn_on(bridge: CvBridge) -> None:
    for desired in ("passthrough", "bgr8", "rgb8"):
        image = bridge.imgmsg_to_cv2(message_of(picture("bgr8"), "bgr8"), desired)
        image[:] = 0
        assert not image.any()


@pytest.mark.parametrize("bits", [8, 16])
def test_colour_to_colour(bridge: CvBridge, bits: int) -> None:
    bgr = picture(f"bgr{bits}")
    white = np.full((HEIGHT, WIDTH, 1), np.iinfo(bgr.dtype).max, bgr.dtype)
    images = {
        "bgr": bgr,
        "rgb": bgr[..., ::-1],
        "bgra": np.concatenate([bgr, white], axis=2),
        "rgba": np.concatenate([bgr[..., ::-1], white], axis=2),
    }
    for source, pixels in images.items():
        message = message_of(pixels, f"{source}{bits}")
        for target, expected in images.items():
            same(bridge.imgmsg_to_cv2(message, f"{target}{bits}"), expected)


@pytest.mark.parametrize("bits", [8, 16])
def test_colour_to_grey_weighs_the_channels_and_grey_to_colour_repeats(
    bridge: CvBridge, bits: int
) -> None:
    bgr = picture(f"bgr{bits}")
    grey = bridge.imgmsg_to_cv2(message_of(bgr, f"bgr{bits}"), f"mono{bits}")
    luma = bgr.astype(float) @ [0.114, 0.587, 0.299]  # ITU-R BT.601
    assert np.abs(grey - luma).max() <= 1.0 + luma.max() * 1e-4
    colour = bridge.imgmsg_to_cv2(message_of(grey, f"mono{bits}"), f"rgb{bits}")
    same(colour, np.repeat(grey[..., None], 3, axis=2))


def test_depth_between_8_and_16_bits_keeps_white_white(bridge: CvBridge) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    deep = bridge.imgmsg_to_cv2(message_of(ramp, "mono8"), "mono16")
    same(deep, ramp.astype(np.uint16) * 257)
    same(bridge.imgmsg_to_cv2(message_of(deep, "mono16"), "mono8"), ramp)
    noise = picture("mono16")
    shallow = bridge.imgmsg_to_cv2(message_of(noise, "mono16"), "mono8")
    same(shallow, np.rint(noise / 257).astype(np.uint8))


def test_colour_and_depth_at_once(bridge: CvBridge) -> None:
    pixels = picture("bgr8")
    deep = bridge.imgmsg_to_cv2(message_of(pixels, "bgr8"), "rgb16")
    same(deep, pixels[..., ::-1].astype(np.uint16) * 257)


@pytest.mark.filterwarnings("error")
def test_other_depths_keep_the_numbers(bridge: CvBridge) -> None:
    depth_mm = picture("16UC1")
    same(bridge.imgmsg_to_cv2(message_of(depth_mm, "16UC1"), "32FC1"), depth_mm.astype(np.float32))
    labels = picture("8UC1")
    same(bridge.imgmsg_to_cv2(message_of(labels, "8UC1"), "32SC1"), labels.astype(np.int32))
    values = np.array([[-1.0, 0.4, 0.6, 255.4, 70000.0]], np.float32)
    same(
        bridge.imgmsg_to_cv2(message_of(values, "32FC1"), "16UC1"),
        np.array([[0, 0, 1, 255, 65535]], np.uint16),
    )


def test_a_colour_may_lose_its_name(bridge: CvBridge) -> None:
    pixels = picture("rgb8")
    same(bridge.imgmsg_to_cv2(message_of(pixels, "rgb8"), "8UC3"), pixels)


@pytest.mark.parametrize("pattern", BAYER)
def test_a_bayer_mosaic_of_one_colour_is_that_colour(bridge: CvBridge, pattern: str) -> None:
    colour = {"r": 200, "g": 120, "b": 40}
    cell = np.array([colour[c] for c in pattern], np.uint8).reshape(2, 2)
    message = message_of(np.tile(cell, (4, 4)), f"bayer_{pattern}8")
    inner = bridge.imgmsg_to_cv2(message, "rgb8")[2:-2, 2:-2]
    same(inner, np.broadcast_to(np.array([200, 120, 40], np.uint8), inner.shape))


@pytest.mark.parametrize(("encoding", "luma"), [("yuv422", 1), ("yuv422_yuy2", 0)])
def test_packed_yuv(bridge: CvBridge, encoding: str, luma: int) -> None:
    pixels = np.full((HEIGHT, WIDTH, 2), 128, np.uint8)
    pixels[..., luma] = np.linspace(16, 235, WIDTH)
    message = message_of(pixels, encoding)
    same(bridge.imgmsg_to_cv2(message, "mono8"), pixels[..., luma])
    expected = (pixels[..., luma].astype(float) - 16.0) * 255.0 / 219.0  # ITU-R BT.601
    for channel in np.moveaxis(bridge.imgmsg_to_cv2(message, "bgr8"), 2, 0):
        assert np.abs(channel - expected).max() <= 1.0


def test_packed_yuv_blue_is_blue(bridge: CvBridge) -> None:
    uyvy = np.tile(np.array([[240, 41], [110, 41]], np.uint8), (HEIGHT, WIDTH // 2, 1))
    image = bridge.imgmsg_to_cv2(message_of(uyvy, "yuv422"), "bgr8")
    assert np.abs(image.astype(int) - [255, 0, 0]).max() <= 3


@pytest.mark.parametrize(
    ("source", "desired"),
    [
        ("8UC1", "mono8"),
        ("8UC3", "bgr8"),
        ("16UC1", "mono16"),
        ("bgr8", "8UC1"),
        ("32FC1", "32FC3"),
        ("bgr8", "bayer_rggb8"),
        ("bayer_rggb8", "bgra8"),
        ("bayer_rggb8", "bayer_rggb16"),
        ("mono8", "yuv422"),
        ("mono8", "grey"),
    ],
)
def test_conversions_that_make_no_sense(bridge: CvBridge, source: str, desired: str) -> None:
    with pytest.raises(CvBridgeError):
        bridge.imgmsg_to_cv2(message_of(picture(source), source), desired)


def test_unknown_encodings(bridge: CvBridge) -> None:
    with pytest.raises(CvBridgeError, match="jpeg"):
        bridge.imgmsg_to_cv2(message_of(picture("mono8"), "jpeg"))
    with pytest.raises(CvBridgeError, match="jpeg"):
        bridge.cv2_to_imgmsg(picture("mono8"), "jpeg")


def test_an_array_that_is_not_what_its_encoding_says(bridge: CvBridge) -> None:
    with pytest.raises(CvBridgeError, match="incompatible"):
        bridge.cv2_to_imgmsg(picture("mono8"), "bgr8")
    with pytest.raises(CvBridgeError, match="incompatible"):
        bridge.cv2_to_imgmsg(picture("mono16"), "mono8")
    with pytest.raises(TypeError):
        bridge.cv2_to_imgmsg([[1, 2], [3, 4]])


def test_errors_are_type_errors(bridge: CvBridge) -> None:
    assert issubclass(CvBridgeError, TypeError)
    message = message_of(picture("bgr8"), "bgr8")
    message.data = message.data[:-1]
    with pytest.raises(TypeError):
        bridge.imgmsg_to_cv2(message)


def test_png_keeps_every_pixel(bridge: CvBridge) -> None:
    pixels = picture("bgr8")
    message = bridge.cv2_to_compressed_imgmsg(pixels, "png")
    assert message.format == "png"
    same(bridge.compressed_imgmsg_to_cv2(message), pixels)
    same(bridge.compressed_imgmsg_to_cv2(message, "rgb8"), pixels[..., ::-1])
    same(bridge.compressed_imgmsg_to_cv2(message, "bgr8"), pixels)


@pytest.mark.parametrize("encoding", ["mono8", "mono16", "bgra8"])
def test_png_of_other_types_passes_through(bridge: CvBridge, encoding: str) -> None:
    pixels = picture(encoding)
    message = bridge.cv2_to_compressed_imgmsg(pixels, "png")
    same(bridge.compressed_imgmsg_to_cv2(message), pixels)


def test_jpeg_is_the_default_and_close(bridge: CvBridge) -> None:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    pixels = np.stack([np.tile(ramp, (64, 1))] * 3, axis=2)
    message = bridge.cv2_to_compressed_imgmsg(pixels)
    assert isinstance(message, CompressedImage)
    assert message.format == "jpg"
    decoded = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
    same(bridge.compressed_imgmsg_to_cv2(message), decoded)
    assert np.abs(decoded.astype(int) - pixels).max() < 10


def test_only_arrays_are_compressed(bridge: CvBridge) -> None:
    with pytest.raises(TypeError):
        bridge.cv2_to_compressed_imgmsg([[1, 2], [3, 4]])
