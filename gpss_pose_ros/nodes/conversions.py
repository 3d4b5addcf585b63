"""Messages to values of the core and back."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, TransformStamped, Vector3
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import CameraStatus as CameraStatusMessage
from gpss_pose_ros.msg import FloorObservation as FloorObservationMessage
from gpss_pose_ros.msg import FloorObservationArray, Keypoint, PersonPose, StageTiming
from gpss_pose_ros.msg import Foot as FootMessage
from gpss_pose_ros.types import (
    FloatArray,
    FloorObservation,
    Foot,
    FootSource,
    Side,
    Track,
)

_OCCLUDED_FOOT_SIGMA_M = 0.5  # about a step


def stamp_ns(time: Time) -> int:
    """Return a stamp in [ns]."""
    return time.sec * 1_000_000_000 + time.nanosec


def time_message(ns: int) -> Time:
    """Return a stamp message of [ns]."""
    sec, nanosec = divmod(ns, 1_000_000_000)
    return Time(sec=sec, nanosec=nanosec)


def camera_model(info: CameraInfo) -> CameraModel:
    """Return the intrinsics for images as they come: unrectified, region of interest and binning.

    Raises:
        CalibrationError: the camera_info is empty or impossible.
    """
    if not any(info.k):
        raise CalibrationError(
            "camera_info has no intrinsics (K is all zero): calibrate the camera"
        )
    full = CameraModel(
        K=np.array(info.k).reshape(3, 3),
        distortion=np.array(info.d),
        model=info.distortion_model or "plumb_bob",
        size=(info.width, info.height),
    )
    roi = info.roi
    return full.cropped_and_binned(
        roi.x_offset, roi.y_offset, roi.width, roi.height, info.binning_x, info.binning_y
    )


def camera_info(camera: Camera, frame_id: str) -> CameraInfo:
    """Return the camera_info of unrectified images of a camera; stamp left to the caller."""
    model = camera.model
    info = CameraInfo(width=model.size[0], height=model.size[1])
    info.header.frame_id = frame_id
    info.distortion_model = model.model
    info.d = _padded(model.distortion, model.model)
    info.k = model.K.ravel()
    info.r = np.eye(3).ravel()
    info.p = np.column_stack([model.K, np.zeros(3)]).ravel()
    return info


def optical_frame(camera: str) -> str:
    """Return the name of a camera's optical frame."""
    return f"{camera}_optical_frame"


def transform(message: TransformStamped) -> Transform:
    """Return parent_from_child of a TF message."""
    t, q = message.transform.translation, message.transform.rotation
    return Transform.from_quaternion([q.x, q.y, q.z, q.w], [t.x, t.y, t.z])


def transform_message(value: Transform, parent: str, child: str) -> TransformStamped:
    """Return the TF message of parent_from_child; stamp left to the caller."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    x, y, z, w = map(float, value.as_quaternion())
    rotation = message.transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = x, y, z, w
    message.transform.translation = Vector3(
        **dict(zip("xyz", map(float, value.translation), strict=True))
    )
    return message


def camera_transforms(cameras: Iterable[Camera], factory_frame: str) -> list[TransformStamped]:
    """Return the transform of every camera's optical frame; stamps left to the caller."""
    return [
        transform_message(c.factory_from_camera, factory_frame, optical_frame(c.camera_id))
        for c in cameras
    ]


def person_message(track: Track, ahead: Track, coco17: Sequence[int | None]) -> PersonPose:
    """Return the message of a track.

    Args:
        track: at capture time.
        ahead: the same, predicted to publish time.
        coco17: maps COCO's 17 keypoints to the track's.
    """
    message = PersonPose(
        track_id=track.track_id,
        status=int(track.status),
        score=track.score,
        position=_floor_point(track.position_m),
        position_covariance=track.covariance[:2, :2].ravel(),
        velocity=Vector3(x=float(track.velocity_mps[0]), y=float(track.velocity_mps[1])),
        velocity_covariance=track.covariance[2:, 2:].ravel(),
        predicted_position=_floor_point(ahead.position_m),
        predicted_covariance=ahead.covariance[:2, :2].ravel(),
        camera_ids=list(track.camera_ids),
        capture_stamp=time_message(track.capture_stamp_ns),
    )
    message.left_foot = _foot_message(track.feet.get(Side.LEFT) or _occluded(track))
    message.right_foot = _foot_message(track.feet.get(Side.RIGHT) or _occluded(track))
    message.keypoints = [_keypoint_message(track, index) for index in coco17]
    return message


