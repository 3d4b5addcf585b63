"""Where installed packages lie."""

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
