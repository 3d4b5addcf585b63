"""One camera as pose_node sees it: its topics, its calibration, its health."""

import threading
import time
from dataclasses import replace

import message_filters
import tf2_ros
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, CompressedImage
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.camera_health import CameraHealth, CameraStatus
from gpss_pose_ros.errors import CalibrationError, GpssError, ImageError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.images import pixels_from
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.types import CameraState, Image

# Drivers publish reliable or best effort; best effort with depth 1 hears both, and a late image is
# dropped by the middleware instead of being queued in front of a newer one.
NEWEST_ONLY = QoSProfile(
    depth=1, history=HistoryPolicy.KEEP_LAST, reliability=ReliabilityPolicy.BEST_EFFORT
)


_UNUSED = "images arrive, but too late to be used: is its clock behind, or the machine overloaded?"


class CameraError(GpssError):
    """The camera's newest image cannot be used; `state` says in which way."""

    def __init__(self, state: CameraState, reason: str) -> None:
        super().__init__(reason)
        self.state = state


class CameraFeed:
    """Subscribes to a camera and makes calibrated images of its messages.

    Callbacks run on the executor's thread, `look_at` on the worker's; a lock guards what both
    touch.

    Attributes:
        received: images that came in.
        faults: images that were looked at and could not be used.
    """

    def __init__(
        self, node: Node, camera_id: str, settings: PoseSettings, tf_buffer: tf2_ros.Buffer
    ) -> None:
        self.camera_id = camera_id
        self.received = 0
        self.faults = 0
        self._settings = settings
        self._clock = node.get_clock()
        self._clock_fault = ""
        self._arrival_ns = 0
        self._used_ns = 0
        self._tf_buffer = tf_buffer
        self._lock = threading.Lock()
        self._health = CameraHealth(camera_id, settings.health)
        self._info: CameraInfo | None = None
        self._calibrated_by: CameraInfo | None = None
        self._model: CameraModel | None = None
        compressed = settings.image_transport == "compressed"
        self.subscriber = message_filters.Subscriber(
            node,
            CompressedImage if compressed else ImageMessage,
            settings.image_topic_of(camera_id),
            qos_profile=NEWEST_ONLY,
        )
        self.subscriber.registerCallback(self._on_image)
        self._info_topic = settings.camera_info_topic_of(camera_id)
        self._info_subscription = node.create_subscription(
            CameraInfo, self._info_topic, self._on_info, NEWEST_ONLY
        )

    def close(self, node: Node) -> None:
        """Unsubscribe."""
        node.destroy_subscription(self.subscriber.sub)
        node.destroy_subscription(self._info_subscription)

    def status(self) -> CameraStatus:
        """Return the camera's status now."""
        with self._lock:
            now_ns = time.monotonic_ns()
            status = self._health.status(now_ns)
            if status.state is not CameraState.OK:
                return status
            if self._clock_fault:
                return replace(status, state=CameraState.BAD_IMAGE, reason=self._clock_fault)
            if now_ns - self._used_ns > self._settings.max_age_s * 1e9:
                return replace(status, state=CameraState.STALE, reason=_UNUSED)
            return status

    def look_at(self, message: ImageMessage | CompressedImage) -> tuple[Image, Camera]:
        """Return the image and the camera as calibrated when it was taken.

        Raises:
            CameraError: the image or its calibration is unusable; the status says so, too.
        """
        stamp_ns = conversions.stamp_ns(message.header.stamp)
        try:
            if stamp_ns < 0:
                raise CameraError(
                    CameraState.BAD_IMAGE, f"capture stamp is negative: {stamp_ns} ns"
                )
            image = Image(self.camera_id, stamp_ns, self._decoded(message))
            camera = self._camera(message, image.size)
            self._require_live(image)
        except CameraError as fault:
            with self._lock:
                self.faults += 1
                self._health.failed(fault.state, str(fault))
            raise
        return image, camera

    def _on_image(self, message: ImageMessage | CompressedImage) -> None:
        stamp_ns = conversions.stamp_ns(message.header.stamp)
        with self._lock:
            self.received += 1
            self._clock_fault = self._against_our_clock(stamp_ns)
            self._arrival_ns = time.monotonic_ns()
            self._health.arrived(stamp_ns, self._arrival_ns)

    def _on_info(self, message: CameraInfo) -> None:
        self._info = message

    def _against_our_clock(self, stamp_ns: int) -> str:
        """Say why an image with this stamp will not be used; empty when it will."""
        ahead_s = (stamp_ns - self._clock.now().nanoseconds) / 1e9
        if -self._settings.max_age_s <= ahead_s <= self._settings.sync.future_s:
            return ""
        side = "ahead of" if ahead_s > 0.0 else "behind"
        return (
            f"capture stamps are {abs(ahead_s):.1f} s {side} this machine's clock:"
            " synchronise the clocks"
        )

    def _require_live(self, image: Image) -> None:
        """Note the pixels as used; raise CameraError when they do not change."""
        with self._lock:
            self._health.looked_at(image.pixels, image.stamp_ns, time.monotonic_ns())
            # As of its arrival: an image that had to wait for its turn is not stale.
            status = self._health.status(self._arrival_ns)
            if status.state is CameraState.FROZEN:
                raise CameraError(status.state, status.reason)
            self._used_ns = time.monotonic_ns()

    def _decoded(self, message: ImageMessage | CompressedImage):
        try:
            return pixels_from(message)
        except ImageError as error:
            raise CameraError(CameraState.BAD_IMAGE, str(error)) from error

    def _camera(self, message: ImageMessage | CompressedImage, size: tuple[int, int]) -> Camera:
        info = self._info
        if info is None:
            raise CameraError(CameraState.UNCALIBRATED, f"no camera_info on {self._info_topic} yet")
        try:
            model = self._calibrated(info)
        except CalibrationError as error:
            raise CameraError(CameraState.UNCALIBRATED, f"{self._info_topic}: {error}") from error
        if model.size != size:
            raise CameraError(
                CameraState.BAD_IMAGE,
                f"image is {size[0]}x{size[1]} but {self._info_topic} describes"
                f" {model.size[0]}x{model.size[1]}: calibrate at the size the driver publishes",
            )
        frame = message.header.frame_id or info.header.frame_id
        try:
            found = self._tf_buffer.lookup_transform(
                self._settings.factory_frame, frame, Time.from_msg(message.header.stamp)
            )
            return Camera(self.camera_id, model, conversions.transform(found))
        except tf2_ros.TransformException as error:
            raise CameraError(
                CameraState.NO_TRANSFORM,
                f"no transform from {self._settings.factory_frame} to {frame}: {error};"
                " publish it, e.g. with calibration_node or a static transform publisher",
            ) from error
        except CalibrationError as error:
            raise CameraError(CameraState.NO_TRANSFORM, str(error)) from error

    def _calibrated(self, info: CameraInfo) -> CameraModel:
        """Return the model of a camera_info, built anew only when it says something new."""
        if self._model is None or not same_calibration(info, self._calibrated_by):
            self._model = conversions.camera_model(info)
            self._calibrated_by = info
        return self._model


def same_calibration(a: CameraInfo, b: CameraInfo) -> bool:
    """Tell whether two camera_infos say the same of the camera."""
    fields = ("width", "height", "distortion_model", "binning_x", "binning_y", "roi")
    arrays = ("k", "d")
    return all(getattr(a, f) == getattr(b, f) for f in fields) and all(
        list(getattr(a, f)) == list(getattr(b, f)) for f in arrays
    )
