"""What a simulated person wears; `body_texture` paints it, `headwear` shapes helmets and caps."""

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import TypeVar

import numpy as np

from gpss_pose_ros.errors import InputError

_Choice = TypeVar("_Choice", bound=Enum)
Colour = tuple[int, int, int]  # red, green, blue, 0-255


class Headwear(Enum):
    """What is on the head."""

    HAIR = "hair"
    BALD = "bald"
    CAP = "cap"
    HELMET = "helmet"


class Pattern(Enum):
    """What the shirt's fabric shows."""

    PLAIN = "plain"
    STRIPES = "stripes"
    PLAID = "plaid"


@dataclass(frozen=True)
class Outfit:
    """The clothes and colours of one person; colours are RGB, 0-255.

    Attributes:
        skin, hair, shirt, trousers, shoes, belt: their colours.
        gloves: None where the hands are bare.
        vest: colour of a vest over the shirt, None without; high-visibility ones have bands.
        bands: reflective bands around torso and braces over the shoulders.
        sleeve_bands, leg_bands: reflective bands there.
        accent: the other colour of a pattern.
        pattern: of the shirt.
        long_sleeves, long_trousers, tucked, beard: yes or no; a tucked shirt shows the belt.
        bare_torso, barefoot: no shirt, no shoes.
        headwear, headwear_colour: what is on the head.
        seed: of everything random in the texture: folds, weave, dirt.
    """

    skin: Colour
    hair: Colour
    shirt: Colour
    trousers: Colour
    shoes: Colour
    belt: Colour
    accent: Colour
    headwear_colour: Colour
    gloves: Colour | None = None
    vest: Colour | None = None
    bands: bool = False
    sleeve_bands: bool = False
    leg_bands: bool = False
    pattern: Pattern = Pattern.PLAIN
    long_sleeves: bool = True
    long_trousers: bool = True
    tucked: bool = False
    beard: bool = False
    bare_torso: bool = False
    barefoot: bool = False
    headwear: Headwear = Headwear.HAIR
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and (
                len(value) != 3 or not all(0 <= channel <= 255 for channel in value)
            ):
                raise InputError(f"outfit: {field.name} must be three of 0-255, got {value}")


_SKINS = (
    (244, 208, 177),
    (231, 185, 145),
    (208, 153, 108),
    (165, 112, 72),
    (120, 77, 48),
    (72, 46, 32),
)
_HAIRS = (
    (28, 22, 18),
    (62, 42, 28),
    (105, 72, 42),
    (176, 140, 88),
    (140, 140, 140),
    (214, 210, 204),
)
_HI_VIS = ((214, 240, 35), (255, 120, 20), (255, 85, 40), (190, 235, 60))
_CLOTHS = (
    (28, 34, 48), (40, 62, 110), (60, 90, 150), (90, 98, 105), (45, 48, 50), (150, 150, 148),
    (232, 232, 228), (170, 40, 40), (40, 95, 60), (96, 76, 54), (196, 178, 140), (110, 60, 110),
    (230, 190, 60), (60, 130, 140),
)  # fmt: skip
_TROUSERS = (
    (26, 30, 42), (38, 56, 96), (70, 92, 130), (60, 62, 64), (35, 35, 36), (110, 112, 112),
    (120, 104, 80), (84, 92, 66), (205, 200, 190), (150, 60, 40),
)  # fmt: skip
_SHOES = ((30, 28, 28), (70, 48, 32), (120, 86, 56), (235, 235, 230), (60, 66, 80), (150, 40, 40))
_HELMETS = (
    (245, 245, 240),
    (250, 205, 30),
    (235, 95, 25),
    (35, 80, 170),
    (190, 30, 35),
    (40, 130, 70),
)


def random_outfit(rng: np.random.Generator) -> Outfit:
    """Return an outfit as seen in plants: half in high-visibility, many helmets, no two alike."""
    hi_vis = rng.random() < 0.5
    jacket = hi_vis and rng.random() < 0.35
    bright = _varied(_HI_VIS, rng, 12)
    cloth = _varied(_CLOTHS, rng, 22)
    trousers = _varied(_HI_VIS if hi_vis and rng.random() < 0.25 else _TROUSERS, rng, 18)
    return Outfit(
        skin=_varied(_SKINS, rng, 12),
        hair=_varied(_HAIRS, rng, 12),
        shirt=bright if jacket else cloth,
        trousers=cloth if not hi_vis and rng.random() < 0.2 else trousers,
        shoes=_varied(_SHOES, rng, 15),
        belt=_varied(_SHOES, rng, 15),
        accent=_varied(_CLOTHS, rng, 22),
        headwear_colour=_varied((*_HELMETS, *_CLOTHS[:5]), rng, 12),
        gloves=_varied(_CLOTHS, rng, 22) if rng.random() < 0.35 else None,
        vest=bright if hi_vis and not jacket else cloth if rng.random() < 0.05 else None,
        bands=hi_vis,
        sleeve_bands=jacket,
        leg_bands=hi_vis and bool(rng.random() < 0.4),
        pattern=Pattern.PLAIN if jacket else _chosen(Pattern, (0.7, 0.15, 0.15), rng),
        long_sleeves=jacket or bool(rng.random() < 0.6),
        long_trousers=bool(rng.random() < 0.93),
        tucked=bool(rng.random() < 0.3),
        beard=bool(rng.random() < 0.2),
        headwear=_chosen(Headwear, (0.42, 0.08, 0.15, 0.35), rng),
        seed=int(rng.integers(2**31)),
    )


def light_outfit(rng: np.random.Generator) -> Outfit:
    """Return what people wear in a laboratory or a hot hall: little, and nothing reflective."""
    bare = bool(rng.random() < 0.35)
    return replace(
        random_outfit(rng),
        shirt=_varied(_CLOTHS, rng, 22),
        trousers=_varied(_TROUSERS, rng, 18),
        gloves=None,
        vest=None,
        bands=False,
        sleeve_bands=False,
        leg_bands=False,
        long_sleeves=bool(rng.random() < 0.25),
        long_trousers=bool(rng.random() < 0.35),
        tucked=bare,
        bare_torso=bare,
        barefoot=bool(rng.random() < 0.45),
        headwear=_chosen(Headwear, (0.6, 0.12, 0.28, 0.0), rng),
    )


def _varied(colours: tuple[Colour, ...], rng: np.random.Generator, spread: float) -> Colour:
    """Return one of `colours`, a little lighter or darker and off in hue."""
    base = np.array(colours[rng.integers(len(colours))])
    colour = base * rng.uniform(0.85, 1.12) + rng.normal(0.0, spread / 2, 3)
    red, green, blue = (int(v) for v in np.clip(colour, 0, 255))
    return red, green, blue


def _chosen(choices: type[_Choice], shares: tuple[float, ...], rng: np.random.Generator) -> _Choice:
    """Return one member of an enumeration; `shares` of them, in its order, sum to 1."""
    return list(choices)[int(rng.choice(len(shares), p=shares))]
