"""The house keeps its shape: imports point downward only, and ROS stays on the top floor."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gpss_pose_ros"

# Every top-level module or subpackage has a floor, and may import its own floor or lower ones.
FLOORS = {
    "types": 0,
    "yaml_section": 0,
    "errors": 0,
    "version": 0,
    "reporting": 0,
    "arguments": 0,
    "parameters": 0,
    "mailbox": 0,
    "stopwatch": 0,
    "geometry": 1,
    "sync": 2,
    "camera_health": 2,
    "perception": 2,
    "fusion": 3,
    "safety": 3,
    "pipeline": 4,
    "annotation": 5,
    "calibration": 5,
    "evaluation": 5,
    "recordings": 5,
    "simulation": 5,
    "training": 5,
    "nodes": 6,
    "bringup": 6,
    "supervisor": 6,
    "commands": 6,
    "cli": 6,
}
NOT_BELOW = {"safety": 1}  # reviewable in one sitting: imports floors 0 and 1 only
ROS_ALLOWED = {"nodes", "bringup", "cli", "commands"}
ROS_MODULES = {
    "ament_index_python",
    "builtin_interfaces",
    "cv_bridge",
    "launch",
    "launch_ros",
    "message_filters",
    "rcl_interfaces",
    "rclpy",
    "tf2_ros",
    "tf_transformations",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def names_of(module: Path) -> tuple[str, ...]:
    """Return the dotted name of a module's file, split, without __init__."""
    parts = module.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports_of(module: Path) -> Iterator[str]:
    """Yield the dotted name of everything a module imports, wherever the import stands."""
    package = module.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(module.read_text(), str(module))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def own_imports(module: Path) -> set[str]:
    """Return the top-level names inside gpss_pose_ros that a module imports."""
    imported = (name.split(".") for name in imports_of(module))
    return {parts[1] for parts in imported if parts[0] == "gpss_pose_ros" and len(parts) > 1}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: ".".join(names_of(module)[1:]))
def test_imports_point_downward(module):
    if len(names_of(module)) == 1:
        assert not module.read_text().strip(), "rosidl writes its own __init__.py over this one"
        return
    top = names_of(module)[1]
    assert top in FLOORS, f"gpss_pose_ros/{top} is new: give it a floor in FLOORS"
    highest = NOT_BELOW.get(top, FLOORS[top])
    for name in own_imports(module) - {top, "msg"}:
        assert name in FLOORS, f"{module.name} imports gpss_pose_ros.{name}, which has no floor"
        assert FLOORS[name] <= highest, (
            f"{module.relative_to(ROOT)} (floor {FLOORS[top]}) imports gpss_pose_ros.{name} "
            f"(floor {FLOORS[name]}); it may import floors 0 to {highest}"
        )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: ".".join(names_of(module)[1:]))
def test_only_the_top_floor_knows_ros(module):
    if names_of(module)[1:2] and names_of(module)[1] in ROS_ALLOWED:
        return
    roots = {name.split(".")[0] for name in imports_of(module)}
    ros = {name for name in roots if name in ROS_MODULES or name.endswith("_msgs")}
    assert not ros, f"{module.relative_to(ROOT)} imports {ros}; only {ROS_ALLOWED} may"
    assert "msg" not in own_imports(module), f"{module.relative_to(ROOT)} imports the messages"


def test_one_version_everywhere():
    version = ElementTree.parse(ROOT / "package.xml").findtext("version")
    code = (PACKAGE / "version.py").read_text()
    assert f'VERSION = "{version}"' in code
    changelog = (ROOT / "CHANGELOG.rst").read_text()
    assert re.search(rf"^{re.escape(str(version))}\b.*\n-+$", changelog, re.M), (
        f"CHANGELOG.rst has no section for version {version} of package.xml"
    )


MACHINE_PATH = re.compile(r"(?<![\w.~$}])/(?:home|root|work|Users)/\w|(?<![\w.~$}])/tmp/\w")
TEXT = {".py", ".md", ".rst", ".txt", ".xml", ".yaml", ".toml", ".msg", ".in", ".rviz", ".cmake"}


def project_files() -> Iterator[Path]:
    """Yield the text files that belong to the project."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        if path.is_file() and not hidden and (path.suffix in TEXT or not path.suffix):
            yield path


def test_no_path_of_one_machine_is_written_down():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}..."
        for path in project_files()
        if path != Path(__file__).resolve()
        for match in [MACHINE_PATH.search(path.read_text(errors="ignore"))]
        if match
    ]
    assert not found, found
