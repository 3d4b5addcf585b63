"""A mapping of a YAML file, read key by key with errors that name file, key and choices."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from gpss_pose_ros.errors import ConfigurationError, unknown_choice


def read_section(path: Path) -> "Section":
    """Return the mapping at the top of the YAML file `path`."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read as YAML: {error}") from error
    return Section(str(path), content)


class Section:
    """One mapping of a configuration file; `where` names it in every message."""

    def __init__(self, where: str, content: object) -> None:
        if not isinstance(content, Mapping):
            raise ConfigurationError(f"{where}: must be a mapping of keys to values")
        self.where = where
        self._content: Mapping[Any, Any] = content

    def expect(self, required: Iterable[str], optional: Iterable[str] = ()) -> None:
        """Raise ConfigurationError unless all of `required` and nothing unknown is there."""
        required, valid = set(required), {*required, *optional}
        for key in self._content:
            if key not in valid:
                raise ConfigurationError(unknown_choice("key", key, sorted(valid), self.where))
        missing = sorted(required - set(self._content))
        if missing:
            raise ConfigurationError(
                f"{self.where}: missing {', '.join(missing)}; "
                f"valid keys: {', '.join(sorted(valid))}"
            )

    def section(self, key: str) -> "Section":
        """Return the mapping under `key`."""
        return Section(f"{self.where}: {key}", self._content[key])

    def sections(self, key: str) -> tuple["Section", ...]:
        """Return the mappings in the list under `key`; none where it is absent."""
        value = self._content.get(key, [])
        if not isinstance(value, list):
            raise self._error(key, "a list of mappings", value)
        return tuple(Section(f"{self.where}: {key}[{i}]", item) for i, item in enumerate(value))

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def text(self, key: str) -> str:
        """Return the non-empty string under `key`."""
        value = self._content[key]
        if not isinstance(value, str) or not value:
            raise self._error(key, "a text", value)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return whether `key` is true, or `default` if absent."""
        value = self._content.get(key, default)
        if not isinstance(value, bool):
            raise self._error(key, "true or false", value)
        return value

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        """Return the string under `key`, which must be one of `choices`."""
        value = self._content.get(key, default)
        choices = tuple(choices)
        if value not in choices:
            raise ConfigurationError(unknown_choice(key, value, choices, self.where))
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the non-empty list of strings under `key`."""
        value = self._content[key]
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self._error(key, "a list of texts", value)
        return tuple(value)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return the number under `key`, low <= number <= high, or `default` if absent."""
        if default is not None and key not in self._content:
            return default
        value = self._content[key]
        if not _is_number(value) or not low <= value <= high:
            raise self._error(key, f"a number from {low:g} to {high:g}", value)
        return float(value)

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return the whole number under `key`, low <= number <= high, or `default` if absent."""
        if default is not None and key not in self._content:
            return default
        value = self.number(key, low, high)
        if value != int(value):
            raise self._error(key, f"a whole number from {low} to {high}", value)
        return int(value)

    def numbers(
        self, key: str | int, count: int | None, low: float, high: float
    ) -> tuple[float, ...]:
        """Return the `count` numbers under `key`, None is any, each low <= number <= high."""
        value = self._content[key]
        if (
            not isinstance(value, list)
            or len(value) != (len(value) if count is None else count)
            or not all(_is_number(v) and low <= v <= high for v in value)
        ):
            how_many = "" if count is None else f"{count} "
            raise self._error(key, f"a list of {how_many}numbers from {low:g} to {high:g}", value)
        return tuple(float(v) for v in value)

    def rows(
        self, key: str, columns: int, low: float, high: float
    ) -> tuple[tuple[float, ...], ...]:
        """Return the list of rows under `key`, each of `columns` numbers, low <= number <= high."""
        value = self._content[key]
        if not isinstance(value, list):
            raise self._error(key, f"a list of lists of {columns} numbers", value)
        rows = Section(f"{self.where}: {key}", dict(enumerate(value)))
        return tuple(rows.numbers(i, columns, low, high) for i in range(len(value)))

    def _error(self, key: str | int, wanted: str, value: object) -> ConfigurationError:
        return ConfigurationError(f"{self.where}: {key} must be {wanted}, got {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
