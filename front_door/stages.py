"""The stages of a set-up: each shows its time while it runs, and its last words if it fails."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from front_door.problem import Problem

Command = list[str | Path]

LINES_SHOWN = 8
SECONDS_BETWEEN_LINES = 30  # where the output is a file, not a terminal

FIXES = (
    (
        r"NewConnectionError|name resolution|Network is unreachable|Connection refused|"
        r"timed? ?out|ProxyError|SSLError",
        "pip cannot reach the package index: check the network, https_proxy, and `pip config list`",
    ),
    (r"No space left", "free about 2 GB on this disk"),
    (
        r"No matching distribution|Could not find a version",
        "the package index lacks that version: use one that mirrors all of PyPI, "
        "and Python 3.10 to 3.13",
    ),
    (
        r"Killed|killed signal",
        "the machine ran out of memory: close other programs, then try again",
    ),
)
DEFAULT_FIX = "read the log; then call ./gpss again, it starts this step afresh"


class Stages:
    """Runs the commands of a set-up one by one, with everything they print in one log."""

    def __init__(self, log: Path, lock: int):
        self._log = log
        self._lock = lock
        log.write_bytes(b"")

    def run(self, title: str, command: Command, env: Mapping[str, str]) -> None:
        """Run one command to its end; raise Problem with what it last said if it fails."""
        start = time.monotonic()
        with self._log.open("ab") as log:
            begin = log.tell()
            # The child inherits the lock: if we are killed, nobody else starts while it still runs.
            child = subprocess.Popen(
                [str(part) for part in command],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self._lock],
            )
            try:
                _wait(child, title, start)
            finally:
                child.kill()
        if child.returncode != 0:
            said = self._log.read_bytes()[begin:].decode(errors="replace")
            cause, fix = _cause(said)
            words = _telling_lines(said, cause)
            raise Problem(f"{title} failed:\n{words}\n  log: {self._log}", fix)


def _wait(child: "subprocess.Popen[bytes]", title: str, start: float) -> None:
    """Wait for `child`, showing how long it has taken."""
    live = sys.stdout.isatty()
    shown = start
    while True:
        try:
            child.wait(0.2 if live else 1.0)
            break
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            if live or now - shown >= SECONDS_BETWEEN_LINES:
                shown = now
                print(f"  {title} ... {now - start:.0f} s", end="\r" if live else "\n", flush=True)
    outcome = "done" if child.returncode == 0 else "failed"
    print(f"  {title}: {outcome} in {time.monotonic() - start:.0f} s ", flush=True)


def _cause(said: str) -> tuple[str, str]:
    """Return the pattern and the fix of the first known cause found in a log."""
    unknown = (r"\b(?i:error)\b|fatal", DEFAULT_FIX)
    return next((known for known in FIXES if re.search(known[0], said)), unknown)


def _telling_lines(said: str, cause: str) -> str:
    """Return the lines of a log from the first that names the cause, or its end."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    matches = (i for i, line in enumerate(lines) if re.search(cause, line))
    first = next(matches, max(0, len(lines) - LINES_SHOWN))
    return "\n".join(f"    {line[:200]}" for line in lines[first : first + LINES_SHOWN])
