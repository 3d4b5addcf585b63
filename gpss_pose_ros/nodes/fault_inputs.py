"""True inputs of safety_node on the site of the campaign: persons, robots, calibrations."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, TransformStamped, Twist, Vector3
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock as ClockMessage
from sensor_msgs.msg import CameraInfo
from tf2_msgs.msg import TFMessage

from gpss_pose_ros.evaluation.fault_site import (
    ODOMETRY_ROBOT,
    ODOMETRY_TOPIC,
    PERSON_M,
    ROBOTS_M,
    TF_ROBOT,
    site_cameras,
)
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import CameraStatus, Foot, Keypoint, PersonPose, PersonPoseArray, StageTiming
from gpss_pose_ros.nodes.conversions import (
    camera_info,
    camera_transforms,
    optical_frame,
    time_message,
    transform_message,
)
from gpss_pose_ros.nodes.fault_stream import Stream

FRAME = "factory"
PERSONS, ODOMETRY, TRANSFORM = "persons", "odometry", "transform"
CLOCK, COMMANDS = "clock", "commands"
RATES_HZ = {
    PERSONS: 15.0,
    ODOMETRY: 25.0,
    TRANSFORM: 25.0,
    CLOCK: 100.0,
    COMMANDS: 20.0,
    "info": 10.0,
}
_BEST_EFFORT = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
_LATENCY_NS = 60_000_000  # from an image to the persons found in it
_SIGMA_M = 0.05
_WANTED_MPS = 0.2
# Shoulders and hips in COCO's order: x from the middle, height.
_BODY = {5: (-0.2, 1.4), 6: (0.2, 1.4), 11: (-0.12, 0.95), 12: (0.12, 0.95)}


@dataclass
class Somebody:
    """A person who stands about, and whom all cameras see.

    Attributes:
        place_m: where between the feet.
        lost_ns: since when nobody sees them any more, ROS clock; None while somebody does.
        sway_m: they go to and fro by so much.
        sway_s: once in this time.
    """

    place_m: tuple[float, float] = PERSON_M
    lost_ns: int | None = None
    sway_m: float = 0.0
    sway_s: float = 1.0

    def now_m(self) -> tuple[float, float]:
        """Return where they are now."""
        x, y = self.place_m
        phase = math.tau * time.monotonic() / self.sway_s
        return x + self.sway_m * math.sin(phase), y


@dataclass
class Inputs:
    """Makes the messages.

    Attributes:
        persons: by track_id.
        cameras: as calibrated, by name.
        clock_offset_ns: our ROS clock against the machine's.
    """

    persons: dict[int, Somebody] = field(default_factory=lambda: {1: Somebody()})
    cameras: dict[str, Camera] = field(
        default_factory=lambda: {camera.camera_id: camera for camera in site_cameras()}
    )
    clock_offset_ns: int = 0
    _sequence: int = 0

    def now_ns(self) -> int:
        """Return the time on the ROS clock."""
        return time.time_ns() + self.clock_offset_ns

    def stamp(self, ago_ns: int = 0) -> Time:
        """Return a stamp of now, or earlier."""
        return time_message(self.now_ns() - ago_ns)

    def persons_message(self) -> PersonPoseArray:
        """Return what pose_node would say."""
        self._sequence += 1
        message = PersonPoseArray(sequence=self._sequence, publish_stamp=self.stamp())
        message.header.frame_id = FRAME
        message.header.stamp = self.stamp(_LATENCY_NS)
        message.cameras = [self._status(name, message.header.stamp) for name in self.cameras]
        message.persons = [self._person(i, who) for i, who in self.persons.items()]
        message.timings = [StageTiming(stage="fusion", duration_ms=1.0)]
        return message

    def odometry_message(self) -> Odometry:
        """Return where the robot with odometry stands."""
        message = Odometry(child_frame_id=f"{ODOMETRY_ROBOT}/base_link")
        message.header.frame_id = FRAME
        message.header.stamp = self.stamp()
        position = message.pose.pose.position
        position.x, position.y = ROBOTS_M[ODOMETRY_ROBOT]
        message.pose.pose.orientation.w = 1.0
        return message

    def transform_message(self) -> TFMessage:
        """Return where the other robot stands."""
        place = Transform(np.eye(3), np.array([*ROBOTS_M[TF_ROBOT], 0.0]))
        stamped = transform_message(place, FRAME, f"{TF_ROBOT}/base_link")
        stamped.header.stamp = self.stamp()
        return TFMessage(transforms=[stamped])

    def info_message(self, name: str) -> CameraInfo:
        """Return a camera's intrinsics."""
        info = camera_info(self.cameras[name], optical_frame(name))
        info.header.stamp = self.stamp()
        return info

    def clock_message(self) -> ClockMessage:
        """Return the ROS clock."""
        return ClockMessage(clock=self.stamp())

    def camera_transforms(self) -> list[TransformStamped]:
        """Return where the cameras are."""
        messages = camera_transforms(self.cameras.values(), FRAME)
        for message in messages:
            message.header.stamp = self.stamp()
        return messages

    def _status(self, name: str, stamp: Time) -> CameraStatus:
        return CameraStatus(
            camera_id=name,
            state=CameraStatus.OK,
            last_stamp=stamp,
            rate=RATES_HZ[PERSONS],
            age=_LATENCY_NS / 1e9,
            persons=len(self.persons),
        )

    def _person(self, track_id: int, who: Somebody) -> PersonPose:
        x, y = who.now_m()
        unseen_s = 0.0 if who.lost_ns is None else (self.now_ns() - who.lost_ns) / 1e9
        held = who.lost_ns is not None
        seen_ns = (who.lost_ns or self.now_ns()) - _LATENCY_NS
        spread = _covariance(_SIGMA_M)
        place = Point(x=x, y=y)
        return PersonPose(
            track_id=track_id,
            status=PersonPose.HELD if held else PersonPose.CONFIRMED,
            score=0.9,
            position=place,
            position_covariance=spread,
            velocity=Vector3(),
            velocity_covariance=spread,
            predicted_position=place,
            # As fusion.hold has it: two standard deviations reach as far as one walks.
            predicted_covariance=_covariance(_SIGMA_M + 0.8 * max(0.0, unseen_s)),
            left_foot=Foot(position=Point(x=x - 0.1, y=y), covariance=spread),
            right_foot=Foot(position=Point(x=x + 0.1, y=y), covariance=spread),
            keypoints=[_keypoint(index, x, y) for index in range(17)],
            camera_ids=[] if held else list(self.cameras),
            capture_stamp=time_message(seen_ns),
        )


