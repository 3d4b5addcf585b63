"""Reads marker trajectories in TRC, the text format of motion capture tools."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.types import FloatArray

_UNITS_M = {"m": 1.0, "mm": 1e-3}


@dataclass(frozen=True)
class Trajectories:
    """Marker positions over time.

    Attributes:
        names: M marker names.
        positions_m: (F, M, 3) in the axes of the file, in [m]; NaN where a marker is absent.
        rate_hz: frames per second.
    """

    names: tuple[str, ...]
    positions_m: FloatArray
    rate_hz: float

    def marker(self, name: str) -> FloatArray:
        """Return (F, 3) positions of one marker; RecordingError names the valid ones."""
        if name not in self.names:
            raise RecordingError(f"no marker {name!r}; valid: {', '.join(self.names)}")
        return self.positions_m[:, self.names.index(name)]


def read_trc(path: Path) -> Trajectories:
    """Return the trajectories of a TRC file.

    Raises:
        RecordingError: the file is missing or not in TRC format.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not a TRC file: {error}") from error
    try:
        header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
        names = tuple(name for name in lines[3].split("\t")[2:] if name.strip())
        rows = [_row(line, 3 * len(names)) for line in lines[5:] if line.strip()]
        positions = np.array(rows).reshape(len(rows), len(names), 3)
        scale = _UNITS_M[header["Units"]]
        return Trajectories(names, positions * scale, float(header["DataRate"]))
    except (IndexError, KeyError, ValueError) as error:
        raise RecordingError(f"{path} is not a TRC file: {error!r}") from error


def _row(line: str, count: int) -> list[float]:
    cells = line.split("\t")[2 : 2 + count]
    cells += [""] * (count - len(cells))
    return [float(cell) if cell.strip() else float("nan") for cell in cells]
