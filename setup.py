"""Installs the ROS-free core and tools with pip, for machines that train, annotate or evaluate.

ROS 2 builds come from CMakeLists.txt (colcon follows package.xml: ament_cmake) and add the
messages and nodes.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
ENGINE = "onnxruntime"  # a choice: onnxruntime and onnxruntime-gpu fill the same folder


def version() -> str:
    """Return the version without importing the package."""
    text = (HERE / "gpss_pose_ros" / "version.py").read_text()
    return re.findall(r'^VERSION = "(.+)"', text, re.M)[0]


def requirements() -> list[str]:
    """Return what the core needs at run time."""
    lines = (HERE / "requirements" / "run.txt").read_text().splitlines()
    return [line.partition("#")[0].strip() for line in lines if line and not line.startswith("#")]


def configuration() -> list[tuple[str, list[str]]]:
    """Return configuration and models by the folder they go to, as ROS 2 has it."""
    files = [*HERE.glob("config/**/*"), *HERE.glob("models/*")]
    folders = sorted({file.parent for file in files if file.is_file()})
    return [
        (
            f"share/gpss_pose_ros/{folder.relative_to(HERE)}",
            [str(file.relative_to(HERE)) for file in sorted(folder.iterdir()) if file.is_file()],
        )
        for folder in folders
    ]


setup(
    name="gpss_pose_ros",
    version=version(),
    description="Ceiling cameras in, the floor positions of every person's feet out.",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["gpss_pose_ros*"], exclude=["gpss_pose_ros.nodes*"]),
    package_data={"gpss_pose_ros.simulation": ["assets/*"]},
    data_files=configuration(),
    install_requires=[line for line in requirements() if line != ENGINE],
    extras_require={"cpu": [ENGINE], "gpu": [f"{ENGINE}-gpu"]},
)
