"""Nav2's messages, of which few machines have the package: looked for only when asked for."""

import importlib
from types import ModuleType

from gpss_pose_ros.errors import SetupError


def nav2_messages(output: str) -> ModuleType:
    """Return nav2_msgs.msg.

    Args:
        output: the parameter that asks for it.

    Raises:
        SetupError: this ROS 2 does not have it.
    """
    try:
        return importlib.import_module("nav2_msgs.msg")
    except ImportError as error:
        raise SetupError(
            f"output.{output} needs the package nav2_msgs, which is not installed"
            f" (sudo apt install ros-jazzy-nav2-msgs), or output.{output}:=false"
        ) from error
