"""Starts a node's process and ends it cleanly."""

import ctypes
import sys
import time
from collections.abc import Callable

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rclpy.node import Node

from gpss_pose_ros.errors import GpssError

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_SIGNAL_S = 1.0


def run_node(make_node: Callable[[], Node]) -> None:
    """Spin a node until it is told to stop; a known error is one line, not a traceback.

    A lifecycle node with a true parameter `autostart` is configured and activated first.
    """
    node = None
    _reuse_image_memory()
    rclpy.init()
    try:
        node = make_node()
        if isinstance(node, LifecycleNode) and node.get_parameter("autostart").value:
            _autostart(node)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except GpssError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    except Exception:
        if _goes_on():  # a signal that comes while rclpy converts a message ends in one, too
            raise
    finally:
        if node is not None:
            node.destroy_node()  # ends its threads: one inside C++ would abort the interpreter
        rclpy.try_shutdown()


def _goes_on() -> bool:
    """Tell whether nobody asked the node to end: rclpy hears of a signal a little after Python."""
    deadline_s = time.monotonic() + _SIGNAL_S
    while rclpy.ok() and time.monotonic() < deadline_s:
        time.sleep(_SIGNAL_S / 100)
    return rclpy.ok()


def _reuse_image_memory() -> None:
    """Have glibc keep the memory of freed images: fresh pages cost more than the copy."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)  # the most that glibc allows
        libc.mallopt(_M_TRIM_THRESHOLD, 256 << 20)


def _autostart(node: LifecycleNode) -> None:
    for transition in (node.trigger_configure, node.trigger_activate):
        if transition() != TransitionCallbackReturn.SUCCESS:
            raise GpssError(f"{node.get_name()} could not start; its log says why")
