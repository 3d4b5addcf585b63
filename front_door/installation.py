"""Makes the environment and builds the package, once, and again when what they are made of changes.

Every step ends by writing a stamp. A step without its stamp was interrupted, and starts afresh.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from front_door import fingerprint, machine, requirements
from front_door.environment import tool_environment
from front_door.home import Home
from front_door.stages import Command, Stages

PIP_INSTALL = ("-m", "pip", "install", "--no-input", "--disable-pip-version-check")
PACKAGE = (
    *("CMakeLists.txt", "package.xml", "cmake"),
    *("config", "gpss_pose_ros", "launch", "models", "msg"),
)
BUILD_MACHINE_PYTHON = r"/opt/python/cp\d+-cp\d+"


def ensure(home: Home, addition: str = "") -> None:
    """Return with `home` ready to run; quick (no pip, no colcon) when nothing changed.

    `addition` names a list of packages that only the command at hand needs.
    """
    if _is_ready(home) and has_addition(home, addition):
        return
    home.folder.mkdir(parents=True, exist_ok=True)
    with _locked(home) as lock:
        stages = Stages(home.log, lock)
        if not _is_ready(home):  # another ./gpss may have made it while we waited
            _make(home, stages)
        if not has_addition(home, addition):
            _add(home, addition, stages)


def _is_ready(home: Home) -> bool:
    return fingerprint.is_fresh(
        home.venv, fingerprint.environment_fingerprint(home)
    ) and fingerprint.is_fresh(home.install, fingerprint.build_fingerprint(home))


def has_addition(home: Home, addition: str) -> bool:
    """Return whether a list that only one command needs is installed as it is now."""
    return not addition or fingerprint.is_fresh(home.venv, *fingerprint.addition(home, addition))


def _add(home: Home, addition: str, stages: Stages) -> None:
    """Install a list of packages into the finished environment."""
    stamp = fingerprint.addition(home, addition)
    print(f"gpss: adding requirements/{addition} (once, about 1 GB)", flush=True)
    _install_packages(home, (addition,), stages)
    fingerprint.finish(home.venv, *stamp)


@contextmanager
def _locked(home: Home) -> Iterator[int]:
    """Hold the lock that lets one ./gpss at a time install; the kernel frees it if we die."""
    lock = os.open(home.folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("gpss: another ./gpss is setting up; waiting for it ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _make(home: Home, stages: Stages) -> None:
    machine.require_machine(home)
    wanted = fingerprint.environment_fingerprint(home)
    all_new = not fingerprint.is_fresh(home.venv, wanted)
    size = "a few minutes, about 1 GB" if all_new else "less than a minute"
    print(f"gpss: setting up in {home.folder} ({size}; log: {home.log.name})", flush=True)
    if all_new:
        for folder in (home.venv, home.build, home.install):
            shutil.rmtree(folder, ignore_errors=True)
        _make_environment(home, stages)
        fingerprint.finish(home.venv, wanted)
    _build(home, stages)


def _make_environment(home: Home, stages: Stages) -> None:
    """Make the virtual environment and fill it."""
    options = ["--system-site-packages"] if home.native else []
    venv: Command = [home.python, "-m", "venv", *options, home.venv]
    stages.run("Python environment", venv, os.environ)
    own = () if home.native else requirements.FROM_PYPI_ONLY
    _install_packages(home, own + requirements.EVERYWHERE, stages)
    if home.native:
        machine.require_ros_packages(home)
    else:
        _correct_wheels(home)


def _install_packages(home: Home, lists: tuple[str, ...], stages: Stages) -> None:
    names, constraints = _packages(home, lists)
    pip: Command = [home.venv_python, *PIP_INSTALL, "--constraint", constraints, *names]
    if names:
        stages.run("Packages", pip, tool_environment(home, os.environ))


def _packages(home: Home, names_of_lists: tuple[str, ...]) -> tuple[list[str], Path]:
    """Return what pip must install, and the file with the versions it may choose."""
    lists = home.root / "requirements"
    if not home.native:
        wanted = requirements.read(lists, names_of_lists)
        return [requirement.text for requirement in wanted], lists / requirements.CONSTRAINTS
    names, pins = requirements.missing_on_native(lists, home.venv_python, names_of_lists)
    constraints = home.folder / requirements.CONSTRAINTS
    constraints.write_text("\n".join(pins))
    return names, constraints


def _correct_wheels(home: Home) -> None:
    """Replace the paths of the machine that built the ROS wheels in their CMake files by ours."""
    ask = "import sysconfig; print(*map(sysconfig.get_path, ('include', 'purelib')), sep='\\n')"
    answer = subprocess.check_output([str(home.venv_python), "-c", ask], text=True)
    include, purelib = answer.splitlines()
    for file in home.venv.glob("share/**/*.cmake"):
        old = file.read_text()
        new = re.sub(BUILD_MACHINE_PYTHON + r"/include/python3\.\d+", include, old)
        new = re.sub(BUILD_MACHINE_PYTHON + r"/lib/python3\.\d+/site-packages", purelib, new)
        if new != old:
            file.write_text(new)


def _package_folder(home: Home) -> Path:
    """Return a folder of links to what colcon needs.

    CMake exports no include folder (such as NumPy's, in .gpss/) that lies inside the package's own
    folder, so the repository itself cannot be that folder.
    """
    folder = home.folder / "package"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in PACKAGE:
        (folder / name).symlink_to(home.root / name)
    return folder


def _build(home: Home, stages: Stages) -> None:
    """Build the messages and install the package with colcon, as links to the sources."""
    if not fingerprint.is_finished(home.install):
        shutil.rmtree(home.build, ignore_errors=True)
    # Links to deleted sources would stay, so the links are always made anew; objects are kept.
    shutil.rmtree(home.install, ignore_errors=True)
    wanted = fingerprint.build_fingerprint(home)
    packages = [_package_folder(home)]
    if not home.native:
        packages += [home.root / "overlay" / name for name in fingerprint.OVERLAY_INTERFACES]
    command: Command = [
        home.venv_python,
        "-m",
        "colcon",
        "--log-base",
        home.folder / "colcon_log",
        "build",
    ]
    command += ["--merge-install", "--symlink-install", "--paths", *packages]
    command += ["--build-base", home.build, "--install-base", home.install]
    command += ["--event-handlers", "console_direct+", "--cmake-args", "-DBUILD_TESTING=OFF"]
    command += [f"-DPython3_EXECUTABLE={home.venv_python}"]
    command += [] if home.native else ["-GNinja"]
    stages.run("Messages and package", command, tool_environment(home, os.environ))
    fingerprint.finish(home.install, wanted)
