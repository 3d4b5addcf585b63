"""What a lens, a sensor and a compressor do to a rendered image; nothing moves by it."""

import math
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.simulation.dataset.settings import SensorSettings, draw
from gpss_pose_ros.types import ImageArray

_REFERENCE_WIDTH_PX = 640
_GAMMA = 2.2
_MIDDLE_GREY = 0.18  # what automatic exposure makes of an image's mean
_MOST_GAIN = 8.0
_LUMA_BGR = np.array([0.114, 0.587, 0.299], np.float32)  # ITU-R BT.601
Light = npt.NDArray[np.float32]


def photograph(
    pixels: ImageArray, settings: SensorSettings, rng: np.random.Generator
) -> ImageArray:
    """Return `pixels` (H, W, 3) BGR as a real camera with random properties would give them.

    In the order of the light's way: vignetting, defocus and smear of the lens in linear light;
    exposure, white balance and noise of the sensor; then saturation and tone curve.
    """
    light = _to_linear()[pixels]
    light = _blurred(light, settings, rng)
    light *= _gain(light, settings, rng)
    light += _noise(light, settings, rng)
    light = _saturated(light, settings, rng)
    encoded = np.clip(light, 0.0, 1.0) ** (draw(rng, settings.contrast) / _GAMMA)
    return np.asarray(cv2.convertScaleAbs(encoded, alpha=255.0), np.uint8)


def compress(pixels: ImageArray, settings: SensorSettings, rng: np.random.Generator) -> bytes:
    """Return `pixels` as a JPEG file of random quality."""
    quality = round(draw(rng, settings.jpeg_quality))
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(encoded)


@cache
def _to_linear() -> Light:
    """Linear light (256,) of 8-bit values."""
    return ((np.arange(256) / 255.0) ** _GAMMA).astype(np.float32)


def _blurred(light: Light, settings: SensorSettings, rng: np.random.Generator) -> Light:
    scale = light.shape[1] / _REFERENCE_WIDTH_PX
    sigma = draw(rng, settings.defocus_px) * scale
    length, angle = draw(rng, settings.motion_px) * scale, draw(rng, (0.0, math.pi))
    if sigma > 0.2:  # less changes nothing
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)
    if rng.random() < settings.motion_fraction:
        light = np.asarray(cv2.filter2D(light, -1, smear_kernel(length, angle)), np.float32)
    return light


def smear_kernel(length_px: float, angle_rad: float) -> Light:
    """Return a straight smear (n, n), n odd: symmetric about its centre, so that nothing shifts."""
    half = math.ceil(length_px / 2.0)
    v, u = np.mgrid[-half : half + 1, -half : half + 1]
    along = u * math.cos(angle_rad) + v * math.sin(angle_rad)
    across = v * math.cos(angle_rad) - u * math.sin(angle_rad)
    inside = np.clip(length_px / 2.0 + 0.5 - np.abs(along), 0.0, 1.0)
    kernel = inside * np.clip(1.0 - np.abs(across), 0.0, 1.0)
    normalised: Light = (kernel / kernel.sum()).astype(np.float32)
    return normalised


def _gain(light: Light, settings: SensorSettings, rng: np.random.Generator) -> Light:
    """Exposure, white balance and vignetting as one factor (H, W, 3)."""
    v, u = (np.linspace(-1.0, 1.0, n, dtype=np.float32) for n in light.shape[:2])
    corner = (u[None, :] ** 2 + v[:, None] ** 2) / 2.0
    vignetting = 1.0 - draw(rng, settings.vignetting) * corner
    balance = 1.0 + rng.uniform(-1.0, 1.0, 3) * settings.white_balance * [1.0, 0.15, 1.0]
    automatic = min(_MIDDLE_GREY / max(float(light.mean()), 1e-6), _MOST_GAIN)
    colour = (balance * automatic * 2.0 ** draw(rng, settings.exposure_stops)).astype(np.float32)
    gain: Light = vignetting[:, :, None] * colour
    return gain


def _noise(light: Light, settings: SensorSettings, rng: np.random.Generator) -> Light:
    """Gaussian noise whose variance has a part proportional to light (shot) and one that is not."""
    shot, read = draw(rng, settings.shot_noise), draw(rng, settings.read_noise)
    sigma = np.sqrt(np.maximum(light, 0.0) * np.float32(shot**2) + np.float32(read**2))
    noise: Light = sigma * rng.standard_normal(light.shape, dtype=np.float32)
    return noise


def _saturated(light: Light, settings: SensorSettings, rng: np.random.Generator) -> Light:
    """Colours moved towards their grey; all the way for a monochrome camera."""
    saturation = draw(rng, settings.saturation)
    if rng.random() < settings.grey_fraction:
        saturation = 0.0
    grey = (light @ _LUMA_BGR)[:, :, None]
    mixed: Light = grey + np.float32(saturation) * (light - grey)
    return mixed
