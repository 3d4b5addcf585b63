"""Images between ROS messages and OpenCV: the part of `cv_bridge` that this project uses."""

from cv_bridge.core import CvBridge
from cv_bridge.errors import CvBridgeError

__all__ = ["CvBridge", "CvBridgeError"]
