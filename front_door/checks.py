"""`./gpss test`: the checks that a change must pass, in order of how fast they fail."""

import subprocess
import time
from collections.abc import Mapping

from front_door.home import Home

# Runs a module as `python -m` does, without putting the source folder before the installed package,
# which alone has the messages. (Python 3.11 has -P for this, 3.10 has nothing.)
RUN_MODULE = """
import runpy, sys
sys.path = [folder for folder in sys.path if folder]
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""

CHECKS = {
    "ruff check": ("ruff", "check", ".", "gpss"),
    "ruff format": ("ruff", "format", "--check", ".", "gpss"),
    "mypy": ("mypy",),
    "pytest": ("pytest",),
}


def check(home: Home, arguments: list[str], env: Mapping[str, str]) -> int:
    """Run every check, or only pytest if it is given arguments; return 0 if all pass."""
    if arguments:
        return _call(home, ("pytest", *arguments), env)
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        start = time.monotonic()
        if _call(home, command, env) != 0:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)
    print(f"== failed: {', '.join(failed)}" if failed else "== all checks passed")
    return 1 if failed else 0


def _call(home: Home, command: tuple[str, ...], env: Mapping[str, str]) -> int:
    """Run a tool of the environment in the repository; return its exit code."""
    python = (str(home.venv_python), "-c", RUN_MODULE)
    return subprocess.call(python + command, cwd=home.root, env=dict(env))
