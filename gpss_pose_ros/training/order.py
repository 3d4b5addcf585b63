"""Which samples a step takes: a pure function of seed and step, so that a run can be resumed."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]


class SampleOrder:
    """Groups of samples in a new order every time all have been taken.

    Samples of one group follow each other: those of one image, which is then read once.

    Args:
        group_sizes: (G,) samples in each group.
        batch: samples a step.
        seed: source of the order.
    """

    def __init__(self, group_sizes: npt.ArrayLike, batch: int, seed: int) -> None:
        self._sizes = np.asarray(group_sizes, dtype=np.intp)
        self._batch = batch
        self._seed = seed
        self.count = int(self._sizes.sum())
        self._shuffled = lru_cache(maxsize=2)(self._shuffle)

    def at(self, step: int) -> Indices:
        """Return (batch, 2): group and number within it of each sample of a step."""
        places = step * self._batch + np.arange(self._batch)
        rounds, offsets = np.divmod(places, self.count)
        return np.stack([self._shuffled(int(r))[o] for r, o in zip(rounds, offsets, strict=True)])

    def _shuffle(self, times: int) -> Indices:
        groups = np.random.default_rng((self._seed, times)).permutation(len(self._sizes))
        sizes = self._sizes[groups]
        numbers = np.arange(self.count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.stack([np.repeat(groups, sizes), numbers], axis=-1)
