"""Fingerprints of what the environment and the build are made from, to see what changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from front_door import requirements
from front_door.home import Home

STAMP = "gpss_stamp"
OVERLAY_INTERFACES = ("nav2_msgs", "tf2_msgs")
"""Interface packages of the overlay: PyPI lacks them, so colcon builds them."""


def environment_fingerprint(home: Home) -> str:
    """Return the fingerprint of everything the virtual environment depends on.

    The folder is part of it (environments cannot be moved); the Python that calls us is not:
    an environment keeps the Python it was made with.
    """
    digest = hashlib.sha256(f"{home.root} {home.native}".encode())
    if home.native:
        digest.update(home.python.encode())
    _add_lists(digest, home, *requirements.FROM_PYPI_ONLY, *requirements.EVERYWHERE)
    return digest.hexdigest()


def addition(home: Home, name: str) -> tuple[str, str]:
    """Return the fingerprint of a list that one command adds, and the name of its stamp."""
    digest = hashlib.sha256()
    _add_lists(digest, home, name)
    return digest.hexdigest(), f"{STAMP}_{Path(name).stem}"


def build_fingerprint(home: Home) -> str:
    """Return the fingerprint of everything the colcon build depends on.

    Modules, models, launch and configuration files are installed as links: only their names
    count.
    """
    digest = hashlib.sha256(environment_fingerprint(home).encode())
    sources = ("CMakeLists.txt", "package.xml", "cmake/*", "msg/*")
    interfaces = (f"overlay/{name}/**/*" for name in OVERLAY_INTERFACES)
    for file in _files(home.root, *sources, *interfaces):
        _add(digest, file, home.root)
    linked = ("config/**/*", "gpss_pose_ros/**/*", "launch/**/*", "models/**/*")
    for file in _files(home.root, *linked):
        digest.update(f"{file.relative_to(home.root)}\n".encode())
    return digest.hexdigest()


def is_fresh(folder: Path, fingerprint: str, name: str = STAMP) -> bool:
    """Return whether `folder` was finished, and from the inputs that `fingerprint` stands for."""
    stamp = folder / name
    return stamp.is_file() and stamp.read_text() == fingerprint


def is_finished(folder: Path) -> bool:
    """Return whether the making of `folder` came to its end, whatever it was made from."""
    return (folder / STAMP).is_file()


def finish(folder: Path, fingerprint: str, name: str = STAMP) -> None:
    """Record, as the very last step, that `folder` is complete."""
    (folder / name).write_text(fingerprint)


def _files(root: Path, *patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and not path.name.startswith(".") and path.suffix != ".pyc":
                yield path


def _add_lists(digest: "hashlib._Hash", home: Home, *names: str) -> None:
    for name in sorted({*names, requirements.CONSTRAINTS}):
        _add(digest, home.root / "requirements" / name, home.root)


def _add(digest: "hashlib._Hash", file: Path, root: Path) -> None:
    digest.update(f"{file.relative_to(root)}\n".encode())
    digest.update(hashlib.sha256(file.read_bytes()).digest())