def camera_status_message(
    status: CameraStatus, now_ns: int, persons: int, unplaced: int, moved: bool
) -> CameraStatusMessage:
    """Return the message of a camera's status at publish time `now_ns`."""
    message = CameraStatusMessage(
        camera_id=status.camera_id,
        state=int(status.state),
        reason=status.reason,
        rate=status.rate_hz,
        age=float("nan"),
        persons=persons,
        unplaced=unplaced,
        moved=moved,
    )
    if status.last_stamp_ns is not None:
        message.last_stamp = time_message(status.last_stamp_ns)
        message.age = (now_ns - status.last_stamp_ns) / 1e9
    return message


def observations_message(
    header: Header,
    skeleton: str,
    missing: Iterable[str],
    observations: Iterable[FloorObservation],
    track_ids: Iterable[int | None],
) -> FloorObservationArray:
    """Return the message of all cameras' observations of one set, and as whom they are followed."""
    return FloorObservationArray(
        header=header,
        skeleton=skeleton,
        missing_camera_ids=list(missing),
        observations=[
            _observation_message(o, track_id or 0)
            for o, track_id in zip(observations, track_ids, strict=True)
        ],
    )


def floor_observation(message: FloorObservationMessage) -> FloorObservation:
    """Return the observation of a message."""
    found = {Side.LEFT: message.left_foot, Side.RIGHT: message.right_foot}
    return FloorObservation(
        camera_id=message.camera_id,
        stamp_ns=stamp_ns(message.stamp),
        position_m=np.array([message.position.x, message.position.y]),
        covariance_m2=np.reshape(message.position_covariance, (2, 2)),
        feet={side: foot(feet[0]) for side, feet in found.items() if len(feet)},
        score=message.score,
        box_xyxy_px=np.array(message.box),
        keypoints_px=np.array(message.keypoints).reshape(-1, 2),
        keypoint_scores=np.array(message.keypoint_scores),
        keypoint_sigma=message.keypoint_sigma,
        may_be_new=message.may_be_new,
    )


def foot(message: FootMessage) -> Foot:
    """Return the foot of a message."""
    return Foot(
        np.array([message.position.x, message.position.y]),
        np.reshape(message.covariance, (2, 2)),
        FootSource(message.source),
        message.position.z,
        message.triangulated,
    )


def timing_messages(stages_ns: Mapping[str, int]) -> list[StageTiming]:
    """Return the stages in the order in which they ran."""
    return [StageTiming(stage=name, duration_ms=ns / 1e6) for name, ns in stages_ns.items()]


def _observation_message(observation: FloorObservation, track_id: int) -> FloorObservationMessage:
    feet = {side: [_foot_message(foot)] for side, foot in observation.feet.items()}
    return FloorObservationMessage(
        camera_id=observation.camera_id,
        stamp=time_message(observation.stamp_ns),
        track_id=track_id,
        score=observation.score,
        may_be_new=observation.may_be_new,
        position=_floor_point(observation.position_m),
        position_covariance=observation.covariance_m2.ravel(),
        left_foot=feet.get(Side.LEFT, []),
        right_foot=feet.get(Side.RIGHT, []),
        box=observation.box_xyxy_px.astype(np.float32),
        keypoints=observation.keypoints_px.ravel().tolist(),
        keypoint_scores=observation.keypoint_scores.tolist(),
        keypoint_sigma=observation.keypoint_sigma,
    )


def _foot_message(foot: Foot) -> FootMessage:
    x, y = foot.position_m.tolist()
    return FootMessage(
        position=Point(x=x, y=y, z=foot.height_m),
        covariance=foot.covariance_m2.ravel(),
        source=int(foot.source),
        triangulated=foot.triangulated,
    )


def _occluded(track: Track) -> Foot:
    spread = track.covariance[:2, :2] + np.eye(2) * _OCCLUDED_FOOT_SIGMA_M**2
    return Foot(track.position_m, spread, FootSource.OCCLUDED)


def _keypoint_message(track: Track, index: int | None) -> Keypoint:
    if index is None or index >= len(track.keypoints_m):
        nan = float("nan")
        return Keypoint(position=Point(x=nan, y=nan, z=nan), score=0.0)
    x, y, z = map(float, track.keypoints_m[index])
    return Keypoint(position=Point(x=x, y=y, z=z), score=float(track.keypoint_scores[index]))


def _floor_point(position_m: FloatArray) -> Point:
    return Point(x=float(position_m[0]), y=float(position_m[1]), z=0.0)


def _padded(distortion: FloatArray, model: str) -> list[float]:
    """CameraInfo wants 5 coefficients for plumb_bob, 8 or more for rational, 4 for equidistant."""
    least = {"plumb_bob": 5, "rational_polynomial": 8, "equidistant": 4}[model]
    return [float(c) for c in distortion] + [0.0] * (least - len(distortion))
