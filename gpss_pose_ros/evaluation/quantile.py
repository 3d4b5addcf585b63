"""Quantiles of what was measured, where anything was."""

from collections.abc import Iterable

import numpy as np


def quantile(values: Iterable[float], q: float) -> float | None:
    """Return a quantile of the finite values, None where there is none."""
    finite = [v for v in values if np.isfinite(v)]
    return float(np.quantile(finite, q)) if finite else None
