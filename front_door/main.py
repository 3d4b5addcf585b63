"""What `./gpss` does with its arguments."""

import os
import signal
import sys
from pathlib import Path

from front_door import installation, machine
from front_door.checks import check
from front_door.environment import require_no_security, run_environment
from front_door.home import find_home
from front_door.problem import Problem
from front_door.requirements import ON_DEMAND

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ("demo", "dataset", "faults")  # commands that draw simulated cameras

COMMANDS = {
    "demo": "watch people in a simulated factory: ./gpss demo [--headless] [--report FILE.json]",
    "up": "start the graph on live cameras: ./gpss up [name:=value ...]",
    "replay": "run recorded footage through the graph: ./gpss replay FOLDER [--report FILE.json]",
    "echo": "print the people that a running graph sees",
    "bench": "measure a part: ./gpss bench pipeline|transport|triangulation [--report FILE.json]",
    "faults": "break a running graph on purpose: ./gpss faults [--only NAME ...] [--repeat N]",
    "dataset": "render labelled images of the simulated factory: ./gpss dataset --out FOLDER",
    "train": "train our networks on them: ./gpss train detector|pose [--config FILE]",
    "eval": "measure the models: ./gpss eval real|dataset FOLDER [--report FILE.json]",
    "zones": "print the safety zones of a simulated world: ./gpss zones [--world NAME|FILE]",
    "test": "check everything; with arguments, call pytest with them: ./gpss test [-k NAME ...]",
    "help": "show this text; ./gpss COMMAND --help shows what one command can do",
}


def main(argv: list[str]) -> int:
    """Make sure everything is installed, then become the command in `argv`."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `./gpss help | head` is no error
    command = argv[0] if argv else "help"
    if command in ("help", "-h", "--help"):
        print(_help())
        return 0
    if command not in COMMANDS:
        print(f"gpss: unknown command {command!r}; valid: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # ends children too
    try:
        return _run(command, argv)
    except Problem as problem:
        print(f"gpss: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ngpss: interrupted; call it again to continue", file=sys.stderr)
        return 128 + signal.SIGINT


def _run(command: str, argv: list[str]) -> int:
    home = find_home(ROOT, os.environ)
    require_no_security(home, os.environ)
    if command in DRAWING:
        machine.require_rendering(os.environ)
    installation.ensure(home, ON_DEMAND.get(command, ""))
    env = run_environment(home, os.environ)
    if command != "test":
        python, cli = str(home.venv_python), str(home.install / "lib" / "gpss_pose_ros" / "cli")
        sys.stdout.flush()
        os.execve(python, [python, cli, *argv], env)
    return check(home, argv[1:], env)


def _help() -> str:
    lines = [f"  {name:8}{text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "Ceiling cameras in, people's feet on the factory floor out.",
            "",
            *lines,
            "",
            "The first call installs everything into .gpss/ (a few minutes; needs no root).",
            "Delete .gpss/ to start afresh or to change the Python version.",
        ]
    )
