"""The lists of packages in requirements/, and the part of them a native ROS 2 still lacks."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONSTRAINTS = "constraints.txt"
EVERYWHERE = ("build.txt", "run.txt", "test.txt")
FROM_PYPI_ONLY = ("ros.txt",)
ON_DEMAND = {"train": "train.txt"}  # by command: too big for those who never call it

# Prints the modules, of those given, that the interpreter can import, then "name==version" lines.
INVENTORY = """
import importlib.metadata, importlib.util, sys
print(*[name for name in sys.argv[1:] if importlib.util.find_spec(name)])
for found in importlib.metadata.distributions():
    print(f"{found.metadata['Name']}=={found.version}")
"""


@dataclass(frozen=True)
class Requirement:
    """One line of a list: what pip installs, and the module that shows it is there already."""

    text: str
    module: str


def parse(line: str) -> Requirement | None:
    """Return the requirement a line states, or None for an empty line or comment.

    >>> parse("PyYAML  # import yaml")
    Requirement(text='PyYAML', module='yaml')
    """
    text, _, comment = (part.strip() for part in line.partition("#"))
    if not text:
        return None
    module = re.match(r"import (\w+)", comment)
    return Requirement(text, module[1] if module else project_name(text).replace("-", "_"))


def project_name(text: str) -> str:
    """Return the normalised name of the project in a requirement or constraint."""
    match = re.match(r"[\w.-]+", text)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""


def read(folder: Path, names: tuple[str, ...]) -> list[Requirement]:
    """Return the requirements of some lists in `folder`."""
    lines = [line for name in names for line in (folder / name).read_text().splitlines()]
    return [requirement for requirement in map(parse, lines) if requirement]


def missing_on_native(
    folder: Path, python: Path, names: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """Return the requirements of some lists that `python` cannot import, and constraints for them.

    What the machine has keeps its version: message modules and cv_bridge are compiled against the
    system's NumPy.
    """
    wanted = read(folder, names)
    command = [str(python), "-c", INVENTORY, *[requirement.module for requirement in wanted]]
    modules, *lines = subprocess.check_output(command, text=True).splitlines()
    installed: dict[str, str] = {}
    for line in lines:
        installed.setdefault(project_name(line), line)  # the first one on the path is imported
    pins = read(folder, (CONSTRAINTS,))
    constraints = [installed.get(project_name(pin.text), pin.text) for pin in pins]
    absent = [item.text for item in wanted if item.module not in modules.split()]
    return absent, list(dict.fromkeys(constraints))
