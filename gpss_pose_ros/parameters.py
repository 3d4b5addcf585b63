"""Parameters, declared once: every field of a settings dataclass is a parameter.

The field's default is the parameter's default, its line under "Attributes:" the description, and
the dataclass's own checks the valid range. A nested dataclass is a prefix with a dot.
"""

import inspect
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, TypeVar

from gpss_pose_ros.errors import ConfigurationError

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Parameter:
    """One parameter: dotted name, default (bool, int, float, str or list of str), description."""

    name: str
    default: Any
    description: str


def parameters_of(settings: type, prefix: str = "") -> Iterator[Parameter]:
    """Yield the parameters of a settings dataclass."""
    descriptions = _descriptions(settings)
    for field in fields(settings):
        default = _default(field)
        name = prefix + field.name
        if is_dataclass(default):
            yield from parameters_of(type(default), f"{name}.")
        else:
            value = list(default) if isinstance(default, tuple) else default
            yield Parameter(name, value, descriptions[field.name])


def settings_from(
    settings: type[Settings], values: Mapping[str, Any], prefix: str = ""
) -> Settings:
    """Build a settings dataclass from parameter values by dotted name.

    Raises:
        ConfigurationError: a value is of the wrong type, or out of range.
    """
    arguments: dict[str, Any] = {}
    for field in fields(settings):  # type: ignore[arg-type]
        default = _default(field)
        name = prefix + field.name
        if is_dataclass(default):
            arguments[field.name] = settings_from(type(default), values, f"{name}.")
        elif name in values:
            arguments[field.name] = _typed(name, values[name], default)
    return settings(**arguments)


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def require_finite(settings: object, where: str, *, above_zero: bool = False) -> None:
    """Raise ConfigurationError unless every number of a settings dataclass is finite and >= 0.

    Args:
        settings: the dataclass; fields that are no numbers are passed over.
        where: named in the message.
        above_zero: refuse 0, too.
    """
    for name, value in vars(settings).items():
        if not isinstance(value, (int, float)):
            continue
        if not math.isfinite(value) or value < 0 or (above_zero and value == 0):
            limit = "> 0" if above_zero else ">= 0"
            raise ConfigurationError(f"{where}: {name} must be finite and {limit}, got {value}")


def _typed(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        if isinstance(value, str):
            raise ConfigurationError(f"parameter {name} must be a list, got {value!r}")
        return tuple(value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        wanted = type(default).__name__
        raise ConfigurationError(f"parameter {name} must be of type {wanted}, got {value!r}")
    return value


def _descriptions(settings: type) -> dict[str, str]:
    """Read the "Attributes:" section of the docstring."""
    _, _, section = (inspect.getdoc(settings) or "").partition("Attributes:\n")
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", section, flags=re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text) for name, text in entries}
