"""Where installed packages lie."""

import os
from pathlib import Path

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
)

from gpss_pose_ros.bringup import PACKAGE, NodeSpec
from gpss_pose_ros.errors import SetupError


def share_directory() -> Path:
    """Return the share directory of this package."""
    return Path(get_package_share_directory(PACKAGE))


def model_path() -> tuple[Path, ...]:
    """Return the folders searched for model descriptions and files.

    First the colon-separated folders of GPSS_MODEL_PATH, then the package's own.
    """
    extra = os.environ.get("GPSS_MODEL_PATH", "")
    own = (share_directory() / "config" / "models", share_directory() / "models")
    return (*(Path(place) for place in extra.split(os.pathsep) if place), *own)


def package_is_installed(package: str) -> bool:
    """Tell whether this ROS 2 has a package."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True


def prefixes_of(nodes: tuple[NodeSpec, ...]) -> dict[str, Path]:
    """Return the install prefix of each package; SetupError names one that is not installed."""
    prefixes = {}
    for package in {node.package for node in nodes}:
        try:
            prefixes[package] = Path(get_package_prefix(package))
        except PackageNotFoundError as error:
            raise SetupError(
                f"package {package} is not installed: it needs a native ROS 2 Jazzy"
                f" (sudo apt install ros-jazzy-{package.replace('_', '-')})"
            ) from error
    return prefixes
