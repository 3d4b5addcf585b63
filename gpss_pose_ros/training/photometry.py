"""Colours, light, sharpness and noise, varied at random."""

import cv2
import numpy as np

from gpss_pose_ros.training.settings import PhotometrySettings
from gpss_pose_ros.types import ImageArray

_SHADING_CELLS = 4


def distort(
    pixels: ImageArray, settings: PhotometrySettings, rng: np.random.Generator
) -> ImageArray:
    """Return BGR pixels (H, W, 3) as another camera in other light might give them."""
    s = settings
    pixels = _recolour(pixels, s, rng)
    if rng.random() < s.shading_fraction:
        pixels = _shade(pixels, rng)
    pixels = _retone(pixels, s, rng)
    if rng.random() < s.blur_fraction:
        pixels = _blur(pixels, rng.uniform(0.4, 1.6))
    if rng.random() < s.motion_fraction:
        pixels = _smear(pixels, rng)
    if rng.random() < s.coarse_fraction:
        pixels = _coarsen(pixels, rng.uniform(0.4, 0.85))
    if rng.random() < s.noise_fraction:
        pixels = _add_noise(pixels, rng.uniform(*s.noise), rng)
    if rng.random() < s.jpeg_fraction:
        pixels = _compress(pixels, int(rng.integers(20, 85)))
    return pixels


def _recolour(
    pixels: ImageArray, settings: PhotometrySettings, rng: np.random.Generator
) -> ImageArray:
    grey = rng.random() < settings.grey_fraction
    turn = rng.uniform(-settings.hue_deg, settings.hue_deg) / 2.0  # OpenCV's hue is in 2 deg
    factor = 0.0 if grey else rng.uniform(*settings.saturation)
    values = np.arange(256)
    curves = np.stack([(values + turn) % 180, np.minimum(values * factor, 255), values], axis=-1)
    hsv = cv2.LUT(cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV), curves.astype(np.uint8)[None])
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), dtype=np.uint8)


def _retone(
    pixels: ImageArray, settings: PhotometrySettings, rng: np.random.Generator
) -> ImageArray:
    middle = float(pixels.mean()) / 255.0
    values = np.linspace(0.0, 1.0, 256) ** rng.uniform(*settings.gamma)
    # About the image's own middle: a dark image must not become black.
    values = (values - middle) * rng.uniform(*settings.contrast) + middle
    values += rng.uniform(-settings.brightness, settings.brightness)
    gains = np.exp(rng.normal(0.0, settings.channel_gain, 3))
    curves = np.clip(values[:, None] * gains * 255.0, 0.0, 255.0).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, curves[None]), dtype=np.uint8)


def _shade(pixels: ImageArray, rng: np.random.Generator) -> ImageArray:
    coarse = rng.integers(50, 170, (_SHADING_CELLS, _SHADING_CELLS), dtype=np.uint8)
    field = cv2.resize(coarse, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    shaded = cv2.multiply(pixels, cv2.cvtColor(field, cv2.COLOR_GRAY2BGR), scale=1.0 / 128.0)
    return np.asarray(shaded, dtype=np.uint8)


def _blur(pixels: ImageArray, sigma_px: float) -> ImageArray:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma_px), dtype=np.uint8)


def _smear(pixels: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Blur along a line of random direction."""
    size = int(rng.choice([3, 5, 7, 9]))
    middle, angle = size // 2, rng.uniform(0.0, np.pi)
    reach = np.round(middle * np.array([np.cos(angle), np.sin(angle)])).astype(int)
    kernel = np.zeros((size, size), dtype=np.float32)
    cv2.line(kernel, (middle - reach).tolist(), (middle + reach).tolist(), 1.0)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), dtype=np.uint8)


def _coarsen(pixels: ImageArray, factor: float) -> ImageArray:
    height, width = pixels.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height)), dtype=np.uint8)


def _add_noise(pixels: ImageArray, sigma: float, rng: np.random.Generator) -> ImageArray:
    # OpenCV's generator is several times faster than numpy's; it is seeded, thread by thread.
    cv2.setRNGSeed(int(rng.integers(2**31)))
    noise = np.empty(pixels.shape, dtype=np.int16)
    cv2.randn(noise, np.zeros(3), np.full(3, sigma))
    return np.asarray(cv2.add(pixels, noise, dtype=cv2.CV_8U), dtype=np.uint8)


def _compress(pixels: ImageArray, quality: int) -> ImageArray:
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), dtype=np.uint8)
