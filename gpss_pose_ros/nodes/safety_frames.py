"""Where frames are in the factory, as TF says, and as of when."""

import tf2_ros
from rclpy.node import Node
from rclpy.time import Time

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.nodes import conversions


class Frames:
    """Looks frames up."""

    def __init__(self, node: Node, factory_frame: str) -> None:
        self.factory_frame = factory_frame
        self._buffer = tf2_ros.Buffer()
        self._listener = tf2_ros.TransformListener(self._buffer, node)

    def newest(self, frame: str) -> tuple[Transform, int]:
        """Return the newest factory_from_frame and its stamp in [ns]; 0 is always valid.

        Raises:
            InputError: there is none.
            CalibrationError: it is no rigid transform.
        """
        if frame == self.factory_frame:
            return Transform.identity(), 0
        try:
            found = self._buffer.lookup_transform(self.factory_frame, frame, Time())
        except tf2_ros.TransformException as error:
            raise InputError(
                f"no transform from {self.factory_frame} to {frame or 'a frame without a name'}:"
                f" {error}"
            ) from error
        return conversions.transform(found), conversions.stamp_ns(found.header.stamp)

    def current(self, frame: str, now_ns: int, oldest_s: float) -> Transform:
        """Return factory_from_frame; InputError also if it is older than `oldest_s`, ROS clock."""
        transform, stamp_ns = self.newest(frame)
        age_s = (now_ns - stamp_ns) / 1e9
        if stamp_ns and not age_s <= oldest_s:
            raise InputError(
                f"the transform from {self.factory_frame} to {frame} is {age_s:.1f} s old"
            )
        return transform
