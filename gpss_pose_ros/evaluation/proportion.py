"""How sure one can be of a proportion that was counted."""

from scipy.special import betaincinv


def proportion_bounds(
    successes: float, trials: float, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Return the exact bounds of a proportion (Clopper and Pearson 1934), None without trials.

    Of trials that depend on each other, give their effective number, which need not be whole, and
    the share of it: that is the interval of Korn and Graubard (1998).

    Args:
        successes: of them, 0 <= successes <= trials.
        trials: above 0, or there is nothing to say.
        confidence: that the truth is within; half of the rest lies on each side.
    """
    if not trials > 0.0:
        return None
    tail = (1.0 - confidence) / 2.0
    failures = trials - successes
    low = betaincinv(successes, failures + 1.0, tail) if successes > 0.0 else 0.0
    high = betaincinv(successes + 1.0, failures, 1.0 - tail) if failures > 0.0 else 1.0
    return float(low), float(high)
