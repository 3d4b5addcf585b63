"""Which worlds and bodies belong to which split, so that val and test are new to a network."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from gpss_pose_ros.errors import ConfigurationError, unknown_choice

_SPLIT_IDS = {"train": 0, "val": 1, "test": 2}
_TEST_EVERY, _VAL_EVERY = 6, 8
_LEAST_BODIES = 8
Item = TypeVar("Item")


def bodies_of(split: str, bodies: Sequence[Item]) -> tuple[Item, ...]:
    """Return the bodies of one split; of 24 these are 17 for train, 3 for val and 4 for test.

    Test has bodies 5, 11, 17, 23, ..., val has bodies 2, 10, 18, ... of the others, train the rest.

    Raises:
        ConfigurationError: the split is unknown, or there are too few bodies to split.
    """
    if len(bodies) < _LEAST_BODIES:
        raise ConfigurationError(
            f"a dataset needs at least {_LEAST_BODIES} bodies to split, got {len(bodies)}"
        )
    wanted = _id(split)
    return tuple(body for i, body in enumerate(bodies) if _SPLIT_IDS[_split_of_body(i)] == wanted)


def world_number(split: str, index: int, images_per_world: int) -> int:
    """Return the number of the world in which image `index` of a split is taken.

    No number belongs to two splits.
    """
    return index // images_per_world * len(_SPLIT_IDS) + _id(split)


def world_rng(seed: int, world: int) -> np.random.Generator:
    """Return the randomness of a world of the dataset `seed`."""
    return np.random.default_rng([seed, world])


def image_rng(seed: int, world: int, index: int) -> np.random.Generator:
    """Return the randomness of one image: it depends on no other image."""
    return np.random.default_rng([seed, world, index, 0])


def camera_rng(seed: int, world: int, group: int) -> np.random.Generator:
    """Return the randomness of what a few images share: the camera and the hall's look."""
    return np.random.default_rng([seed, world, group, 1])


def _split_of_body(index: int) -> str:
    if index % _TEST_EVERY == _TEST_EVERY - 1:
        return "test"
    return "val" if index % _VAL_EVERY == 2 else "train"


def _id(split: str) -> int:
    if split not in _SPLIT_IDS:
        raise ConfigurationError(unknown_choice("split", split, _SPLIT_IDS))
    return _SPLIT_IDS[split]
