"""Lifecycle transitions that say why they fail: rclpy swallows what they raise."""

import functools
import traceback
from collections.abc import Callable

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from gpss_pose_ros.errors import GpssError

Transition = Callable[[LifecycleNode, LifecycleState], TransitionCallbackReturn]


def explained(transition: Transition) -> Transition:
    """Make a transition log its errors: one line for a known one, else the traceback."""

    @functools.wraps(transition)
    def wrapped(node: LifecycleNode, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except GpssError as error:
            node.get_logger().error(f"{transition.__name__}: {error}")
            return TransitionCallbackReturn.FAILURE
        except Exception:
            node.get_logger().error(f"{transition.__name__}:\n{traceback.format_exc()}")
            raise

    return wrapped
