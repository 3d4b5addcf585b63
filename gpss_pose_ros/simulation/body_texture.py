"""Paints an outfit on a body: region colours, the fabric's pattern, folds, weave and dirt."""

import cv2
import numpy as np
import numpy.typing as npt

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import REGIONS, Body
from gpss_pose_ros.simulation.outfit import Colour, Headwear, Outfit, Pattern
from gpss_pose_ros.types import ImageArray

Float32Array = npt.NDArray[np.float32]

_BAND: Colour = (205, 208, 210)
_DIRT: Colour = (74, 62, 50)
_EYE: Colour = (52, 40, 36)
_BARE = ("skin", "hair", "beard", "eye", "mouth", "torso_band", "arm_band", "leg_band")


def texture(body: Body, outfit: Outfit, size: int = 512) -> ImageArray:
    """Return the texture (size, size, 3) uint8 RGB of `body` wearing `outfit`; row 0 is v = 1.

    The same body, outfit and size give the same pixels. Raises InputError for a size below 16.
    """
    if size < 16:
        raise InputError(f"a body's texture needs at least 16 pixels a side, got {size}")
    rng = np.random.default_rng(outfit.seed)
    regions = cv2.resize(body.regions, (size, size), interpolation=cv2.INTER_NEAREST)
    colours = region_colours(outfit)
    image = colours[regions].astype(np.float32)
    if outfit.pattern is not Pattern.PLAIN:
        _weave_in(image, np.isin(regions, _pattern_regions(outfit)), outfit, rng)
    cloth = np.array([name not in _BARE for name in REGIONS], np.float32)[regions]
    image *= _shading(cloth, rng)[..., None]
    _soil(image, cloth, rng)
    result: ImageArray = np.clip(image, 0, 255).astype(np.uint8)
    return result


def region_colours(outfit: Outfit) -> ImageArray:
    """Return the colour (R, 3) uint8 of each of REGIONS."""
    o = outfit
    shirt = o.skin if o.bare_torso else o.shirt
    over = o.vest or shirt
    hair = o.skin if o.headwear is Headwear.BALD else o.hair
    sleeve = shirt if o.long_sleeves else o.skin
    shoes = o.skin if o.barefoot else o.shoes
    shin = o.trousers if o.long_trousers else o.skin
    colours = {
        "skin": o.skin,
        "hair": hair,
        "beard": o.hair if o.beard else o.skin,
        "eye": _EYE,
        "mouth": _blend(o.skin, (150, 50, 50), 0.45),
        "collar": shirt,
        "torso": over,
        "torso_band": _BAND if o.bands else over,
        "belt": o.belt if o.tucked else over,
        "hem": o.trousers if o.tucked else over,
        "thigh": o.trousers,
        "shin": shin,
        "leg_band": _BAND if o.leg_bands and o.long_trousers else shin,
        "upper_arm": shirt,
        "forearm": sleeve,
        "arm_band": _BAND if o.sleeve_bands else shirt,
        "hand": o.gloves or o.skin,
        "shoe": shoes,
        "sole": _blend(shoes, (35, 30, 28), 0.2 if o.barefoot else 0.7),
    }
    return np.array([colours[name] for name in REGIONS], np.uint8)


def _pattern_regions(outfit: Outfit) -> list[int]:
    """Return the regions that show the shirt's fabric."""
    if outfit.bare_torso:
        return []
    shown = {
        "torso": outfit.vest is None,
        "torso_band": outfit.vest is None and not outfit.bands,
        "belt": outfit.vest is None and not outfit.tucked,
        "hem": outfit.vest is None and not outfit.tucked,
        "collar": True,
        "upper_arm": True,
        "arm_band": not outfit.sleeve_bands,
        "forearm": outfit.long_sleeves,
    }
    return [REGIONS.index(name) for name, is_shown in shown.items() if is_shown]


def _weave_in(
    image: Float32Array, where: npt.NDArray[np.bool_], outfit: Outfit, rng: np.random.Generator
) -> None:
    """Draw stripes or plaid in the accent colour, in place; a stripe is some centimetres wide."""
    size = len(image)
    period = size * rng.uniform(0.012, 0.035)
    line = (np.arange(size) / period) % 1.0 < rng.uniform(0.3, 0.55)
    strength = np.float32(0.75) * line.astype(np.float32)
    across = np.broadcast_to(strength[:, None], (size, size))
    if outfit.pattern is Pattern.PLAID:
        across = (across + strength[None, :]) / 2
    blend = (across * where)[..., None]
    image += blend * (np.array(outfit.accent, np.float32) - image)


def _shading(cloth: Float32Array, rng: np.random.Generator) -> Float32Array:
    """Return the brightness (size, size) that folds give cloth, and grain gives everything."""
    size = len(cloth)
    folds = 0.6 * _noise((14, 44), size, rng) + 0.4 * _noise((30, 30), size, rng)
    grain = cv2.resize(
        rng.standard_normal((size // 2 + 1, size // 2 + 1), np.float32),
        (size, size),
        interpolation=cv2.INTER_NEAREST,
    )
    return np.asarray(1.0 + 0.14 * folds * cloth + 0.025 * grain, np.float32)


def _soil(image: Float32Array, cloth: Float32Array, rng: np.random.Generator) -> None:
    """Rub in dirt, in place: blotches on the clothes, many on some and none on others."""
    amount = max(0.0, rng.uniform(-0.4, 0.5))
    if amount > 0.0:
        size = len(image)
        cells = int(rng.integers(8, 40))
        blotches = _noise((cells, cells), size, rng)
        opacity = np.clip(blotches - 0.9, 0.0, 1.0) * np.float32(amount) * cloth
        image += opacity[..., None] * (np.array(_DIRT, np.float32) - image)


def _noise(shape: tuple[int, int], size: int, rng: np.random.Generator) -> Float32Array:
    """Return smooth noise (size, size) float32 of about unit variance, from a grid of `shape`."""
    grid = np.float32(1.3) * rng.standard_normal(shape, np.float32)
    return np.asarray(cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC))


def _blend(a: Colour, b: Colour, share: float) -> Colour:
    """Return the colour `share` of the way from `a` to `b`."""
    red, green, blue = (round(p + share * (q - p)) for p, q in zip(a, b, strict=True))
    return red, green, blue
