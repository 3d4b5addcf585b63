"""Every error this package raises on purpose.

A message names what was wrong, where, and the valid choices or the fix, so that the person who
reads it at three in the morning in a plant need not open the source.
"""

from collections.abc import Iterable


class GpssError(Exception):
    """Base of all errors raised on purpose by gpss_pose_ros."""


class InputError(GpssError, ValueError):
    """A value handed to the core has the wrong shape, type or range."""


class ConfigurationError(GpssError):
    """A configuration file or parameter is missing, unreadable or out of range."""


class CalibrationError(GpssError):
    """Intrinsics or extrinsics are missing, incomplete or physically impossible."""


class ImageError(GpssError):
    """One image cannot be decoded or does not fit its camera_info: a camera fault, not a crash."""


class ModelError(GpssError):
    """A neural network file is missing, or is not what its description says."""


class RecordingError(GpssError):
    """Recorded footage is missing or unreadable."""


class SetupError(GpssError):
    """Something this machine needs is not installed."""


def unknown_choice(what: str, given: object, valid: Iterable[object], where: str = "") -> str:
    """Return the sentence for a value outside a closed list of choices.

    >>> unknown_choice("codec", "argmin", ["argmax", "dark"], "model.yaml")
    "model.yaml: unknown codec 'argmin'; valid: argmax, dark"
    """
    prefix = f"{where}: " if where else ""
    return f"{prefix}unknown {what} {given!r}; valid: {', '.join(str(v) for v in valid)}"
