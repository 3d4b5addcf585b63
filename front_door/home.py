"""Where the ROS 2 that runs us lives: this machine's own installation, or wheels from PyPI."""

import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from front_door.problem import Problem

DISTRIBUTION = "jazzy"
UNTESTED_DISTRIBUTIONS = ("kilted", "rolling")


@dataclass(frozen=True)
class Home:
    """One ROS 2 and everything we install next to it, all inside the repository.

    Attributes:
        root: the repository.
        python: interpreter the virtual environment is made from.
        native: whether ROS 2 is the machine's own (sourced) rather than PyPI's.
    """

    root: Path
    python: str
    native: bool

    @property
    def folder(self) -> Path:
        """Everything that can be deleted and made again."""
        return self.root / ".gpss" / "native" if self.native else self.root / ".gpss"

    @property
    def venv(self) -> Path:
        """Virtual environment with the pinned packages."""
        return self.folder / "venv"

    @property
    def venv_python(self) -> Path:
        """Interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def build(self) -> Path:
        """Scratch of colcon."""
        return self.folder / "build"

    @property
    def install(self) -> Path:
        """Our messages, modules, launch and configuration files, as colcon installs them."""
        return self.folder / "install"

    @property
    def log(self) -> Path:
        """What pip and colcon said."""
        return self.folder / "setup.log"


def find_home(root: Path, environ: Mapping[str, str]) -> Home:
    """Return the sourced ROS 2 if there is one, else the home for wheels from PyPI.

    Raises Problem if the sourced ROS 2 cannot be used.
    """
    distribution = environ.get("ROS_DISTRO", "")
    if not (distribution and environ.get("AMENT_PREFIX_PATH")):
        return Home(root, sys.executable, native=False)
    if distribution in UNTESTED_DISTRIBUTIONS:
        print(f"gpss: warning: ROS 2 {distribution} is sourced; only {DISTRIBUTION} is tested.")
    elif distribution != DISTRIBUTION:
        raise Problem(
            f"ROS 2 {distribution} is sourced, and gpss_pose_ros needs {DISTRIBUTION}.",
            f"source /opt/ros/{DISTRIBUTION}/setup.bash, or use a terminal without any ROS sourced",
        )
    return Home(root, _python_of_ros(environ), native=True)


def _python_of_ros(environ: Mapping[str, str]) -> str:
    """Return the interpreter that the sourced rclpy was compiled for."""
    version = _rclpy_version(environ.get("PYTHONPATH", ""))
    if version is None:
        raise Problem(
            f"ROS 2 {environ['ROS_DISTRO']} is sourced, but PYTHONPATH leads to no rclpy.",
            "source its setup.bash again, or use a terminal without any ROS sourced",
        )
    if version == sys.version_info[:2]:
        return sys.executable
    name = f"python{version[0]}.{version[1]}"
    python = shutil.which(name)
    if python is None:
        raise Problem(f"The sourced ROS 2 needs {name}, which is not on PATH.", f"install {name}")
    return python


def _rclpy_version(python_path: str) -> tuple[int, int] | None:
    """Return the Python version of the first compiled rclpy on `python_path`."""
    for folder in filter(None, python_path.split(":")):
        for library in Path(folder, "rclpy").glob("_rclpy_pybind11.cpython-*.so"):
            match = re.search(r"cpython-(\d)(\d+)", library.name)
            if match:
                return int(match[1]), int(match[2])
    return None
