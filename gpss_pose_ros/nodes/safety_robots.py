"""Where robots say they are: by odometry, or by TF alone."""

import math
from collections import deque

import numpy as np
from builtin_interfaces.msg import Time
from nav_msgs.msg import Odometry

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.nodes import conversions, safety_conversions
from gpss_pose_ros.nodes.safety_conversions import Clocks
from gpss_pose_ros.nodes.safety_frames import Frames
from gpss_pose_ros.safety.settings import MonitorSettings, RobotEntry
from gpss_pose_ros.safety.values import Robot
from gpss_pose_ros.types import FloatArray

_WINDOW_NS = 200_000_000  # of places from which speed is told: their jitter must not pass for it


def robot_from_odometry(
    entry: RobotEntry,
    message: Odometry,
    frames: Frames,
    clocks: Clocks,
    settings: MonitorSettings,
) -> Robot:
    """Return the robot of a message, whose pose is in any frame that TF knows.

    Raises:
        InputError, CalibrationError: it says what cannot be, or TF does not know the frame.
    """
    stamp = message.header.stamp
    if entry.frame and message.child_frame_id != entry.frame:
        raise InputError(
            f"{entry.odometry} speaks of frame {message.child_frame_id!r}, the site of"
            f" {entry.frame!r}"
        )
    _require_past(stamp, clocks, settings)
    factory_from_odometry = frames.current(
        message.header.frame_id, clocks.ros_ns, settings.robot_timeout_s
    )
    pose = message.pose.pose
    position, orientation = pose.position, pose.orientation
    odometry_from_base = Transform.from_quaternion(
        [orientation.x, orientation.y, orientation.z, orientation.w],
        [position.x, position.y, position.z],
    )
    return safety_conversions.robot(
        entry.name,
        entry.profile,
        factory_from_odometry @ odometry_from_base,
        safety_conversions.planar_velocity(message),
        safety_conversions.position_sigma_m(message.pose.covariance, "pose"),
        clocks.captured_ns(stamp),
    )


class TransformRobot:
    """A robot whose place comes from TF alone, and its velocity from how that changes."""

    def __init__(self, entry: RobotEntry, frames: Frames, settings: MonitorSettings) -> None:
        self._entry, self._frames, self._settings = entry, frames, settings
        self._places: deque[tuple[int, Transform]] = deque()

    def robot(self, clocks: Clocks) -> Robot | None:
        """Return the robot as of the newest transform; None until its velocity is known.

        Raises:
            InputError, CalibrationError: there is no transform, or one that cannot be.
        """
        entry = self._entry
        place, stamp_ns = self._frames.newest(entry.frame)
        if stamp_ns == 0:
            raise InputError(
                f"the transform of {entry.frame} is static, or has no stamp: it does not say"
                " where the robot is now"
            )
        stamp = conversions.time_message(stamp_ns)
        _require_past(stamp, clocks, self._settings)
        self._remember(stamp_ns, place)
        if len(self._places) < 2:
            return None
        return safety_conversions.robot(
            entry.name, entry.profile, place, self._velocity(), 0.0, clocks.captured_ns(stamp)
        )

    def _remember(self, stamp_ns: int, place: Transform) -> None:
        """Keep the places of the window, and the last one before it; start anew after a gap."""
        places = self._places
        if places:
            passed_ns = stamp_ns - places[-1][0]
            if passed_ns == 0:
                return
            if not 0 < passed_ns <= self._settings.robot_timeout_s * 1e9:
                places.clear()
        places.append((stamp_ns, place))
        while len(places) > 2 and stamp_ns - places[1][0] >= _WINDOW_NS:
            places.popleft()

    def _velocity(self) -> FloatArray:
        """Return x, y in [m/s] and turn rate in [rad/s] (3,), in the robot's own frame."""
        (before_ns, before), (now_ns, now) = self._places[0], self._places[-1]
        before_from_now = before.inverse() @ now
        turned_rad = math.atan2(*before_from_now.rotation[1::-1, 0])
        moved_m = now.rotation.T @ (now.translation - before.translation)
        moved: FloatArray = np.array([moved_m[0], moved_m[1], turned_rad])
        return moved / ((now_ns - before_ns) / 1e9)


def _require_past(stamp: Time, clocks: Clocks, settings: MonitorSettings) -> None:
    """Raise InputError for a stamp ahead of our clock."""
    ahead_s = clocks.ahead_s(stamp)
    if not ahead_s <= settings.future_s:
        raise InputError(
            f"its stamps are {ahead_s:.2f} s ahead of this machine's clock: synchronise the clocks"
        )
