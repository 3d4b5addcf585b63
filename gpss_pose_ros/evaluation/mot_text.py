"""MOT-style text on the floor, so that outside results can be scored, and ours outside.

A line is a person in a frame: `frame, id, x, y`, or `frame, id, x, y, sx2, sxy, sy2` with the
covariance of the position; in [m] and [m^2], frame and id integers, separated by commas or blanks,
in any order. Either every line of a file has a covariance or none. What starts with # is a comment,
and `# frame 17: nobody` says that nobody is in frame 17, which no line of a person can say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpss_pose_ros.errors import InputError, RecordingError
from gpss_pose_ros.evaluation.floor_frame import FloorFrame, nobody

_HEADER = "# frame, id, x [m], y [m]"
_COVARIANCE_HEADER = ", sx2 [m^2], sxy [m^2], sy2 [m^2]"
_NOBODY = re.compile(r"#\s*frame\s+(-?\d+)\s*:\s*nobody\s*$")
_COLUMNS = (4, 7)


@dataclass(frozen=True)
class _Row:
    """One line: a person in a frame.

    Attributes:
        line: its number in the file, from 1.
        frame: number of the frame.
        identity: of the person.
        values: x, y in [m], and sx2, sxy, sy2 in [m^2] where given.
    """

    line: int
    frame: int
    identity: int
    values: tuple[float, ...]


def read_floor_frames(path: Path, rate_hz: float) -> tuple[FloorFrame, ...]:
    """Read the frames of a file, in order of time; frame f is at f / rate_hz seconds.

    Raises:
        RecordingError: unreadable, or a line that is not as above; names file and line.
    """
    lines = _lines(path)
    rows = _rows(path, lines)
    frames = {frame: nobody(_stamp_ns(frame, rate_hz)) for frame in _empty(path, lines, rows)}
    for frame, own in rows.items():
        frames[frame] = _frame(path, own, _stamp_ns(frame, rate_hz))
    return tuple(frames[frame] for frame in sorted(frames))


def write_floor_frames(path: Path, frames: Iterable[FloorFrame], rate_hz: float) -> None:
    """Write frames as text; a frame's number is its stamp times the rate, rounded.

    Covariances are written where every frame with somebody in it has them.

    Raises:
        InputError: two frames would get the same number: the rate is too low for them.
        RecordingError: the file cannot be written.
    """
    ordered = sorted(frames, key=lambda frame: frame.stamp_ns)
    known = all(frame.covariances_m2 is not None for frame in ordered if len(frame))
    lines = [_HEADER + _COVARIANCE_HEADER if known and any(map(len, ordered)) else _HEADER]
    numbers: set[int] = set()
    for frame in ordered:
        number = round(frame.stamp_ns * rate_hz / 1e9)
        if number in numbers:
            raise InputError(f"{path}: at {rate_hz:g} Hz two frames have the number {number}")
        numbers.add(number)
        lines += _frame_lines(frame, number, known)
    try:
        path.write_text("\n".join(lines) + "\n")
    except OSError as error:
        raise RecordingError(f"cannot write tracks {path}: {error.strerror}") from error


def _lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines that are not blank with their numbers, from 1."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"cannot read tracks {path}: {error}") from error
    return [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]


def _rows(path: Path, lines: Iterable[tuple[int, str]]) -> dict[int, list[_Row]]:
    """Return the lines with persons by frame."""
    rows: dict[int, list[_Row]] = {}
    columns = 0
    for number, line in lines:
        if line.startswith("#"):
            continue
        where = f"{path}, line {number}"
        row = _row(line, number, where)
        columns = columns or len(row.values)
        if len(row.values) != columns:
            raise RecordingError(f"{where}: covariances are for all lines of a file or none")
        rows.setdefault(row.frame, []).append(row)
    return rows


def _empty(
    path: Path, lines: Iterable[tuple[int, str]], rows: Mapping[int, Sequence[_Row]]
) -> set[int]:
    """Return the frames that a comment says nobody is in."""
    said = [(number, match) for number, line in lines if (match := _NOBODY.match(line))]
    frames = {int(match[1]): number for number, match in said}
    for frame in frames.keys() & rows.keys():
        raise RecordingError(
            f"{path}, line {frames[frame]}: nobody is in frame {frame}, but line"
            f" {rows[frame][0].line} has somebody in it"
        )
    return set(frames)


def _row(line: str, number: int, where: str) -> _Row:
    fields = re.split(r"\s*,\s*|\s+", line)
    if len(fields) not in _COLUMNS:
        raise RecordingError(
            f"{where}: {len(fields)} columns; valid: 4 (frame, id, x, y), or 7 with sx2, sxy, sy2"
        )
    try:
        frame, identity = int(fields[0]), int(fields[1])
    except ValueError as error:
        raise RecordingError(f"{where}: frame and id must be integers, got {line!r}") from error
    try:
        return _Row(number, frame, identity, tuple(float(field) for field in fields[2:]))
    except ValueError as error:
        raise RecordingError(f"{where}: not a number in {line!r}") from error


def _frame(path: Path, rows: Sequence[_Row], stamp_ns: int) -> FloorFrame:
    try:
        return _floor_frame(rows, stamp_ns)
    except InputError as error:
        wrong = next(row for k, row in enumerate(rows) if not _is_frame(rows[: k + 1], stamp_ns))
        raise RecordingError(f"{path}, line {wrong.line}: {error}") from error


def _is_frame(rows: Sequence[_Row], stamp_ns: int) -> bool:
    try:
        _floor_frame(rows, stamp_ns)
    except InputError:
        return False
    return True


def _floor_frame(rows: Sequence[_Row], stamp_ns: int) -> FloorFrame:
    values = np.array([row.values for row in rows])
    return FloorFrame(
        stamp_ns,
        np.array([row.identity for row in rows]),
        values[:, :2],
        values[:, [2, 3, 3, 4]].reshape(-1, 2, 2) if values.shape[1] > 2 else None,
    )


def _stamp_ns(frame: int, rate_hz: float) -> int:
    return round(frame * 1e9 / rate_hz)


def _frame_lines(frame: FloorFrame, number: int, with_covariances: bool) -> Iterator[str]:
    if not len(frame):
        yield f"# frame {number}: nobody"
    for k, identity in enumerate(frame.ids):
        x, y = frame.positions_m[k]
        line = f"{number}, {identity}, {x:.6f}, {y:.6f}"
        if with_covariances and frame.covariances_m2 is not None:
            (sx2, sxy), (_, sy2) = frame.covariances_m2[k]
            line += f", {sx2:.9g}, {sxy:.9g}, {sy2:.9g}"
        yield line
