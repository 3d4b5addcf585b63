"""How cameras look and where they are, as their camera_info and TF say now."""

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

from gpss_pose_ros.errors import CalibrationError, GpssError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.camera_feed import NEWEST_ONLY, same_calibration
from gpss_pose_ros.nodes.safety_conversions import Clocks
from gpss_pose_ros.nodes.safety_frames import Frames
from gpss_pose_ros.nodes.safety_topics import InputTopics
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.monitor import Monitor


class CameraInput:
    """The calibration of one camera."""

    def __init__(
        self, node: Node, camera_id: str, topic: str, topics: InputTopics, monitor: Monitor
    ) -> None:
        """Subscribe to its camera_info."""
        self._camera_id, self._monitor = camera_id, monitor
        self._info: CameraInfo | None = None
        self._model: CameraModel | None = None
        subscription = node.create_subscription(CameraInfo, topic, self._on_info, NEWEST_ONLY)
        self._topic = subscription.topic_name
        self._unusable = f"no camera_info on {self._topic} yet"
        topics.add(subscription, NEWEST_ONLY)

    def check(self, frames: Frames, clocks: Clocks, oldest_s: float) -> None:
        """Tell the monitor the calibration, or why there is none.

        Args:
            frames: know where the camera is.
            clocks: now.
            oldest_s: a transform that is not static must not be older.
        """
        self._tell(Cause.CAMERA_UNCALIBRATED, self._unusable)
        if self._info is None or self._model is None:
            return
        try:
            frame = self._info.header.frame_id
            place = frames.current(frame, clocks.ros_ns, oldest_s)
            camera = Camera(self._camera_id, self._model, place)
        except GpssError as error:
            self._tell(Cause.CAMERA_NO_TRANSFORM, str(error))
        else:
            self._tell(Cause.CAMERA_NO_TRANSFORM, "")
            self._monitor.camera(camera, clocks.steady_ns)

    def _on_info(self, message: CameraInfo) -> None:
        """Take the intrinsics; a model is made only when they say something new."""
        before, self._info = self._info, message
        if before is not None and same_calibration(message, before):
            return
        try:
            self._model, self._unusable = conversions.camera_model(message), ""
        except CalibrationError as error:
            self._model, self._unusable = None, f"{self._topic}: {error}"

    def _tell(self, cause: Cause, detail: str) -> None:
        if detail:
            self._monitor.fault(cause, self._camera_id, detail)
        else:
            self._monitor.no_fault(cause, self._camera_id)
