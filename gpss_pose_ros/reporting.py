"""One shape for every report of a command that measures: figures, a table, a JSON file."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.version import VERSION


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        name: stable name; scripts read it.
        value: the number, or None where it could not be measured.
        unit: e.g. "mm", "ms", "1" for a fraction.
        at_least: goal, where more is better.
        at_most: goal, where less is better; with at_least, a range.
    """

    name: str
    value: float | None
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words, empty where there is none."""
        bounds = ((">=", self.at_least), ("<=", self.at_most))
        return ", ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    @property
    def reached(self) -> bool:
        """Whether the goal is met; a figure that could not be measured misses its goal."""
        if self.value is None:
            return not self.goal
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)


@dataclass(frozen=True)
class Report:
    """The figures of one command's run."""

    command: str
    figures: tuple[Figure, ...]

    def table(self) -> str:
        """The figures as text: name, value, unit, goal, and MISSED where a goal is missed."""
        rows = [("figure", "value", "unit", "goal", "")]
        for figure in self.figures:
            value = "not measured" if figure.value is None else f"{figure.value:.4g}"
            rows.append(
                (figure.name, value, figure.unit, figure.goal, "" if figure.reached else "MISSED")
            )
        return "\n".join(_aligned(rows))

    def save(self, path: Path) -> None:
        """Write the report as JSON.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        document = {
            "command": self.command,
            "version": VERSION,
            "machine": machine(),
            "figures": {
                f.name: {"value": f.value, "unit": f.unit, "goal": f.goal} for f in self.figures
            },
        }
        try:
            path.write_text(json.dumps(document, indent=2) + "\n")
        except OSError as error:
            raise ConfigurationError(f"cannot write report {path}: {error.strerror}") from error


def machine() -> str:
    """This machine in words: processor architecture, cores, system, Python."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
