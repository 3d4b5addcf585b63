"""How far a radial distortion polynomial grows before it folds back."""

import numpy as np
import numpy.typing as npt


def first_positive_root(coefficients: npt.ArrayLike) -> float:
    """Return the smallest positive root of c0 + c1 s + c2 s^2 + ..., infinite if there is none.

    c0 must not be 0. Solved for 1 / s, whose polynomial has c0 in front: high coefficients may
    then be as small as they like.
    """
    inverses = np.roots(np.asarray(coefficients, dtype=np.float64))
    real = inverses.real[np.abs(inverses.imag) <= 1e-9 * np.abs(inverses)]
    largest = float(real.max(initial=0.0))
    return 1.0 / largest if largest > 0.0 else float("inf")