def input_streams(node: Node, inputs: Inputs, clock: bool = False) -> dict[str, Stream]:
    """Return a stream of each input; with `clock`, also of the ROS clock."""
    streams = {
        PERSONS: _stream(node, PersonPoseArray, "/gpss/persons", PERSONS, inputs.persons_message),
        **robot_streams(node, inputs),
        **info_streams(node, inputs),
    }
    if clock:
        streams[CLOCK] = _stream(node, ClockMessage, "/clock", CLOCK, inputs.clock_message)
    return streams


def command_streams(node: Node) -> dict[str, Stream]:
    """Return the stream of what a robot's own program wants it to do: to drive on."""
    twist = Twist(linear=Vector3(x=_WANTED_MPS))
    return {COMMANDS: _stream(node, Twist, "/cmd_vel_in", COMMANDS, lambda: twist)}


def robot_streams(node: Node, inputs: Inputs) -> dict[str, Stream]:
    """Return the streams of both robots."""
    return {
        ODOMETRY: _stream(node, Odometry, ODOMETRY_TOPIC, ODOMETRY, inputs.odometry_message),
        TRANSFORM: _stream(node, TFMessage, "/tf", TRANSFORM, inputs.transform_message, 100),
    }


def info_streams(node: Node, inputs: Inputs) -> dict[str, Stream]:
    """Return the stream of every camera's intrinsics, under the camera's name."""
    return {
        name: Stream(
            node,
            CameraInfo,
            f"/{name}/camera_info",
            _BEST_EFFORT,
            RATES_HZ["info"],
            lambda name=name: inputs.info_message(name),
        )
        for name in inputs.cameras
    }


def _stream(
    node: Node, kind: type, topic: str, name: str, make: Callable[[], object], depth: int = 10
) -> Stream:
    return Stream(node, kind, topic, depth, RATES_HZ[name], make)


def _covariance(sigma_m: float) -> list[float]:
    return [sigma_m**2, 0.0, 0.0, sigma_m**2]


def _keypoint(index: int, x: float, y: float) -> Keypoint:
    if index not in _BODY:
        return Keypoint(position=Point(x=math.nan, y=math.nan, z=math.nan))
    across, up = _BODY[index]
    return Keypoint(position=Point(x=x + across, y=y, z=up), score=0.9)
